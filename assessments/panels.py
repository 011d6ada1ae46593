"""What this floor tells on the pages of lecturers and courses, and in lists and searches below."""

from collections.abc import Iterable

from django.urls import reverse

from assessments import ratings
from assessments.models import TeachingFinding
from courses.facts import add_facts as add_course_facts
from courses.models import Course
from juxian.people import panels
from juxian.people.models import User
from juxian.people.panels import Row
from lecturers.doors import TeachTab, add_tab
from lecturers.facts import add_facts as add_lecturer_facts
from lecturers.models import Lecturer

YEARS = 4
TITLE, FINDINGS = "学员评价", "意见和改进"


def rating_rows(about: Lecturer | Course, user: User) -> Iterable[Row]:
    """The last years, and the way to the lessons. One query."""
    name = "assessments:town-lecturer-ratings" if isinstance(about, Lecturer) else "assessments:town-course-ratings"
    years = ratings.years_of(about)[:YEARS]
    link = reverse(name, args=[about.pk]) if user.active_grants else reverse("assessments:teach-lessons")
    if not years:
        return [Row("还没有评价", "测评截止，一堂课满 5 份才汇总", link)]
    return [
        Row(f"{year.year} 年", f"{ratings.in_words(year)}{trend(year.change)}，{year.lessons} 堂课", link)
        for year in years
    ]


def trend(change: float | None) -> str:
    """比上年高 0.12; empty for the first year."""
    if change is None or round(change, 2) == 0:
        return "" if change is None else "，与上年持平"
    return f"，比上年{'高' if change > 0 else '低'} {abs(change):.2f}"


def finding_rows(about: Lecturer | Course, user: User) -> Iterable[Row]:
    """The findings this user may see, the newest first. One query."""
    key = "lecturer" if isinstance(about, Lecturer) else "course"
    rows, page = TeachingFinding.objects.visible_to(user), "assessments:town-finding"
    if not user.active_grants:
        rows, page = TeachingFinding.objects.mine(user), "assessments:teach-finding"
    rows = rows.filter(**{key: about.pk})
    return [
        Row(
            f"{one.year} 年，{one.get_origin_display()}",
            one.standing[1],
            reverse(page, args=[one.pk]),
            one.standing[0].removeprefix("st-"),
        )
        for one in rows[:YEARS]
    ]


def waiting(lecturer: Lecturer) -> str:
    """How many findings wait for the lecturer's reply."""
    if lecturer.user is None:
        return ""
    number = TeachingFinding.objects.mine(lecturer.user).open().filter(replied_at=None).count()
    return str(number) if number else ""


def register() -> None:
    """Called when the apps are ready; again, nothing changes."""
    for label in ("lecturers.Lecturer", "courses.Course"):
        panels.register(label, TITLE, rating_rows)
        panels.register(label, FINDINGS, finding_rows)
    add_tab(TeachTab("lessons", "每堂课的评价", "assessments:teach-lessons", order=60))
    add_tab(TeachTab("findings", "意见和申辩", "assessments:teach-findings", waiting, order=70))
    add_lecturer_facts("rating", ratings.ratings_of_lecturers)
    add_course_facts("rating", ratings.ratings_of_courses)
