"""What makes the pages about borrowing write."""

from courses.models import Course
from tests.factories import TownFactory
from tests.faults.inputs import Case
from tests.matrix.towns import County


def catalogue_cases(county: County) -> dict[str, Case]:
    """The course to be borrowed belongs to a third town from when the form is filled in."""

    def purpose() -> str:
        third = TownFactory(code="371327999", name="第三镇")
        Course.objects.filter(pk=county.shared["course"].pk).update(town=third)
        return "轮训班"

    return {"courses:borrow": Case({"purpose": purpose})}
