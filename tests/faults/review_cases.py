"""What makes the pages of topics, panels and reviews write."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from lecturers.models import Appointment
from tests.faults.inputs import Case
from tests.matrix.towns import County


def review_cases(county: County) -> dict[str, Case]:
    """A topic in the state each page asks for."""
    teacher = county.shared["teachers"]["KANARIB"]
    Appointment.objects.create(lecturer=teacher, tier="pool", starts_on="2020-01-01")

    def at(state: str) -> dict[str, Any]:
        return {"topic": {"state": state}}

    script = {
        "lecturers": [teacher.pk],
        "script": lambda: SimpleUploadedFile("a.pdf", b"%PDF-1.4 hello\nstartxref\n0\n%%EOF\n"),
    }
    spare = {"panel": {"closed_at": "2026-01-01T00:00:00+08:00"}, **at("vetted")}
    return {
        "courses:topic-edit": Case(given=at("returned")),
        "courses:topic-declare": Case(script, at("approved")),
        "courses:topic-drop": Case(given=at("approved")),
        "courses:topic-decide": Case({"decision": "agree"}, at("proposed")),
        "courses:panel-open": Case({"ends_on": localdate() + timedelta(days=10)}, spare),
        "courses:topic-trial": Case(
            {"on": "2020-01-01", "place": "某处", "comment": "好", "passes": "yes"}, at("trial")
        ),
        "courses:topic-feature": Case(given=at("passed")),
        "courses:judge-invite": Case({"username": "inspector", "unit": "某校"}),
        "courses:panel-close": Case(given={"panel": {"min_judges": 1}}),
        "courses:review-improved": Case({"text": "改了"}),
    }
