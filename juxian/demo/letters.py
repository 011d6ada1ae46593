"""Inbox messages of the demo county, worded as the actions word them."""

from datetime import datetime

from django.urls import reverse

from assessments.models import MakeUp, Retake, SurveyTicket
from juxian.demo.outline import Outline, State
from juxian.demo.plot import Plot, save_all
from juxian.messages.models import InboxMessage
from juxian.people.models import Member, Town, User
from trainings.models import Session
from trainings.notices import NEEDED, SETTLED, line


def write_letters(plot: Plot, outlines: list[Outline]) -> None:
    """What the live classes have told their people and desks."""
    rows: list[InboxMessage] = []
    for outline in outlines:
        rows += _to_desk(plot, outline)
        if outline.state in (State.CLOSING, State.RUNNING, State.ENROLLING):
            rows += _seats(plot, outline)
    rows += _remedies(plot)
    rows += _teaching()
    save_all(InboxMessage, rows)


def _letter(
    to: Member | Town | User, key: str, at: datetime, title: str, body: str, link: str, *, read: bool = False
) -> InboxMessage:  # fmt: skip
    field = {Member: "member", Town: "town", User: "user"}[type(to)]
    return InboxMessage(
        **{field: to},
        key=f"demo:{key}",
        title=title[:100],
        body=body,
        link=link,
        created_at=at,
        read_at=at if read else None,
    )


def _to_desk(plot: Plot, outline: Outline) -> list[InboxMessage]:
    row = outline.row
    if not row.approved_at or outline.state == State.ARCHIVED:
        return []
    link = reverse("trainings:town-detail", args=[row.pk])
    fresh = outline.state in (State.APPROVED, State.ENROLLING)
    return [
        _letter(
            outline.town,
            f"class:{row.pk}:approved",
            row.approved_at,
            f"已批准：{row.title}",
            "可以开始报名了。",
            link,
            read=not fresh,
        )
    ]


def _seats(plot: Plot, outline: Outline) -> list[InboxMessage]:
    first, title = outline.starts_on, f"请您参加：{outline.title}"
    body = f"{first.month}月{first.day}日开班，{outline.town.name}主办。课表和地点请点开查看。"
    at = outline.row.enrolling_at or plot.moment(plot.at)
    return [
        _letter(
            one.member,
            f"enrolment:{one.pk}:seated",
            at,
            title,
            body,
            f"/me/trainings/{one.pk}/",
            read=outline.state != State.ENROLLING,
        )
        for one in outline.enrolments
    ]


def _teaching() -> list[InboxMessage]:
    """One to the lecturer with an account, about each half-day to come."""
    found = Session.objects.standing().filter(lecturer__user__isnull=False, training_class__state__in=SETTLED)
    coming = found.select_related(*NEEDED).order_by("day", "half", "pk")
    return [
        _letter(
            session.lecturer.user,
            f"teaching:{session.pk}",
            session.training_class.approved_at,
            f"请您授课：{session.training_class.title}",
            f"{session.training_class.town.name}“{session.training_class.title}”\n{line(session)}\n来不了请早些告诉镇里。",
            reverse("teach"),
        )
        for session in coming
    ]


def _remedies(plot: Plot) -> list[InboxMessage]:
    rows = []
    for retake in Retake.objects.open().select_related("enrolment__member", "exam__training_class"):
        title = retake.exam.training_class.title
        due = retake.due_at.astimezone(plot.moment(plot.at).tzinfo)
        body = f"请在 {due.month}月{due.day}日 {due:%H:%M} 前补考，用手机就能考，{retake.exam.pass_mark} 分及格。"
        link = reverse("assessments:me-exam", args=[retake.exam_id])
        rows.append(
            _letter(
                retake.enrolment.member, f"retake:{retake.pk}", retake.opens_at, f"请您补考：{title}", body, link
            )
        )  # fmt: skip
    for make_up in MakeUp.objects.open().select_related("enrolment__member", "enrolment__training_class"):
        training_class = make_up.enrolment.training_class
        body = f"您缺课 {make_up.missed_hours:g} 学时，请在 {make_up.due_on.month}月{make_up.due_on.day}日前补上。"
        link = reverse("assessments:me-exams")
        at = training_class.closing_at or plot.moment(plot.at)
        rows.append(
            _letter(
                make_up.enrolment.member, f"make-up:{make_up.pk}", at, f"请您补课：{training_class.title}", body, link
            )
        )  # fmt: skip
    waiting = SurveyTicket.objects.filter(is_answered=False, survey__closes_at__gt=plot.moment(plot.at))
    for ticket in waiting.select_related("survey__training_class", "enrolment__member"):
        closes = ticket.survey.closes_at.astimezone(plot.moment(plot.at).tzinfo)
        body = f"匿名，约 2 分钟，{closes.month}月{closes.day}日 前都可以填。谁填了什么，镇里和县里都看不到。"
        link = reverse("assessments:me-survey", args=[ticket.pk])
        key = f"survey:{ticket.survey_id}:{ticket.enrolment_id}"
        title = f"请您评课：{ticket.survey.training_class.title}"
        rows.append(_letter(ticket.enrolment.member, key, ticket.survey.opens_at, title, body, link))
    return sorted(rows, key=lambda row: (row.created_at, row.key))
