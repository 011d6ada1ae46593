"""Putting papers into the file of a class, or waiving them with a reason."""

from django.core.exceptions import ValidationError
from django.db import transaction

from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.people.models import User
from trainings.actions.rights import State, locked_class, must_be, must_run, need_text
from trainings.models import DossierEntry, DossierItem, TrainingClass

OPEN = (State.DRAFT, State.SUBMITTED, State.APPROVED, State.ENROLLING, State.RUNNING, State.CLOSING)


@transaction.atomic
def add_paper(*, training_class: TrainingClass, item: DossierItem, file: StoredFile, by: User) -> DossierEntry:
    """Put a stored file into the dossier; the same content under the same item again returns the first entry."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, *OPEN)
    entries = DossierEntry.objects.filter(training_class=training_class, item=item)
    same: DossierEntry | None = entries.filter(file__sha256=file.sha256).first()
    if same:
        return same
    entries.exclude(waived_reason="").delete()
    entry = DossierEntry.objects.create(training_class=training_class, item=item, file=file, by=by)
    summary = f"“{training_class.title}”归入{item.name}"
    record(by=by, action="dossier.add", subject=entry, summary=summary, town_code=training_class.town.code)
    return entry


@transaction.atomic
def waive_paper(*, training_class: TrainingClass, item: DossierItem, reason: str, by: User) -> DossierEntry:
    """Leave a paper out of the dossier, saying why."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, *OPEN)
    reason = need_text(reason, f"略过“{item.name}”要写明原因。")
    entries = DossierEntry.objects.filter(training_class=training_class, item=item)
    if entries.filter(file__isnull=False).exists():
        raise ValidationError(f"“{item.name}”已有文件，不用略过。", code="present")
    entry, _ = DossierEntry.objects.update_or_create(
        training_class=training_class, item=item, defaults={"waived_reason": reason[:200], "by": by}
    )
    summary = f"“{training_class.title}”略过{item.name}：{reason}"
    record(by=by, action="dossier.waive", subject=entry, summary=summary, town_code=training_class.town.code)
    return entry
