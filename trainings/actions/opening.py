"""A class comes into being, from a plan line or beside the plan, and is edited."""

from datetime import date
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit.log import record
from juxian.people.models import Town, User
from trainings.actions.enrolments import promote_waiting
from trainings.actions.rights import State, locked_class, must_be, must_run, not_in
from trainings.models import Enrolment, PlanLine, Session, TrainingClass, YearPlan
from trainings.words import cn_day

SAFETY = "遵守课堂纪律，按时到课；外出现场教学统一组织，注意交通和人身安全。"
LONGEST_DAYS = 60
CHANGING = (State.DRAFT, State.APPROVED, State.ENROLLING, State.RUNNING, State.CLOSING)
LATE_FIELDS = {"contact", "safety_note", "summary", "capacity"}


class ClassFields(TypedDict, total=False):
    """What a class says of itself."""

    title: str
    audience: str
    purpose: str
    level: str
    starts_on: date
    ends_on: date
    capacity: int
    contact: str
    safety_note: str
    summary: str
    has_exam: bool


def _next_code(town: Town, year: int) -> str:
    """JN2026-102-01: year, the town's part of its division code, running number. The town row must be locked."""
    prefix = f"JN{year}-{town.code[6:9]}-"
    used = TrainingClass.objects.filter(code__startswith=prefix).values_list("code", flat=True)
    return f"{prefix}{max((int(code.removeprefix(prefix)) for code in used), default=0) + 1:02d}"


def _check_dates(training_class: TrainingClass) -> None:
    """A class begins today or later, and is not longer than two months."""
    texts = {}
    if training_class.starts_on < timezone.localdate():
        texts["starts_on"] = f"{cn_day(training_class.starts_on)}已经过了，开始日期要选今天或以后。"
    days = (training_class.ends_on - training_class.starts_on).days + 1
    if days > LONGEST_DAYS:
        texts["ends_on"] = f"从开始到结束有 {days} 天，一个班最长 {LONGEST_DAYS} 天。请核对年份和月份，长的分成几期办。"
    if texts:
        raise ValidationError(texts, code="dates")


def _make(town: Town, line: PlanLine | None, by: User, fields: ClassFields) -> TrainingClass:
    training_class = TrainingClass(
        town=town, line=line, code=_next_code(town, fields["starts_on"].year), created_by=by, **fields
    )
    training_class.full_clean()
    _check_dates(training_class)
    training_class.save()
    summary = f"建班{training_class.code}“{training_class.title}”"
    record(by=by, action="class.open", subject=training_class, summary=summary, town_code=town.code)
    return training_class


def defaults_from_line(line: PlanLine, by: User) -> ClassFields:
    """What a class takes from its plan line until somebody changes it."""
    today = timezone.localdate()
    starts = max(date(line.plan.year, line.month, 1), today)
    return {
        "title": line.title,
        "audience": line.audience,
        "starts_on": starts,
        "ends_on": starts,
        "capacity": line.people,
        "contact": by.name,
        "safety_note": SAFETY,
    }


@transaction.atomic
def open_class_from_line(*, line: PlanLine, by: User, **fields: Unpack[ClassFields]) -> TrainingClass:
    """A draft class for a line of an approved plan. The line's standing class, if it has one, is returned instead."""
    line = PlanLine.objects.select_related("plan__town").get(pk=line.pk)
    must_run(by, line.plan.town)
    town = Town.objects.select_for_update(of=("self",)).get(pk=line.plan.town_id)
    if line.plan.state != YearPlan.State.APPROVED:
        raise ValidationError(f"{line.plan}还没批准，批准后才能开班。", code="plan")
    standing: TrainingClass | None = TrainingClass.objects.filter(line=line).exclude(state=State.CANCELLED).first()
    if standing:
        return standing
    values: ClassFields = {**defaults_from_line(line, by), **fields}
    if "starts_on" in fields and "ends_on" not in fields:
        values["ends_on"] = fields["starts_on"]
    return _make(town, line, by, values)


@transaction.atomic
def open_class(*, town: Town, by: User, **fields: Unpack[ClassFields]) -> TrainingClass:
    """A draft class beside the plan. The same draft again (title and dates) returns the first one."""
    must_run(by, town)
    town = Town.objects.select_for_update(of=("self",)).get(pk=town.pk)
    same = TrainingClass.objects.filter(
        town=town, line=None, state=State.DRAFT, title=fields["title"], starts_on=fields["starts_on"]
    ).first()
    values: ClassFields = {"contact": by.name, "safety_note": SAFETY, **fields}
    return same or _make(town, None, by, values)


def _check_change(training_class: TrainingClass) -> None:
    outside = Session.objects.filter(training_class=training_class).standing()
    outside = outside.exclude(day__range=(training_class.starts_on, training_class.ends_on))
    if outside.exists():
        raise ValidationError({"starts_on": "有课次排在这个日期范围以外，先调整课程表。"}, code="dates")
    seated = Enrolment.objects.filter(training_class=training_class).seated().count()
    if training_class.capacity < seated:
        raise ValidationError({"capacity": f"已录取 {seated} 人，名额不能少于这个数。"}, code="capacity")


def class_barred(training_class: TrainingClass) -> str:
    """Why nothing of the class may be changed now; empty when something may."""
    if training_class.state == State.SUBMITTED:
        return f"“{training_class.title}”已送审，不能再改。要改先撤回，或请县里退回。"
    return not_in(training_class, *CHANGING)


@transaction.atomic
def change_class(*, training_class: TrainingClass, by: User, **fields: Unpack[ClassFields]) -> TrainingClass:
    """Change a draft freely; later only contact, safety, summary and seats. More seats take in the waiting list."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    changed = {name: value for name, value in fields.items() if getattr(training_class, name) != value}
    if not changed:
        return training_class
    if changed.keys() - LATE_FIELDS:
        must_be(training_class, State.DRAFT)
    must_be(training_class, *CHANGING)
    for name, value in changed.items():
        setattr(training_class, name, value)
    training_class.full_clean()
    if changed.keys() & {"starts_on", "ends_on"}:
        _check_dates(training_class)
    _check_change(training_class)
    training_class.save(update_fields=list(changed))
    summary = f"修改{training_class.code}“{training_class.title}”"
    record(
        by=by,
        action="class.change",
        subject=training_class,
        summary=summary,
        town_code=training_class.town.code,
        body={"fields": sorted(changed)},
    )
    if training_class.state in (State.ENROLLING, State.RUNNING):
        promote_waiting(training_class)
    return training_class
