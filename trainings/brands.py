"""What stands behind a brand this year: featured courses, teaching points, classes, the key course and lecturer.

Counted for many brands at once; the caller passes brands in scope.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from centres.models import Brand, BrandRevision, TeachingPoint
from courses.models import Course
from juxian.people.models import Town
from lecturers.models import Lecturer
from trainings.models import Session, TrainingClass

State = TrainingClass.State
BEGUN = (State.RUNNING, State.CLOSING, State.ARCHIVED)


@dataclass
class Facts:
    """One brand: what its words rest on. `theme_id` and `point_id` are those of the revision looked at."""

    town: Town
    theme_id: int | None
    point_id: int | None
    course: Course | None = None
    lecturer: Lecturer | None = None
    courses: set[int] = field(default_factory=set)
    points: set[int] = field(default_factory=set)
    classes: set[int] = field(default_factory=set)

    @property
    def empty(self) -> list[str]:
        """What there is none of; empty when the brand is more than words."""
        found = ((self.courses, "没有精品课程"), (self.points, "没有可用教学点"), (self.classes, "今年没有开班"))
        return [words for rows, words in found if not rows]

    @property
    def key_course_left(self) -> bool:
        """The key course is no featured one any more."""
        return self.course is not None and self.course.pk not in self.courses


def facts_of(brands: Sequence[Brand], revisions: Sequence[BrandRevision], on: date) -> dict[int, Facts]:
    """By brand id, as of the local day `on`; `revisions` say each brand's theme and key point."""
    said = {row.brand_id: row for row in revisions}
    found = {}
    for brand in brands:
        row = said.get(brand.pk)
        found[brand.pk] = Facts(brand.town, row.theme_id if row else None, row.key_point_id if row else None)
    by_town = {facts.town.pk: facts for facts in found.values()}
    _courses(found, by_town, on)
    _points(by_town)
    _classes(by_town, on)
    return found


def _courses(found: dict[int, Facts], by_town: dict[int, Facts], on: date) -> None:
    """Featured courses of the town in the theme, and the key course as long as it is featured."""
    for course in Course.objects.filter(key_of__in=found):
        found[course.key_of_id or 0].course = course
    for lecturer in Lecturer.objects.filter(key_of__in=found):
        found[lecturer.key_of_id or 0].lecturer = lecturer
    featured = Course.objects.featured(on)
    for key, theme, town, brand in featured.values_list("pk", "theme_id", "town_id", "key_of_id"):
        if town in by_town and by_town[town].theme_id == theme:
            by_town[town].courses.add(key)
        if brand in found:
            found[brand].courses.add(key)


def _points(by_town: dict[int, Facts]) -> None:
    """Teaching points of the town that can be used, in the theme or the key point."""
    rows = TeachingPoint.objects.filter(centre__town__in=by_town, is_ready=True).order_by()
    for key, theme, town in rows.values_list("pk", "theme_id", "centre__town_id"):
        facts = by_town[town]
        if key == facts.point_id or (theme and theme == facts.theme_id):
            facts.points.add(key)


def _classes(by_town: dict[int, Facts], on: date) -> None:
    """Classes of this year that taught a course of the theme or the key course, or went to one of the points."""
    rows = Session.objects.standing().filter(
        training_class__town__in=by_town,
        training_class__state__in=BEGUN,
        day__gte=date(on.year, 1, 1),
        day__lte=on,
    )
    taught: dict[int, set[tuple[int, int | None, int | None, int | None]]] = defaultdict(set)
    columns = ("training_class", "course_version__course__theme", "course_version__course", "point")
    for town, *one in rows.order_by().values_list("training_class__town", *columns).distinct():
        taught[town].add(tuple(one))
    for town, lessons in taught.items():
        facts = by_town[town]
        key = facts.course.pk if facts.course else None
        facts.classes = {
            held
            for held, theme, course, point in lessons
            if (theme and theme == facts.theme_id) or (course and course == key) or point in facts.points
        }
