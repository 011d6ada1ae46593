"""A panel: opened with the numbers of its day, judges invited, ballots handed in once, closed with the trimmed mean."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.days import cn_date
from courses.actions.topics import locked, move, must_be, tell_town
from courses.models import Ballot, Criterion, Judge, Panel, PanelCriterion, Score, Topic
from courses.scoring import outcome_of
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import Grant, User
from juxian.people.rights import must_decide, need_text
from juxian.rules.lookup import value
from lecturers.models import Lecturer

OWN = "本单位的课程本单位不评"


def default_end(on: date) -> date:
    """The last day for ballots of a panel opened on `on`."""
    return on + timedelta(days=value("review.panel_days", on))


@transaction.atomic
def open_panel(*, topic: Topic, ends_on: date, by: User) -> Panel:
    """The county opens the judging of a vetted script. Numbers and criteria are those of today, whatever comes later."""
    topic = locked(topic)
    must_decide(by, topic.declared_by_id)
    going: Panel | None = Panel.objects.filter(topic=topic, closed_at=None).first()
    if going:
        return going
    must_be(topic, Topic.State.VETTED)
    today = timezone.localdate()
    if ends_on < today:
        raise ValidationError({"ends_on": "评分截止日期不能早于今天。"})
    most = today + timedelta(days=value("review.panel_most_days", today))
    if ends_on > most:
        raise ValidationError({"ends_on": f"评分截止日期最晚到{cn_date(most)}，请核对年份。"})
    criteria = list(Criterion.objects.in_force(today))
    if not criteria:
        raise ValidationError("今天没有有效的评分标准。请先到“管理”里登记评分标准。", code="criteria")
    numbers = {name: value(f"review.{name}", today) for name in ("min_judges", "drop_from", "drop_each", "pass_mark")}
    number = Panel.objects.filter(topic=topic).count() + 1
    panel = Panel.objects.create(topic=topic, number=number, ends_on=ends_on, **numbers)
    PanelCriterion.objects.bulk_create(
        [
            PanelCriterion(panel=panel, name=one.name, hint=one.hint, weight=one.weight, order=place)
            for place, one in enumerate(criteria)
        ]
    )
    move(topic, Topic.State.JUDGING, by, "panel_opened", f"第{number}次评审开始", f"评分截止 {cn_date(ends_on)}")
    return panel


def locked_panel(panel: Panel) -> Panel:
    """The panel as it is now, locked: inviting, handing in and closing all come through here."""
    row: Panel = Panel.objects.select_for_update(of=("self",)).select_related("topic__town").get(pk=panel.pk)
    return row


def _must_be_open(panel: Panel) -> None:
    if not panel.is_open:
        raise ValidationError(f"“{panel}”已经结束，不能再改。", code="closed")


def conflict(*, user: User, unit: str, topic: Topic) -> str:
    """Why `user` must not judge `topic`, as a sentence; empty where nothing is in the way."""
    town, today = topic.town, timezone.localdate()
    if user.pk in (topic.proposed_by_id, topic.declared_by_id):
        return f"{user}是这个选题的申报人，不能当评委。"
    if topic.lecturers.filter(user=user).exists():
        return f"{user}是这堂课的主讲，不能当评委。"
    if Grant.objects.in_force(today).filter(user=user, kind=Grant.Kind.CLERK, town=town).exists():
        return f"{user}是{town.name}的干事，{OWN}，请换别的单位的人。"
    member = user.member_or_none
    if member and member.branch.town_id == town.pk:
        return f"{user}是{town.name}的党员，{OWN}，请换别的单位的人。"
    if Lecturer.objects.filter(user=user, town=town).exists():
        return f"{user}是{town.name}推荐的讲师，{OWN}，请换别的单位的人。"
    return _same_unit(unit, topic)


def _same_unit(unit: str, topic: Topic) -> str:
    """Whether the unit's name is that of the town or of a lecturer."""
    said = "".join(unit.split())
    if topic.town.name in said:
        return f"“{unit}”是申报单位，{OWN}，请换别的单位的人。"
    for lecturer in topic.lecturers.exclude(unit=""):
        if said and "".join(lecturer.unit.split()).startswith(said):
            return f"“{unit}”是主讲{lecturer}的单位，{OWN}，请换别的单位的人。"
    return ""


