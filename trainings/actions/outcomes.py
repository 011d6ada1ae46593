"""The completion rule: not too much missed, and nothing an upper floor holds against it."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from django.db import transaction

from juxian.rules.lookup import value
from trainings.actions.certificates import follow_outcome
from trainings.actions.rights import locked_class
from trainings.attendance import attended_hours
from trainings.models import Enrolment, TrainingClass
from trainings.registry import registry
from trainings.words import plain

Outcome = Enrolment.Outcome


def absence_objection(total: Decimal, attended: Decimal, limit: Fraction) -> str:
    """Why the hours missed stand against completing; empty when they are within the limit."""
    missed = total - attended
    if Fraction(missed) <= Fraction(total) * limit:
        return ""
    return f"缺课 {plain(missed)} 学时，超过全班 {plain(total)} 学时的 {limit}。"


def _judge(enrolment: Enrolment, total: Decimal, attended: Decimal, limit: Fraction) -> tuple[str, str]:
    reasons = [absence_objection(total, attended, limit)]
    reasons += [objection(enrolment) for objection in registry.completion]
    note = "".join(reason for reason in reasons if reason)
    return (Outcome.NOT_COMPLETED if note else Outcome.COMPLETED), note[:200]


def settle_outcomes(training_class: TrainingClass) -> Counter[str]:
    """Judge everybody seated by the rule in force on the last day of the class; returns how many of each outcome."""
    limit = Fraction(str(value("attendance.max_absence_ratio", training_class.ends_on)))
    total, attended = attended_hours(training_class)
    rows = list(Enrolment.objects.filter(training_class=training_class).seated().select_related("training_class"))
    for row in rows:
        row.outcome, row.outcome_note = _judge(row, total, attended.get(row.pk, Decimal(0)), limit)
    Enrolment.objects.bulk_update(rows, ["outcome", "outcome_note"], batch_size=200)
    return Counter({choice.value: sum(row.outcome == choice for row in rows) for choice in Outcome})


@transaction.atomic
def resettle_outcome(*, enrolment: Enrolment) -> Enrolment:
    """Judge one person of an archived class again, after a retake, a make-up or an amendment; the certificate follows."""
    training_class = locked_class(enrolment.training_class)
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("training_class").get(pk=enrolment.pk)
    if training_class.state != TrainingClass.State.ARCHIVED or enrolment.state != Enrolment.State.SEATED:
        return enrolment
    limit = Fraction(str(value("attendance.max_absence_ratio", training_class.ends_on)))
    total, attended = attended_hours(training_class)
    hours = attended.get(enrolment.pk, Decimal(0))
    enrolment.outcome, enrolment.outcome_note = _judge(enrolment, total, hours, limit)
    enrolment.save(update_fields=["outcome", "outcome_note"])
    follow_outcome(enrolment, training_class, hours)
    return enrolment
