"""What makes the pages of candidates and terms write."""

from django.utils import timezone

from tests.faults.inputs import Case

POOL = {
    "lecturers:suspension-lift": Case({"on": lambda: timezone.localdate().isoformat(), "reason": "身体好了"}),
    "lecturers:candidacy-edit": Case({"reason": "改过的理由"}),
    "lecturers:candidacy-panel": Case({"size": "5", "yes": "4"}, {"candidacy": {"state": "vetted"}}),
    "lecturers:candidacy-appoint": Case(given={"candidacy": {"state": "passed"}}),
}
