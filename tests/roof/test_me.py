"""The member's home: owed first, rings, what comes, the record; and nobody else's rows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from assessments.due import Owed
from assessments.models import MakeUp
from juxian.county.load import load_county
from tests.factories import ClassFactory, EnrolmentFactory, MemberFactory, SessionFactory
from trainings.models import HourEntry, TrainingClass

pytestmark = pytest.mark.django_db
QUERIES = 15


@pytest.fixture
def home(client: Client, member):
    load_county()
    client.force_login(member.user)
    return lambda: client.get("/me/")


def seat(member, state: str, days: int = 1):
    day = timezone.localdate() + timedelta(days=days)
    training_class = ClassFactory(town=member.branch.town, state=state, starts_on=day, has_exam=False)
    return EnrolmentFactory(training_class=training_class, member=member)


def post(enrolment, hours: int) -> None:
    HourEntry.objects.create(
        member=enrolment.member,
        town=enrolment.town,
        branch_name="x",
        training_class=enrolment.training_class,
        enrolment=enrolment,
        hours=hours,
        earned_on=timezone.localdate(),
        title="x",
        key=f"k{enrolment.pk}",
        posted_at=timezone.now(),
    )


def test_make_up_comes_first(home, member) -> None:
    row = seat(member, TrainingClass.State.CLOSING, -9)
    MakeUp.objects.create(enrolment=row, missed_hours=4, due_on=timezone.localdate() - timedelta(days=2))
    debts = home().context["debts"]
    assert [(debt.title, word, tone) for debt, word, tone in debts] == [
        (f"补课：{row.training_class.title}", "已过期 2 天", "st-bad")
    ]


def test_rings_show_hours_against_the_rule(home, member) -> None:
    post(seat(member, TrainingClass.State.CLOSING, -9), 16)
    shown = home().context
    assert [(one.title, one.figure, one.progress.word) for one in shown["rings"]] == [
        ("普通党员 32 学时", "16", "还差 16 学时")
    ]
    assert [(row.title, row.hours) for row in shown["record"]] == [
        (HourEntry.objects.get().training_class.title, Decimal(16))
    ]


def test_coming_sessions_lead_to_the_own_class(home, member) -> None:
    row = seat(member, TrainingClass.State.ENROLLING)
    session = SessionFactory(training_class=row.training_class)
    assert home().context["coming"] == [(session, row)]


@pytest.mark.parametrize(("clock", "halves"), [("12:00", ["am", "pm"]), ("12:31", ["pm"]), ("18:00", [])])
def test_a_half_day_that_is_over_no_longer_comes(home, client, member, time_machine, clock, halves) -> None:
    time_machine.move_to(f"2026-11-23 {clock}+08:00")
    client.force_login(member.user)
    row = seat(member, TrainingClass.State.RUNNING, 0)
    for half in ("am", "pm"):
        SessionFactory(training_class=row.training_class, day=timezone.localdate(), half=half)
    assert [one.half for one, _ in home().context["coming"]] == halves
    assert [one.half for one, _ in client.get("/me/trainings/").context["upcoming"]] == halves


def test_others_rows_are_not_shown(home, member, town) -> None:
    other = EnrolmentFactory(training_class=ClassFactory(town=town), member=MemberFactory(branch=member.branch))
    post(other, 4)
    MakeUp.objects.create(enrolment=other, missed_hours=4, due_on=timezone.localdate())
    SessionFactory(training_class=other.training_class, day=timezone.localdate())
    shown = home().context
    assert (shown["debts"], shown["coming"], shown["record"]) == ([], [], [])


def test_exempt_member_is_told_so(home, member) -> None:
    type(member).objects.filter(pk=member.pk).update(is_exempt=True)
    page = home()
    assert page.context["rings"] == []
    assert "免训" in page.content.decode()


def test_same_queries_for_one_class_and_for_three(home, member, django_assert_num_queries) -> None:
    for count in (1, 2):
        for _ in range(count):
            row = seat(member, TrainingClass.State.RUNNING)
            SessionFactory(training_class=row.training_class)
            post(row, 4)
        home()
        with django_assert_num_queries(QUERIES):
            home()


@pytest.mark.parametrize(("kind", "title"), [("make_up", "我要补的"), ("exam", "等我办的")])
def test_the_first_section_is_named_by_what_is_in_it(home, monkeypatch, kind, title) -> None:
    owed = Owed(kind, "某事", "说明。", timezone.localdate(), "", "")
    monkeypatch.setattr("juxian.views.me.owed_for", lambda seats, now: [owed])
    assert f"<h2>{title} <small>1 件</small></h2>" in home().content.decode()
