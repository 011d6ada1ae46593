"""Hours on the page of a member; what stands behind a brand on the page of the brand; plans among the regulations."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from centres.counted import Issued, add_source
from centres.models import Brand, BrandRevision
from courses.models import Broadcast
from juxian.people.models import Member, User
from juxian.people.panels import Row, register
from lecturers.actions.calendar import may_keep
from lecturers.doors import TeachTab, add_tab
from lecturers.models import HalfDay, Lecturer
from trainings.brands import facts_of
from trainings.hours import progress
from trainings.models import Enrolment, Session, Viewing, YearPlan
from trainings.teaching import lecturer_hours
from trainings.words import cn_day, plain

YEAR_PLAN = "year-plan"  # the key of a kind of regulation, which never changes


def member_hours(member: Member, user: User) -> Iterable[Row]:
    """This year against each rule that binds, then the latest classes of the towns the reader sees."""
    year = timezone.localdate().year
    for item in progress(member, year):
        said = f"{plain(item.hours)} 学时" if item.target is not None else f"{item.centralised_done} 次集中培训"
        target = f" {plain(item.target)} 学时" if item.target is not None else ""
        yield Row(f"{year}年 {item.rule.audience}{target}", f"{said}，{item.word}", "", item.tone)
    rows = Enrolment.objects.visible_to(user).filter(member=member).exclude(state=Enrolment.State.CANCELLED)
    for row in rows.select_related("training_class").order_by("-training_class__starts_on", "-pk")[:5]:
        text = row.get_outcome_display() if row.outcome != Enrolment.Outcome.OPEN else row.get_state_display()
        status = {"completed": "ok", "not_completed": "bad"}.get(row.outcome, "")
        yield Row(row.training_class.title, text, f"/town/trainings/{row.training_class_id}/", status)


def brand_facts(brand: Brand, user: User) -> Iterable[Row]:
    """Key course and lecturer, and how many courses, points and classes of this year the brand rests on."""
    rows = BrandRevision.objects.visible_to(user).filter(brand=brand).order_by("-number")
    current = rows.in_force().first() or rows.first()
    facts = facts_of([brand], [current] if current else [], timezone.localdate())[brand.pk]
    keys = f"/county/brands/{brand.pk}/keys/" if user.is_county else ""
    course, lecturer = facts.course, facts.lecturer
    said = "没有标" if course is None else "已退出精品" if facts.key_course_left else "已标"
    yield Row(f"重点课程：{course}" if course else "重点课程", said, keys, "ok" if said == "已标" else "warn")
    yield Row(
        f"重点讲师：{lecturer}" if lecturer else "重点讲师",
        "已标" if lecturer else "没有标",
        keys,
        "ok" if lecturer else "warn",
    )
    counted = ((facts.courses, "精品课程", "堂"), (facts.points, "可用教学点", "个"), (facts.classes, "今年开班", "期"))
    for found, label, unit in counted:
        yield Row(f"本品牌的{label}", f"{len(found)} {unit}" if found else "空的", "", "" if found else "warn")


def viewings(broadcast: Broadcast, user: User) -> Iterable[Row]:
    """Sessions of the reader's towns that watch a broadcast together."""
    rows = Viewing.objects.visible_to(user).filter(broadcast=broadcast)
    rows = rows.select_related("session__training_class__town", "session__room", "session__site", "broadcast")
    for viewing in rows.order_by("session__day", "pk"):
        session = viewing.session
        label = f"{session.training_class.town.name}“{session.training_class}”"
        link = f"{reverse('trainings:town-detail', args=[session.training_class_id])}?tab=timetable"
        when = f"{cn_day(session.day, year=False)}{session.get_half_display()}，{session.place}"
        if session.cancelled_at:
            yield Row(label, "已取消", link)
        elif viewing.is_moved:
            yield Row(label, f"{when}。节目已改时间，请调课", link, "warn")
        else:
            yield Row(label, when, link)


def approved_plans(towns: Sequence[int]) -> Iterable[Issued]:
    """A plan the county approved is the town's year plan among the regulations of that year. One query."""
    rows = YearPlan.objects.filter(town__in=towns, state=YearPlan.State.APPROVED, decided_at__isnull=False)
    for plan in rows.order_by("year"):
        title, url = f"{plan.year}年度培训计划（已批准）", reverse("trainings:plan-detail", args=[plan.pk])
        first, last = date(plan.year, 1, 1), date(plan.year, 12, 31)
        yield Issued(plan.town_id, YEAR_PLAN, title, url, first, last, plan.decided_at)


def lecturer_time(lecturer: Lecturer, user: User) -> Iterable[Row]:
    """Half-days of the coming four weeks: free, not free, booked; where they go; the ways to look and to write."""
    today = timezone.localdate()
    span = {"day__gte": today, "day__lt": today + timedelta(weeks=4)}
    said = list(HalfDay.objects.filter(lecturer=lecturer, **span).values_list("is_free", flat=True))
    # scope: how many half-days of a shared lecturer are taken; no session is named
    booked = Session.objects.taught_by(lecturer).standing().filter(**span).count()
    own = lecturer.user_id == user.pk
    page = reverse("trainings:teach-calendar") if own else reverse("trainings:lecturer-calendar", args=[lecturer.pk])
    count = f"有空 {said.count(True)}，没空 {said.count(False)}，已排课 {booked}"
    yield Row("今后四周（半天）", count if said or booked else "没有填", page)
    chosen = lecturer.goes_to.count()
    towns = f"{chosen} 个镇街" if chosen else "全县"
    edit = reverse("trainings:teach-teaching") if own else reverse("trainings:lecturer-teaching", args=[lecturer.pk])
    yield Row("愿意去的镇街", towns, edit if may_keep(user, lecturer) else "")
    for theme in lecturer.themes.all():
        yield Row("能讲", theme.name)


def register_panels() -> None:
    """Called once when the apps are ready."""
    add_source(approved_plans)
    add_tab(TeachTab("coming", "要上的课", "teach", order=10))
    add_tab(TeachTab("calendar", "有空时间", "trainings:teach-calendar", order=20))
    add_tab(TeachTab("teaching", "能讲什么", "trainings:teach-teaching", order=30))
    add_tab(TeachTab("ratings", "聘任和课时", "trainings:teach-ratings", order=80))
    register("people.Member", "学时和培训", member_hours)
    register("lecturers.Lecturer", "授课学时", lecturer_hours)
    register("lecturers.Lecturer", "有空时间和能讲的课", lecturer_time)
    register("courses.Broadcast", "哪些班集体收看", viewings)
    register("centres.Brand", "品牌有没有内容", brand_facts)
