"""The due work of this floor."""

from juxian.obligations.registry import CatchUp, Kind, registry
from lecturers.reminders import TERM_ENDING, endings, tell_ending

KINDS = [Kind(TERM_ENDING, "聘期届满提醒", tell_ending, generate=endings, catch_up=CatchUp.ALWAYS)]


def register() -> None:
    """Called when the apps are ready; again, nothing is added."""
    for kind in KINDS:
        if registry.kinds.get(kind.code) is not kind:
            registry.add(kind)
