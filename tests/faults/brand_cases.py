"""What makes the pages of brands write."""

from typing import Any

from django.utils import timezone

from courses.models import Course
from tests.faults.inputs import Case
from tests.matrix.towns import County


def brand_cases(county: County) -> dict[str, Case]:
    """A draft to submit; for the county one that was sent; a course to mark."""
    ours = county.ours
    sent: dict[str, Any] = {
        "state": "submitted", "submitted_by_id": ours.clerk_user.pk, "submitted_at": timezone.now(),
    }  # fmt: skip
    Course.objects.filter(pk=county.shared["course"].pk).update(featured_on=timezone.localdate())
    return {
        "centres:brand-edit": Case({"slogan": "改过的口号"}),
        "centres:brand-withdraw": Case(given={"brand_draft": sent}),
        "centres:brand-approve": Case(given={"brand_draft": sent}),
        "centres:brand-return": Case(given={"brand_draft": sent}),
        "trainings:brand-keys": Case({"course": county.shared["course"].pk, "lecturer": ""}),
    }
