"""What makes the pages about borrowing write."""

from django.utils import timezone

from courses.models import Course
from tests.factories import CourseFactory, TownFactory
from tests.faults.inputs import Case

CODE = "KC-THIRD"
CATALOGUE = {"courses:borrow": Case({"purpose": "轮训班"})}


def prepare_catalogue() -> None:
    """A featured course of a third town."""
    third = TownFactory(code="371327999", name="第三镇")
    CourseFactory(code=CODE, town=third, featured_on=timezone.localdate())


def catalogue_paths() -> dict[str, str]:
    """The page on which that course is asked for."""
    return {"courses:borrow": f"/town/courses/{Course.objects.get(code=CODE).pk}/borrow/"}
