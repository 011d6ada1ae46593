"""The due work of this floor. Every `generate` asks the facts of now and looks back without limit."""

from centres import inspection_reminders as inspections
from centres import unanswered
from centres.actions.scans import drop_held
from centres.reminders import EVIDENCE_ENDING, endings, tell_ending
from juxian.obligations.registry import CatchUp, Kind, registry

KINDS = [
    Kind(EVIDENCE_ENDING, "达标依据到期提醒", tell_ending, generate=endings),
    Kind(
        inspections.FINDING_DUE,
        "整改到期提醒",
        inspections.remind_of_finding,
        generate=inspections.findings_due,
        catch_up=CatchUp.COLLAPSE,
    ),
    Kind(
        inspections.CONFIRM,
        "提醒确认检查结果",
        inspections.remind_to_sign,
        generate=inspections.unsigned,
        catch_up=CatchUp.COLLAPSE,
    ),
    Kind(unanswered.QUESTION_OPEN, "提醒答复账目提问", unanswered.tell_unanswered, generate=unanswered.unanswered),
]


def register() -> None:
    """Called when the apps are ready; again, nothing is added."""
    for kind in KINDS:
        if registry.kinds.get(kind.code) is not kind:
            registry.add(kind)
    registry.add_chore("centres.held_scans", drop_held)
