"""The way of a class: draft → submitted → approved → enrolling → running → closing → archived, or cancelled.

Every move locks the class row; moving it again where it already stands changes nothing.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit.log import record
from juxian.messages.actions import Letter, tell, tell_many
from juxian.messages.county import tell_county
from juxian.people.models import User
from trainings import notices
from trainings.actions.certificates import issue_missing
from trainings.actions.hours import post_class_hours
from trainings.actions.outcomes import settle_outcomes
from trainings.actions.rights import State, locked_class, must_be, must_decide, must_run, need_text
from trainings.gates import missing_at, unusable_places
from trainings.models import Enrolment, Mark, Session, TrainingClass
from trainings.models.classes import SessionQuerySet
from trainings.registry import Gate, registry
from trainings.words import cn_day, plain


def _pass(gate: Gate, training_class: TrainingClass) -> None:
    missing = missing_at(gate, training_class)
    if missing:
        raise ValidationError([item.text for item in missing], code="missing")


def _moved(training_class: TrainingClass, by: User, verb: str, summary: str, fields: list[str]) -> TrainingClass:
    training_class.save(update_fields=["state", *fields])
    record(
        by=by,
        action=f"class.{verb}",
        subject=training_class,
        summary=f"{training_class.code}“{training_class.title}”{summary}",
        town_code=training_class.town.code,
    )
    return training_class


def _standing(training_class: TrainingClass) -> SessionQuerySet:
    """The sessions of the class that were not cancelled, with what a letter about them says."""
    rows = Session.objects.filter(training_class=training_class).standing()
    return rows.select_related(*notices.NEEDED).order_by("day", "half")


def _tell_town(training_class: TrainingClass, title: str, body: str) -> None:
    tell(
        to=training_class.town,
        key=f"class:{training_class.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        title=title[:100],
        body=body,
        link=f"/town/trainings/{training_class.pk}/",
    )


@transaction.atomic
def submit_class(*, training_class: TrainingClass, by: User) -> TrainingClass:
    """Send a draft to the county; the refusal lists everything that is missing."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    if training_class.state == State.SUBMITTED:
        return training_class
    must_be(training_class, State.DRAFT)
    _pass(Gate.SUBMIT, training_class)
    training_class.state, training_class.submitted_by = State.SUBMITTED, by
    training_class.submitted_at, training_class.return_comment = timezone.now(), ""
    first = cn_day(training_class.starts_on)
    tell_county(
        key=f"class:{training_class.pk}:submitted:{training_class.submitted_at:%Y%m%d%H%M%S%f}",
        title=f"等您审批：{training_class.town}“{training_class.title}”",
        body=f"{training_class.code}，{first}开班，由{by}送审。请在开班前批准，或写明意见退回。",
        link=f"/admin/trainings/trainingclass/{training_class.pk}/change/",
        by=by,
    )
    return _moved(training_class, by, "submit", "送审", ["submitted_by", "submitted_at", "return_comment"])


@transaction.atomic
def withdraw_class(*, training_class: TrainingClass, by: User) -> TrainingClass:
    """The town takes back what it sent, as a draft, before the county decided."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    if training_class.state == State.DRAFT:
        return training_class
    must_be(training_class, State.SUBMITTED)
    training_class.state, training_class.submitted_by, training_class.submitted_at = State.DRAFT, None, None
    return _moved(training_class, by, "withdraw", "撤回送审", ["submitted_by", "submitted_at"])


@transaction.atomic
def approve_class(*, training_class: TrainingClass, by: User) -> TrainingClass:
    """The county approves what a town submitted."""
    training_class = locked_class(training_class)
    must_decide(by, training_class.submitted_by_id)
    if training_class.state == State.APPROVED:
        return training_class
    must_be(training_class, State.SUBMITTED)
    if shut := unusable_places(training_class):
        raise ValidationError(shut, code="place")
    training_class.state, training_class.approved_by = State.APPROVED, by
    training_class.approved_at = timezone.now()
    _tell_town(training_class, f"已批准：{training_class.title}", "可以开始报名了。")
    notices.ask(_standing(training_class))
    return _moved(training_class, by, "approve", "已批准", ["approved_by", "approved_at"])


@transaction.atomic
def return_class(*, training_class: TrainingClass, comment: str, by: User) -> TrainingClass:
    """The county sends a submitted class back as a draft, saying why."""
    training_class = locked_class(training_class)
    must_decide(by, None)
    if training_class.state == State.DRAFT and training_class.return_comment == comment.strip() != "":
        return training_class
    if training_class.state == State.DRAFT:
        raise ValidationError(f"“{training_class.title}”是草稿，还没有送审，不能退回。", code="state")
    must_be(training_class, State.SUBMITTED)
    training_class.return_comment = need_text(comment, "退回要写明意见，镇里才知道改什么。")
    training_class.state, training_class.submitted_by, training_class.submitted_at = State.DRAFT, None, None
    _tell_town(training_class, f"被退回：{training_class.title}", f"县里的意见：{training_class.return_comment}")
    fields = ["return_comment", "submitted_by", "submitted_at"]
    return _moved(training_class, by, "return", f"被退回：{training_class.return_comment}", fields)


@transaction.atomic
def open_enrolment(*, training_class: TrainingClass, by: User) -> TrainingClass:
    """Begin enrolling into an approved class."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    if training_class.state == State.ENROLLING:
        return training_class
    must_be(training_class, State.APPROVED)
    training_class.state, training_class.enrolling_at = State.ENROLLING, timezone.now()
    return _moved(training_class, by, "enrolling", "开始报名", ["enrolling_at"])


