"""What makes the pages of candidates and terms write."""

from tests.faults.inputs import Case

POOL = {
    "lecturers:candidacy-edit": Case({"reason": "改过的理由"}),
    "lecturers:candidacy-panel": Case({"size": "5", "yes": "4"}, {"candidacy": {"state": "vetted"}}),
    "lecturers:candidacy-appoint": Case(given={"candidacy": {"state": "passed"}}),
}
