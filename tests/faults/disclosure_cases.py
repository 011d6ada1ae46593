"""What makes the pages of disclosed accounts write."""

from django.utils import timezone

from tests.faults.inputs import Case

DISCLOSURES = {
    "centres:disclosure-add": Case({"ends_on": f"{timezone.localdate().year}-12-31"}),
    "centres:disclosure-item": Case({"text": "改过的用途"}),
    "centres:disclosure-answer": Case({"names_reason": "示例理由"}),
}
