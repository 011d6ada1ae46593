"""Does the hour ledger agree with the marks it was posted from? Asked by `verify`; changes nothing."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import F, Q

from trainings.attendance import effective_marks
from trainings.models import Enrolment, HourEntry, TrainingClass

SHOWN = 5


def problems() -> Iterator[str]:
    """What does not add up, in Chinese sentences; nothing when the ledger holds."""
    yield from _reversals()
    yield from _amounts()
    for training_class in TrainingClass.objects.held().order_by("code"):
        yield from _postings(training_class)


def _reversals() -> Iterator[str]:
    """A reversal takes back exactly one posting of the same person."""
    wrong = HourEntry.objects.filter(reverses__isnull=False).exclude(
        hours=-F("reverses__hours"), member=F("reverses__member"), reverses__reverses=None
    )
    for entry in wrong.order_by("pk")[:SHOWN]:
        yield f"学时账第 {entry.pk} 笔冲销与原入账对不上。"


def _amounts() -> Iterator[str]:
    """A posting of a session carries the hours and the day of that session."""
    wrong = HourEntry.objects.filter(reverses=None, session__isnull=False)
    wrong = wrong.filter(~Q(hours=F("session__hours")) | ~Q(earned_on=F("session__day")))
    for entry in wrong.order_by("pk")[:SHOWN]:
        yield f"学时账第 {entry.pk} 笔与课次的学时或日期不一致。"


def _postings(training_class: TrainingClass) -> Iterator[str]:
    """What stands in the ledger of an archived class is what its effective marks say: each half-day once."""
    rows = HourEntry.objects.filter(
        training_class=training_class, reverses=None, reversed_by=None, session__cancelled_at=None
    )
    posted = Counter(rows.filter(session__isnull=False).values_list("session_id", "enrolment_id"))
    seated = set(Enrolment.objects.filter(training_class=training_class).seated().values_list("pk", flat=True))
    present = {pair for pair, mark in effective_marks(training_class).items() if mark.present and pair[1] in seated}
    name = f"{training_class.code}“{training_class.title}”"
    if twice := [pair for pair, count in posted.items() if count > 1]:
        yield f"{name}有 {len(twice)} 个半天重复入账。"
    if missing := present - posted.keys():
        yield f"{name}有 {len(missing)} 个到课的半天没有入账。"
    if extra := posted.keys() - present:
        yield f"{name}有 {len(extra)} 个没有到课的半天入了账。"
