"""一班一档: which papers of a class are there, and which are missing."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from trainings.attendance import unmarked
from trainings.models import DossierEntry, DossierItem, Enrolment, Session, TrainingClass
from trainings.registry import registry

Need = DossierItem.Need
State = TrainingClass.State


@dataclass(frozen=True)
class Paper:
    """One line of the checklist."""

    item: DossierItem
    entries: list[DossierEntry]
    generated: bool

    @property
    def waived(self) -> DossierEntry | None:
        return next((entry for entry in self.entries if entry.waived_reason), None)

    @property
    def files(self) -> list[DossierEntry]:
        return [entry for entry in self.entries if entry.file_id]

    @property
    def done(self) -> bool:
        return self.generated or bool(self.entries)

    @property
    def missing(self) -> bool:
        """Only a required paper that is neither made, put in nor waived holds the archive."""
        return self.item.need == Need.REQUIRED and not self.done

    @property
    def word(self) -> str:
        if self.files:
            return f"已归入 {len(self.files)} 份"
        if self.generated:
            return "系统已有记录"
        if self.waived:
            return "已略过"
        if self.item.code == "contents":
            return "归档时生成"
        return "缺" if self.item.need == Need.REQUIRED else "没有可不归"

    @property
    def tone(self) -> str:
        if self.files or self.generated:
            return "st-plain tx-ok"
        if self.waived or not self.missing:
            return "st-idle"
        return "st-bad"


def _has_sessions(training_class: TrainingClass) -> bool:
    return Session.objects.filter(training_class=training_class).standing().exists()


def _has_roll(training_class: TrainingClass) -> bool:
    return _has_sessions(training_class) and not unmarked(training_class)


GENERATED: dict[str, Callable[[TrainingClass], bool]] = {
    "notice": lambda c: c.enrolling_at is not None,
    "plan": lambda c: c.submitted_at is not None,
    "approval": lambda c: c.approved_at is not None,
    "timetable": _has_sessions,
    "roster": lambda c: Enrolment.objects.filter(training_class=c).seated().exists(),
    "lecturers": lambda c: Session.objects.filter(training_class=c, lecturer__isnull=False).standing().exists(),
    "sign_in": _has_roll,
    "summary": lambda c: bool(c.summary.strip()),
    "contents": lambda c: c.state in (State.CLOSING, State.ARCHIVED),
    "certificates": lambda c: c.state == State.ARCHIVED,
}  # fmt: skip


def checklist(training_class: TrainingClass) -> list[Paper]:
    """Every paper in use (or in the file already), in order. What upper floors registered goes before our own."""
    entries: dict[int, list[DossierEntry]] = defaultdict(list)
    for entry in DossierEntry.objects.filter(training_class=training_class).select_related("file", "by"):
        entries[entry.item_id].append(entry)
    items = [item for item in DossierItem.objects.order_by("order") if item.is_active or item.pk in entries]
    makers = GENERATED | registry.dossier
    return [
        Paper(item, entries[item.pk], item.is_generated and item.code in makers and makers[item.code](training_class))
        for item in items
    ]


def missing_papers(training_class: TrainingClass) -> list[DossierItem]:
    """Required papers that still hold the archive."""
    return [paper.item for paper in checklist(training_class) if paper.missing]
