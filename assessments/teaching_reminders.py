"""Due work around findings: raising those a low rating asks for, the days for a reply, the decision, improvements."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from assessments import ratings
from assessments.actions.findings import concerned, may_decide, open_finding, tell_county
from assessments.models import Improvement, TeachingFinding
from courses.models import Course
from juxian.messages.actions import tell
from juxian.obligations.models import Obligation
from juxian.obligations.registry import CatchUp, Done, Draft, Kind, Outcome, Superseded
from juxian.rules.lookup import value
from lecturers.models import Lecturer

LOW, REPLY = "assessments.low_rating", "assessments.finding_reply"
DECIDE, IMPROVE = "assessments.finding_decide", "assessments.improvement_due"
FINDING, IMPROVEMENT = "assessments.teachingfinding", "assessments.improvement"
LECTURER, COURSE = "lecturers.lecturer", "courses.course"
MODELS: dict[str, Any] = {LECTURER: Lecturer, COURSE: Course}
REMIND_AT = time(9, 0)
MIDDLE = 500  # stage: the day around the due date


def _nine(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, REMIND_AT))


def low_ratings(now: datetime) -> Iterable[Draft]:
    """Lecturers and courses whose rating of this year lies below the mark and that have no finding of it yet."""
    year = timezone.localdate(now).year
    for subject, path, key in ((LECTURER, ratings.LECTURER, "lecturer"), (COURSE, ratings.COURSE, "course")):
        rows = TeachingFinding.objects.filter(origin=TeachingFinding.Origin.RATING, year=year)
        have = set(rows.values_list(key, flat=True))
        for pk, _ in ratings.low_ones(path, year):
            if pk not in have:
                yield Draft(LOW, subject, pk, now, stage=year)


def raise_low_rating(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Raise one, if the rating is still low."""
    path = ratings.LECTURER if row.subject_kind == LECTURER else ratings.COURSE
    rating = dict(ratings.low_ones(path, row.stage)).get(row.subject_id)
    if rating is None:
        return Superseded("评价不再偏低")
    percent = value("rating.low_percent", date(row.stage, 12, 31))
    text = f"{row.stage} 年学员评价平均 {ratings.in_words(rating)}，低于满分 {ratings.FULL} 分的 {percent}%。"
    about = MODELS[row.subject_kind]._default_manager.get(pk=row.subject_id)
    open_finding(about=about, text=text, by=None, now=now, year=row.stage)
    return Done()


def replies_due(now: datetime) -> Iterable[Draft]:
    """Stages before the last day for a reply of findings nobody has replied to."""
    days = value("finding.remind_before", timezone.localdate(now))
    for one in TeachingFinding.objects.open().filter(replied_at=None, reply_due_at__gt=now).order_by("pk"):
        for offset in sorted(days, reverse=True):
            due = _nine(timezone.localdate(one.reply_due_at) - timedelta(days=offset))
            if one.opened_at < due <= now:
                yield Draft(REPLY, FINDING, one.pk, due, stage=MIDDLE - offset, expires_at=one.reply_due_at)


def remind_to_reply(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write to those concerned, or to the town for whoever has no account."""
    rows = TeachingFinding.objects.open().filter(pk=row.subject_id, replied_at=None)
    finding = rows.select_related("lecturer__user", "course", "town").first()
    if finding is None:
        return Superseded("已经申辩或决定")
    due = timezone.localtime(finding.reply_due_at)
    people: list[Any] = [*concerned(finding)]
    name = "assessments:teach-finding" if people else "assessments:town-finding"
    for to in people or ([finding.town] if finding.town else []):
        tell(
            to=to,
            key=f"{REPLY}:{finding.pk}:{row.stage}:{to.pk}",
            title=f"申辩快到期了：{finding.about}"[:100],
            body=f"{due.month}月{due.day}日 以前可以写下说明，过后县里直接决定。",
            link=reverse(name, args=[finding.pk]),
        )
    return Done()


def decisions_due(now: datetime) -> Iterable[Draft]:
    """Stages after the county may decide."""
    days = value("finding.decide_after", timezone.localdate(now))
    for one in TeachingFinding.objects.open().order_by("pk"):
        if not may_decide(one, now):
            continue
        ready = timezone.localdate(one.replied_at or one.reply_due_at)
        for offset in sorted(days):
            due = _nine(ready + timedelta(days=offset))
            if due <= now:
                yield Draft(DECIDE, FINDING, one.pk, due, stage=MIDDLE + offset)


def remind_to_decide(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write to everybody who decides for the county."""
    finding = TeachingFinding.objects.open().filter(pk=row.subject_id).select_related("lecturer", "course").first()
    if finding is None or not may_decide(finding, now):
        return Superseded("已经决定")
    heard = "本人已经申辩" if finding.replied_at else "申辩期已过，本人没有申辩"
    tell_county(
        key=f"{DECIDE}:{finding.pk}:{row.stage}",
        title=f"请决定教学意见：{finding.about}",
        body=f"{heard}，请看过后作出决定。",
        link=reverse("assessments:town-finding", args=[finding.pk]),
    )
    return Done()


def improvements_due(now: datetime) -> Iterable[Draft]:
    """Stages around the due date of improvements that are not done."""
    today = timezone.localdate(now)
    days = [-n for n in value("improvement.remind_before", today)] + list(value("improvement.remind_after", today))
    for one in Improvement.objects.open().select_related("finding").order_by("pk"):
        for offset in sorted(days):
            due = _nine(one.due_on + timedelta(days=offset))
            if one.finding.decided_at < due <= now:
                yield Draft(IMPROVE, IMPROVEMENT, one.pk, due, stage=MIDDLE + offset)


def remind_to_improve(row: Obligation, now: datetime, prepared: Any) -> Outcome:
    """Write to the town whose lecturer or course it is, or to the county."""
    rows = Improvement.objects.open().select_related("finding__lecturer", "finding__course", "finding__town")
    one = rows.filter(pk=row.subject_id).first()
    if one is None:
        return Superseded("已经登记完成")
    left = (one.due_on - timezone.localdate(now)).days
    words = f"还有 {left} 天到期" if left > 0 else ("今天到期" if left == 0 else f"已逾期 {-left} 天")
    letter = {
        "title": f"教学改进{words}：{one.finding.about}"[:100],
        "body": f"{one.what}，责任人{one.owner}。改好以后登记改进情况。",
        "link": reverse("assessments:town-finding", args=[one.finding_id]),
    }
    key = f"{IMPROVE}:{one.pk}:{row.stage}"
    if one.finding.town:
        tell(to=one.finding.town, key=key, **letter)
    else:
        tell_county(key=key, **letter)
    return Done()


KINDS = [
    Kind(LOW, "评价偏低提出意见", raise_low_rating, generate=low_ratings),
    Kind(REPLY, "申辩到期提醒", remind_to_reply, generate=replies_due, catch_up=CatchUp.COLLAPSE),
    Kind(DECIDE, "教学意见待决定", remind_to_decide, generate=decisions_due, catch_up=CatchUp.COLLAPSE),
    Kind(IMPROVE, "教学改进到期提醒", remind_to_improve, generate=improvements_due, catch_up=CatchUp.COLLAPSE),
]
