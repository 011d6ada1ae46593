"""The due work of this floor. Every `generate` asks the facts of now and looks back without limit.

Reasons that may cease are checked again when the row is done: a passed retake, a used ticket, a lost seat.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils import timezone

from assessments import teaching_reminders
from assessments.actions.attempts import close_overdue
from assessments.actions.remedies import expire_retake, give_retake, over_limit, owe_make_up
from assessments.actions.surveys import attended, close_survey, open_survey, remind_many
from assessments.models import Attempt, MakeUp, Retake, Survey, SurveyTicket
from juxian.obligations.models import Obligation
from juxian.obligations.registry import CatchUp, Done, Draft, Kind, Outcome, Superseded, registry
from juxian.rules.lookup import value
from trainings.models import Enrolment, TrainingClass

CLOSE_ATTEMPT = "assessments.close_attempt"
RETAKE = "assessments.retake"
RETAKE_CLOSE = "assessments.retake_close"
MAKE_UP = "assessments.make_up"
SURVEY_OPEN = "assessments.survey_open"
SURVEY_TICKET = "assessments.survey_ticket"
SURVEY_REMIND = "assessments.survey_remind"
SURVEY_CLOSE = "assessments.survey_close"
ATTEMPT_ROW, RETAKE_ROW, SURVEY_ROW = "assessments.attempt", "assessments.retake", "assessments.survey"
ENROLMENT, TRAINING_CLASS = "trainings.enrolment", "trainings.trainingclass"
REMIND_AT = time(9, 0)
State = TrainingClass.State


def _outcome(reason: str, note: str = "") -> Outcome:
    return Superseded(reason) if reason else Done(note)


# Overdue attempts ------------------------------------------------------------------------------------
def overdue_attempts(now: datetime) -> Iterable[Draft]:
    """Attempts whose time is over and that nobody handed in."""
    for pk, closes_at in Attempt.objects.overdue(now).values_list("pk", "closes_at"):
        yield Draft(CLOSE_ATTEMPT, ATTEMPT_ROW, pk, closes_at)


def close_attempt(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Close one, marked from what is saved."""
    return _outcome("" if close_overdue(attempt_id=row.subject_id, now=now) else "本人已经交卷")


# Retakes ---------------------------------------------------------------------------------------------
def owed_retakes(now: datetime) -> Iterable[Draft]:
    """Seated people of released exams who have not passed, have no open retake and tries left."""
    passed = Attempt.objects.filter(enrolment=OuterRef("pk"), score__gte=OuterRef("training_class__exam__pass_mark"))
    rows = (
        Enrolment.objects.seated()
        .filter(training_class__exam__released_at__isnull=False)
        .exclude(training_class__state=State.CANCELLED)
        .exclude(Exists(passed))
        .annotate(
            given=Count("retakes"),
            still_open=Count("retakes", filter=Q(retakes__state=Retake.State.OPEN)),
            last_closed=Max("retakes__closed_at"),
        )
        .filter(still_open=0, given__lt=F("training_class__exam__retake_max"))
        .order_by("pk")
        .values_list("pk", "given", "last_closed", "training_class__exam__released_at")
    )
    for pk, given, last_closed, released_at in rows:
        yield Draft(RETAKE, ENROLMENT, pk, last_closed or released_at, stage=given + 1)


