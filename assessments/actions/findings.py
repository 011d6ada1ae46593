"""Findings about lecturers and courses: raised, replied to, decided, improved. Nobody is judged unheard."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assessments.actions.remedies import end_of_day
from assessments.models import Improvement, TeachingFinding
from courses.models import Course
from juxian.audit import log
from juxian.messages.actions import tell
from juxian.people.models import User
from juxian.people.rights import deciders, visible
from juxian.rules.lookup import value
from lecturers.models import Lecturer

Origin, Verdict = TeachingFinding.Origin, TeachingFinding.Verdict


def _text(text: str, refusal: str) -> str:
    seen = visible(text)
    if not seen:
        raise ValidationError(refusal, code="text")
    return seen


def _locked(finding: TeachingFinding) -> TeachingFinding:
    rows = TeachingFinding.objects.select_for_update(of=("self",)).select_related("town", "lecturer__user", "course")
    found: TeachingFinding = rows.get(pk=finding.pk)
    return found


def _record(by: User | None, action: str, finding: TeachingFinding, summary: str) -> None:
    log.record(
        by=by,
        action=f"assessments.{action}",
        subject=finding,
        summary=f"{summary}：{finding.about}"[:300],
        town_code=finding.town.code if finding.town else "",
    )


def concerned(finding: TeachingFinding) -> list[User]:
    """The lecturers with an account who may reply."""
    if finding.lecturer:
        return [finding.lecturer.user] if finding.lecturer.user else []
    lecturers = Lecturer.objects.filter(courses=finding.course_id, user__isnull=False).select_related("user")
    return [one.user for one in lecturers.order_by("pk") if one.user]


@transaction.atomic
def open_finding(
    *, about: Lecturer | Course, text: str, by: User | None, now: datetime, year: int | None = None
) -> TeachingFinding:
    """Raise a finding and ask for a reply within the county's days. Without `by` it comes from a low rating.

    A second one from the rating of the same year, or with the same words while the first is open, returns the first.
    """
    if by is not None and not by.is_county:
        raise PermissionDenied
    key = "lecturer" if isinstance(about, Lecturer) else "course"
    type(about)._default_manager.select_for_update(of=("self",)).get(pk=about.pk)
    year = year or timezone.localdate(now).year
    origin = Origin.RATING if by is None else Origin.COUNTY
    text = _text(text, "请写明意见：什么时候、哪堂课、什么问题。")
    rows = TeachingFinding.objects.filter(**{key: about}, year=year, origin=origin)
    known: TeachingFinding | None = (rows if by is None else rows.open().filter(text=text)).first()
    if known:
        return known
    finding = TeachingFinding.objects.create(
        **{key: about}, town=about.town, origin=origin, year=year, opened_at=now, opened_by=by,
        text=text,
        reply_due_at=end_of_day(now, int(value("finding.reply_days", timezone.localdate(now)))),
    )  # fmt: skip
    _record(by, "finding_opened", finding, "提出教学意见")
    _ask(finding)
    return finding


def _ask(finding: TeachingFinding) -> None:
    due = timezone.localtime(finding.reply_due_at)
    day = f"{due.month}月{due.day}日"
    for user in concerned(finding):
        tell(
            to=user,
            key=f"teaching-finding:{finding.pk}:{user.pk}",
            title=f"有一条意见请您说明：{finding.about}"[:100],
            body=f"请在 {day} 前写下您的说明，县里看过以后再作决定。",
            link=reverse("assessments:teach-finding", args=[finding.pk]),
        )
    if finding.town:
        tell(
            to=finding.town,
            key=f"teaching-finding:{finding.pk}",
            title=f"县里对{finding.about}提出意见"[:100],
            body=f"本人 {day} 前可以申辩；没有账号的，请镇里听取以后代为填写。",
            link=reverse("assessments:town-finding", args=[finding.pk]),
        )


@transaction.atomic
def reply_to_finding(*, finding: TeachingFinding, text: str, by: User, heard: str = "") -> TeachingFinding:
    """Keep the reply, once; until the county has decided it is taken even when late. The same words again: nothing.

    By those concerned; or by the town or the county for them, who say how they heard it.
    """
    finding = _locked(finding)
    own = by in concerned(finding)
    if not own and not TeachingFinding.objects.editable_by(by).filter(pk=finding.pk).exists():
        raise PermissionDenied
    said = _text(text, "请写下说明，写好再交。")
    if finding.replied_at and (finding.reply, finding.replied_by_id) == (said, by.pk):
        return finding
    if finding.decided_at:
        raise ValidationError("县里已经作出决定，不能再申辩。有新情况请联系县里。", code="decided")
    if finding.replied_at:
        raise ValidationError("这条意见已经申辩过，不能再改。", code="replied")
    if not own:
        finding.heard = _text(heard, "代为填写的，请写明怎样听取的，如“7月3日面谈”。")
    finding.reply, finding.replied_at, finding.replied_by = said, timezone.now(), by
    finding.save(update_fields=["reply", "replied_at", "replied_by", "heard"])
    _record(by, "finding_replied", finding, "申辩" if own else "代为填写申辩")
    return finding


def may_decide(finding: TeachingFinding, now: datetime) -> bool:
    """Heard, or given the time to be."""
    return not finding.decided_at and (finding.replied_at is not None or now > finding.reply_due_at)


@transaction.atomic
def decide_finding(
    *, finding: TeachingFinding, verdict: str, reason: str, by: User, plan: dict[str, Any] | None = None
) -> TeachingFinding:
    """The county decides with a reason, after the reply or its time; `plan` (what, owner, due_on) comes with 要改进.

    The same decision again: nothing.
    """
    if not by.is_county:
        raise PermissionDenied
    finding = _locked(finding)
    if finding.decided_at and finding.verdict == verdict:
        return finding
    if finding.decided_at:
        raise ValidationError(f"已经决定：{finding.get_verdict_display()}，不能再改。", code="decided")
    now = timezone.now()
    if not may_decide(finding, now):
        due = timezone.localtime(finding.reply_due_at)
        raise ValidationError(f"还没有听取申辩，{due.month}月{due.day}日 以后才能决定。", code="unheard")
    if verdict not in Verdict.values:
        raise ValidationError("请选一个结论。", code="verdict")
    finding.verdict, finding.reason = verdict, _text(reason, "请写明理由，本人看得到。")
    finding.decided_at, finding.decided_by = now, by
    finding.save(update_fields=["verdict", "reason", "decided_at", "decided_by"])
    if verdict == Verdict.IMPROVE:
        _plan(finding, plan or {}, timezone.localdate(now))
    _record(by, "finding_decided", finding, f"决定教学意见，{finding.get_verdict_display()}")
    _tell_decision(finding)
    return finding


def _plan(finding: TeachingFinding, plan: dict[str, Any], today: date) -> None:
    due = plan.get("due_on")
    missing = [
        word for key, word in (("what", "改进什么"), ("owner", "责任人"), ("due_on", "完成期限")) if not plan.get(key)
    ]
    if missing:
        raise ValidationError(f"要改进的，请写明{'、'.join(missing)}。", code="plan")
    if due is None or due < today:
        raise ValidationError("完成期限不能早于今天。", code="due")
    Improvement.objects.create(finding=finding, what=plan["what"], owner=plan["owner"], due_on=due)


def _tell_decision(finding: TeachingFinding) -> None:
    words = f"{finding.get_verdict_display()}。理由：{finding.reason}"
    for user in concerned(finding):
        tell(
            to=user,
            key=f"teaching-decision:{finding.pk}:{user.pk}",
            title=f"县里的决定：{finding.about}"[:100],
            body=words,
            link=reverse("assessments:teach-finding", args=[finding.pk]),
        )
    if finding.town:
        tell(
            to=finding.town,
            key=f"teaching-decision:{finding.pk}",
            title=f"县里的决定：{finding.about}"[:100],
            body=words,
            link=reverse("assessments:town-finding", args=[finding.pk]),
        )


@transaction.atomic
def finish_improvement(*, finding: TeachingFinding, outcome: str, by: User) -> Improvement:
    """Register that it became better and how. Again: nothing."""
    finding = _locked(finding)
    if not TeachingFinding.objects.editable_by(by).filter(pk=finding.pk).exists():
        raise PermissionDenied
    improvement: Improvement | None = Improvement.objects.filter(finding=finding).first()
    if improvement is None:
        raise ValidationError("这条意见没有要求改进。", code="none")
    if improvement.done_at:
        return improvement
    improvement.outcome = _text(outcome, "请写明改了什么、效果怎样。")
    improvement.done_at, improvement.done_by = timezone.now(), by
    improvement.save(update_fields=["outcome", "done_at", "done_by"])
    _record(by, "improvement_done", finding, "登记教学改进完成")
    return improvement


def tell_county(*, key: str, title: str, body: str, link: str) -> None:
    """A message to everybody who decides for the county."""
    for user in deciders().order_by("pk"):
        tell(to=user, key=f"{key}:{user.pk}", title=title[:100], body=body, link=link)
