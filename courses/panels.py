"""What this floor itself tells about a course on its page: how it was chosen, and its reviews."""

from collections.abc import Iterable

from centres.days import cn_date
from courses.models import Course, CourseReview, Panel, Topic
from courses.scoring import outcome_of
from juxian.people import panels
from juxian.people.models import User
from juxian.people.panels import Row
from lecturers.doors import TeachTab, add_tab

TONES = {"keep": "ok", "improve": "warn", "retire": "bad"}


def history(course: Course, user: User) -> Iterable[Row]:
    """The score of the panel that let it through, then every review, the newest first."""
    topic = Topic.objects.filter(course=course).first()
    if topic:
        seen = Topic.objects.visible_to(user).filter(pk=topic.pk).exists()
        panel = Panel.objects.filter(topic=topic).order_by("-number").first()
        score = outcome_of(panel).score if panel else None
        yield Row("评审得分", f"{score} 分" if score else "没有评分", f"/town/topics/{topic.pk}/" if seen else "")
    for row in CourseReview.objects.filter(course=course).order_by("-on", "-id"):
        label = f"{cn_date(row.on)} {row.comment}"
        yield Row(label, row.get_verdict_display(), "", TONES[row.verdict])


def register() -> None:
    """Called when the apps are ready."""
    panels.register("courses.Course", "评审与复审", history)
    add_tab(TeachTab("courseware", "课件", "courses:teach-courses", order=50))