def make_retake(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Give one retake."""
    made = give_retake(enrolment_id=row.subject_id, sequence=row.stage, now=now)
    return Superseded(made) if isinstance(made, str) else Done()


def overdue_retakes(now: datetime) -> Iterable[Draft]:
    """Open retakes past their last day that nobody started."""
    started = Attempt.objects.filter(
        exam=OuterRef("exam"), enrolment=OuterRef("enrolment"), sitting=OuterRef("sequence")
    )
    rows = Retake.objects.open().filter(due_at__lte=now).exclude(Exists(started))
    for pk, due_at in rows.values_list("pk", "due_at"):
        yield Draft(RETAKE_CLOSE, RETAKE_ROW, pk, due_at)


def close_retake(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Expire one."""
    return _outcome(expire_retake(retake_id=row.subject_id, now=now))


# Make-ups --------------------------------------------------------------------------------------------
def owed_make_ups(now: datetime) -> Iterable[Draft]:
    """Seated people of closing classes who missed more than the limit."""
    closing = list(TrainingClass.objects.filter(state=State.CLOSING))
    over = over_limit(closing)
    have = set(MakeUp.objects.filter(enrolment__in=over).values_list("enrolment_id", flat=True))
    for pk in sorted(set(over) - have):
        yield Draft(MAKE_UP, ENROLMENT, pk, now)


def make_make_up(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Owe one."""
    made = owe_make_up(enrolment_id=row.subject_id, now=now)
    return Superseded(made) if isinstance(made, str) else Done()


# Survey ----------------------------------------------------------------------------------------------
def surveys_to_open(now: datetime) -> Iterable[Draft]:
    """Closing classes, and running ones whose last session lies before today, without a survey."""
    rows = TrainingClass.objects.filter(survey=None, state__in=[State.RUNNING, State.CLOSING]).annotate(
        last_day=Max("sessions__day", filter=Q(sessions__cancelled_at=None))
    )
    today = timezone.localdate(now)
    for row in rows.filter(Q(state=State.CLOSING) | Q(last_day__lt=today)).order_by("pk"):
        yield Draft(SURVEY_OPEN, TRAINING_CLASS, row.pk, row.closing_at or now)


def start_survey(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Open one."""
    training_class = TrainingClass.objects.filter(pk=row.subject_id).exclude(state=State.CANCELLED).first()
    if training_class is None:
        return Superseded("班次已取消")
    open_survey(training_class=training_class, now=now)
    return Done()


def late_tickets(now: datetime) -> Iterable[Draft]:
    """People whose attendance was put right after the survey of their class had opened."""
    have = SurveyTicket.objects.filter(enrolment=OuterRef("pk"))
    rows = attended().filter(training_class__survey__closes_at__gt=now).exclude(Exists(have)).order_by("pk")
    for pk, closes_at in rows.values_list("pk", "training_class__survey__closes_at"):
        yield Draft(SURVEY_TICKET, ENROLMENT, pk, now, expires_at=closes_at)


def give_ticket(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Bring the tickets of the class up to date."""
    survey = Survey.objects.filter(training_class__enrolments=row.subject_id, closes_at__gt=now).first()
    if survey is None:
        return Superseded("测评已经结束")
    open_survey(training_class=survey.training_class, now=now)
    return Done()


def reminders(now: datetime) -> Iterable[Draft]:
    """Stages that are due for people who attended and have not answered. Days after opening, nine in the morning."""
    for survey in Survey.objects.filter(opens_at__lte=now, closes_at__gt=now).order_by("pk"):
        opened = timezone.localdate(survey.opens_at)
        for days in value("survey.reminder_days", opened):
            due = timezone.make_aware(datetime.combine(opened + timedelta(days=days), REMIND_AT))
            if due <= now:
                yield from _stage(survey, days, due)


def _stage(survey: Survey, days: int, due: datetime) -> Iterable[Draft]:
    known = Obligation.objects.filter(
        kind=SURVEY_REMIND, subject_kind=ENROLMENT, subject_id=OuterRef("enrolment_id"), stage=days
    )
    open_tickets = SurveyTicket.objects.filter(survey=survey, is_answered=False).exclude(Exists(known))
    for pk in open_tickets.order_by("enrolment_id").values_list("enrolment_id", flat=True):
        yield Draft(SURVEY_REMIND, ENROLMENT, pk, due, stage=days, expires_at=survey.closes_at)


def send_reminder(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Send one, as `send_reminders` does."""
    return send_reminders([row], now)[0]


def send_reminders(rows: Sequence[Obligation], now: datetime) -> list[Outcome]:
    """Send those that did not lose their reason. The note must not tell who answered when: it is the same for all."""
    reasons = remind_many([(row.subject_id, row.stage) for row in rows], now)
    return [Superseded("不再需要提醒") if reason else Done() for reason in reasons]


def surveys_to_close(now: datetime) -> Iterable[Draft]:
    """Surveys past their last day; each is closed once."""
    known = Obligation.objects.filter(kind=SURVEY_CLOSE, subject_kind=SURVEY_ROW, subject_id=OuterRef("pk"))
    for pk, closes_at in (
        Survey.objects.filter(closes_at__lte=now).exclude(Exists(known)).values_list("pk", "closes_at")
    ):
        yield Draft(SURVEY_CLOSE, SURVEY_ROW, pk, closes_at)


def end_survey(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Let the pending rest join, if it may."""
    return Done(f"可汇总 {close_survey(survey_id=row.subject_id, now=now)} 份")


KINDS = [
    Kind(CLOSE_ATTEMPT, "到时收卷", close_attempt, generate=overdue_attempts),
    Kind(RETAKE, "安排补考", make_retake, generate=owed_retakes),
    Kind(RETAKE_CLOSE, "补考过期", close_retake, generate=overdue_retakes),
    Kind(MAKE_UP, "安排补课", make_make_up, generate=owed_make_ups),
    Kind(SURVEY_OPEN, "开放测评", start_survey, generate=surveys_to_open),
    Kind(SURVEY_TICKET, "补发测评资格", give_ticket, generate=late_tickets),
    Kind(
        SURVEY_REMIND,
        "测评提醒",
        send_reminder,
        perform_many=send_reminders,
        generate=reminders,
        catch_up=CatchUp.COLLAPSE,
    ),
    Kind(SURVEY_CLOSE, "测评截止", end_survey, generate=surveys_to_close),
    *teaching_reminders.KINDS,
]


def register() -> None:
    """Called when the apps are ready; again, nothing is added."""
    for kind in KINDS:
        if registry.kinds.get(kind.code) is not kind:
            registry.add(kind)