@transaction.atomic
def invite(*, panel: Panel, username: str, unit: str, by: User) -> Judge:
    """The county invites a user to this panel. Nobody of the unit that declared it. Again: the one who is there.

    Invited again with another unit: refused, for the unit decides who may judge.
    """
    if not by.is_county:
        raise PermissionDenied
    panel = locked_panel(panel)
    _must_be_open(panel)
    unit = need_text(unit, "请写评委的单位。")
    user = User.objects.filter(username=username.strip(), is_active=True).first()
    if user is None:
        raise ValidationError({"username": f"没有登录名是“{username.strip()}”的账号。请核对，或先到“管理”里新建账号。"})
    there: Judge | None = Judge.objects.filter(panel=panel, user=user).first()
    if there and there.unit == unit:
        return there
    if there:
        told = f"{user}已经是这次评审的评委，单位登记的是“{there.unit}”，没有再改。"
        told += "评分已经交了，单位不能再改。" if Ballot.objects.filter(judge=there).exists() else "要改，先移出再请。"
        raise ValidationError(told, code="invited")
    if why := conflict(user=user, unit=unit, topic=panel.topic):
        raise ValidationError(why, code="own_unit")
    judge = Judge.objects.create(panel=panel, user=user, unit=unit)
    _note(panel, by, "judge_invited", f"请{judge}当“{panel}”的评委")
    tell(
        to=user.member_or_none or user,
        key=f"judge:{judge.pk}",
        title=f"请您评审：{panel.topic}"[:100],
        body=f"请在 {panel.ends_on.month}月{panel.ends_on.day}日前看讲稿、打分。评分只能交一次。",
        link=f"/judge/{judge.pk}/",
    )
    return judge


def _note(panel: Panel, by: User, action: str, summary: str) -> None:
    record(by=by, action=f"courses.{action}", subject=panel, summary=summary, town_code=panel.topic.town.code)


@transaction.atomic
def remove_judge(*, judge: Judge, by: User) -> None:
    """The county takes back an invitation; not from somebody who has handed in."""
    if not by.is_county:
        raise PermissionDenied
    panel = locked_panel(judge.panel)
    _must_be_open(panel)
    if Ballot.objects.filter(judge=judge).exists():
        raise ValidationError(f"{judge}已经交了评分，不能移出。", code="handed_in")
    row = Judge.objects.filter(pk=judge.pk).first()
    if row:
        row.delete()
        _note(panel, by, "judge_removed", f"{judge}不再当“{panel}”的评委")


@transaction.atomic
def cast(*, judge: Judge, points: Mapping[int, int], comment: str, by: User) -> Ballot:
    """The judge hands in, once. The very same again is the one that is there; anything else is refused.

    `points`: by primary key of the panel's criteria, all of them.
    """
    panel = locked_panel(judge.panel)
    if by.pk != judge.user_id:
        raise PermissionDenied
    there: Ballot | None = Ballot.objects.filter(judge=judge).first()
    if there:
        same = dict(there.scores.values_list("criterion_id", "points")) == dict(points)
        if same and there.comment == comment.strip():
            return there
        raise ValidationError("您已经交过这次的评分，一次评审只交一次，没有再记。", code="twice")
    _must_be_open(panel)
    if timezone.localdate() > panel.ends_on:
        raise ValidationError(f"评分到 {panel.ends_on.month}月{panel.ends_on.day}日为止，已经截止。", code="late")
    if why := conflict(user=by, unit=judge.unit, topic=panel.topic):
        raise ValidationError(why, code="own_unit")
    criteria = set(PanelCriterion.objects.filter(panel=panel).values_list("pk", flat=True))
    if set(points) != criteria or not all(0 <= one <= 100 for one in points.values()):
        raise ValidationError("每一项都要打分，0 到 100 的整数。", code="points")
    ballot = Ballot(judge=judge, comment=comment.strip())
    ballot.save(force_insert=True)
    Score.objects.bulk_create([Score(ballot=ballot, criterion_id=pk, points=one) for pk, one in points.items()])
    _note(panel, by, "ballot_cast", f"{judge}交了“{panel}”的评分")
    if not Judge.objects.filter(panel=panel, ballot=None).exists():
        key = f"panel:{panel.pk}:complete:{Judge.objects.filter(panel=panel).count()}"
        title = f"评委都交了评分：{panel.topic}"[:100]
        body = "可以看结果、结束评审。"
        tell_county(key=key, title=title, body=body, link=f"/town/topics/{panel.topic_id}/", by=by)
    return ballot


@transaction.atomic
def close_panel(*, panel: Panel, by: User) -> Panel:
    """The county ends the judging: enough ballots, then the score decides between trial lecture and mending."""
    topic = locked(panel.topic)
    must_decide(by, topic.declared_by_id)
    panel = locked_panel(panel)
    if not panel.is_open:
        return panel
    found = outcome_of(panel)
    if found.handed_in < panel.min_judges:
        raise ValidationError(
            f"交了评分的评委只有 {found.handed_in} 位，至少要 {panel.min_judges} 位。请等评委交表，或再请人。",
            code="few",
        )
    panel.closed_at = timezone.now()
    panel.save(update_fields=["closed_at"])
    state, words = (Topic.State.TRIAL, "评审通过") if found.passes else (Topic.State.IMPROVE, "评审未通过")
    said = f"{found.handed_in} 位评委，得分 {found.score}，通过分 {panel.pass_mark}"
    move(topic, state, by, "panel_closed", words, said)
    tell_town(topic, words, f"{said}。{'接下来安排试讲。' if found.passes else '请按评语修改后重新申报。'}")
    return panel