def too_early(training_class: TrainingClass) -> str:
    """Why the class cannot begin yet; empty from its first day on."""
    if training_class.starts_on <= timezone.localdate():
        return ""
    return f"这个班{cn_day(training_class.starts_on)}开始，当天起才能开班。"


@transaction.atomic
def start_class(*, training_class: TrainingClass, by: User) -> TrainingClass:
    """Begin the class with those who have a seat."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    if training_class.state == State.RUNNING:
        return training_class
    must_be(training_class, State.ENROLLING)
    if not Enrolment.objects.filter(training_class=training_class).seated().exists():
        raise ValidationError("还没有录取学员，先报名再开班。", code="nobody")
    early = too_early(training_class)
    if early:
        raise ValidationError(early, code="early")
    training_class.state, training_class.running_at = State.RUNNING, timezone.now()
    return _moved(training_class, by, "start", "开班", ["running_at"])


@transaction.atomic
def begin_closing(*, training_class: TrainingClass, by: User) -> TrainingClass:
    """Close the teaching: every session held, everybody marked. Upper floors then do what follows."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    if training_class.state == State.CLOSING:
        return training_class
    must_be(training_class, State.RUNNING)
    _pass(Gate.CLOSE, training_class)
    training_class.state, training_class.closing_at = State.CLOSING, timezone.now()
    _moved(training_class, by, "closing", "进入结班", ["closing_at"])
    for follow in registry.closing:
        follow(training_class)
    return training_class


@transaction.atomic
def archive_class(*, training_class: TrainingClass, by: User) -> TrainingClass:
    """File the class: papers complete, outcomes settled, hours posted, certificates issued."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    if training_class.state == State.ARCHIVED:
        return training_class
    must_be(training_class, State.CLOSING)
    _pass(Gate.ARCHIVE, training_class)
    outcomes = settle_outcomes(training_class)
    posted = post_class_hours(training_class=training_class, by=by)
    issue_missing(training_class, by)
    training_class.state, training_class.archived_by = State.ARCHIVED, by
    training_class.archived_at = timezone.now()
    total = sum(entry.hours for entry in posted)
    summary = f"归档：结业 {outcomes['completed']} 人，未结业 {outcomes['not_completed']} 人，入账 {plain(total)} 学时"
    return _moved(training_class, by, "archive", summary, ["archived_by", "archived_at"])


@transaction.atomic
def cancel_class(*, training_class: TrainingClass, reason: str, by: User) -> TrainingClass:
    """Call a class off before anybody was marked in it; the enrolled are told, lecturers and rooms are free again."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    if training_class.state == State.CANCELLED:
        return training_class
    must_be(training_class, State.DRAFT, State.SUBMITTED, State.APPROVED, State.ENROLLING, State.RUNNING)
    if Mark.objects.filter(session__training_class=training_class).exists():
        raise ValidationError("已经点过名的班不能取消。可以取消剩下的课次，然后结班。", code="marked")
    training_class.cancel_reason, was = need_text(reason, "取消要写明原因。"), training_class.state
    training_class.state, training_class.cancelled_at = State.CANCELLED, timezone.now()
    if was in notices.SETTLED:
        notices.let_off(_standing(training_class), f"这期培训不办了。原因：{training_class.cancel_reason}")
    _standing(training_class).update(cancelled_at=training_class.cancelled_at)
    rows = Enrolment.objects.filter(training_class=training_class).exclude(state=Enrolment.State.CANCELLED)
    body = f"这期培训不办了，请不要前往。原因：{training_class.cancel_reason}"
    tell_many(
        [
            Letter(
                to=enrolment.member,
                key=f"enrolment:{enrolment.pk}:class-cancelled",
                title=f"已取消：{training_class.title}",
                body=body,
                link=f"/me/trainings/{enrolment.pk}/",
            )
            for enrolment in rows.select_related("member")
        ]
    )
    fields = ["cancel_reason", "cancelled_at"]
    return _moved(training_class, by, "cancel", f"取消：{training_class.cancel_reason}", fields)
