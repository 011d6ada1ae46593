"""The demo county: the article's figures, counted from rows; the same rows for the same day; work on every desk."""

import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q
from django.test import Client
from django.utils import timezone
from stdnum.cn.ric import is_valid

from assessments.due import owed_by
from assessments.kinds import overdue_attempts, owed_make_ups, owed_retakes, surveys_to_open
from assessments.models import Question, Retake, SurveyAnswer
from assessments.questions import clean, digest
from centres.actions import disclosures as way
from centres.models import (
    BrandRevision,
    BrandTheme,
    Centre,
    Disclosure,
    DisclosureHead,
    DisclosureItem,
    DisclosureQuestion,
    TeachingPoint,
)
from courses.catalogue import searched
from courses.models import Borrowing, Course
from juxian.audit import chain
from juxian.demo.load import figures, load_demo
from juxian.people.models import Member, Town, User
from lecturers.models import Appointment, Lecturer
from tests.flushing import guards_off
from tests.roof.conftest import AT, PASSWORD, Demo
from tests.roof.conftest import digest as digest_of_all
from trainings.models import Certificate, CertificateRevocation, Enrolment, HourEntry, Mark, Session, TrainingClass

EXACT = {
    "centres": 16,
    "towns": 16,
    "experts": 15,
    "pool": 50,
    "courses": 115,
    "red": 25,
    "rural": 22,
    "classes_held": 56,
    "attendances": 12_036,
}
NOW = "2026-11-23 17:00+08:00"


@pytest.fixture(autouse=True)
def _on_the_day() -> None:
    with time_machine.travel(NOW, tick=False):
        yield


def counted() -> dict[str, int]:
    found = figures(AT)
    return {name: found[name] for name in EXACT}


def held_class() -> TrainingClass:
    return TrainingClass.objects.held().order_by("pk").first()


def test_figures_are_those_of_the_article(demo: Demo, db) -> None:
    assert counted() == EXACT


def test_same_day_gives_the_same_rows(demo: Demo, django_db_blocker, settings) -> None:
    """Loaded once more, a night later; it stays for the tests below, who see no difference."""
    settings.MEDIA_ROOT = demo.files
    with django_db_blocker.unblock(), time_machine.travel("2026-11-24 09:00+08:00"):
        call_command("flush", interactive=False, verbosity=0)
        load_demo(at=AT)
        assert digest_of_all() == demo.digest


def test_who_completed_a_held_class_has_a_certificate(demo: Demo, db) -> None:
    completed = Enrolment.objects.filter(outcome=Enrolment.Outcome.COMPLETED)
    assert set(completed.values_list("pk", flat=True)) == set(Certificate.objects.values_list("enrolment", flat=True))
    assert completed.count() > 11_000
    assert CertificateRevocation.objects.count() == 1


def only_mark() -> Mark:
    """The one present mark of somebody who came to a held class for one half-day only."""
    present = Mark.objects.effective().filter(status__counts_present=True, session__training_class__state="archived")
    once = present.order_by().values("enrolment").annotate(n=Count("pk")).filter(n=1).values("enrolment")
    return present.filter(enrolment__in=once, replaces=None).order_by("pk").first()


DELETIONS: list[tuple[Callable[[], object], dict[str, int]]] = [
    (lambda: Centre.objects.first(), {"centres": 15}),
    (lambda: Town.objects.first(), {"towns": 15, "centres": 15}),
    (lambda: Appointment.objects.filter(tier="expert").first(), {"experts": 14}),
    (lambda: Appointment.objects.filter(tier="pool").first(), {"pool": 49}),
    (lambda: Course.objects.filter(theme__slot=1).first(), {"courses": 114, "red": 24}),
    (lambda: Course.objects.filter(theme__slot=2).first(), {"courses": 114, "rural": 21}),
    (lambda: Course.objects.filter(theme__slot=4).first(), {"courses": 114}),
    (lambda: only_mark(), {"attendances": 12_035}),
]


@pytest.mark.parametrize(("pick", "changed"), DELETIONS)
def test_deleting_a_row_changes_the_figure(demo: Demo, client: Client, pick, changed, db) -> None:
    client.force_login(User.objects.get(username="county"))
    with transaction.atomic():
        row = pick()
        with guards_off() if isinstance(row, Mark) else nullcontext():
            type(row)._base_manager.filter(pk=row.pk)._raw_delete("default")
        assert counted() == EXACT | changed
        shown = client.get("/").context
        assert shown["coverage"].running == (EXACT | changed)["centres"]
        assert shown["coverage"].towns == (EXACT | changed)["towns"]
        for name, key in (
            ("experts", "experts"),
            ("pool", "pool"),
            ("courses", "courses"),
            ("attendances", "attendances"),
        ):
            assert shown[key] == (EXACT | changed)[name]
        transaction.set_rollback(True)


def test_deleting_a_held_class_changes_both_figures(demo: Demo, client: Client, db) -> None:
    client.force_login(User.objects.get(username="county"))
    with transaction.atomic():
        row = held_class()
        came = figures(AT)["attendances"]
        TrainingClass.objects.filter(pk=row.pk)._raw_delete("default")
        shown = client.get("/").context
        assert shown["held"] == 55
        assert shown["attendances"] < came
        transaction.set_rollback(True)


def test_held_classes_lie_in_the_300_days_before(demo: Demo, db) -> None:
    days = TrainingClass.objects.held().values_list("starts_on", "ends_on", "archived_at")
    first = AT - timedelta(days=300)
    assert [row for row in days if not (first <= row[0] <= row[1] < timezone.localdate(row[2]) <= AT)] == []


def test_everybody_is_invented(demo: Demo, db) -> None:
    people = Member.objects.all()
    real = [
        one
        for one in people
        if not (
            one.is_demo
            and one.name.startswith("示例")
            and one.id_number.startswith("000000")
            and is_valid_elsewhere(one.id_number)
            and one.mobile.startswith("1990000")
        )
    ]
    assert real == []


def is_valid_elsewhere(number: str) -> bool:
    """The check digit of the impossible area is right: the library refuses the area, so only the digit is asked."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, number[:17], strict=True))
    return number[-1] == "10X98765432"[total % 11] and not is_valid(number)


def test_the_books_balance(demo: Demo, db, settings) -> None:
    settings.MEDIA_ROOT = demo.files
    chain.seal(timezone.now())
    out = io.StringIO()
    call_command("verify", stdout=out)
    facts = json.loads(out.getvalue().splitlines()[-1])
    assert facts["problems"] == 0
    assert facts["audit_sealed"] == facts["audit_entries"] > 500
    assert facts["ledger_rows"] == HourEntry.objects.count()


def test_nothing_is_owed_that_is_not_there_yet(demo: Demo, db) -> None:
    now = timezone.now()
    assert [*owed_retakes(now), *owed_make_ups(now), *surveys_to_open(now), *overdue_attempts(now)] == []


def test_no_roll_was_taken_before_its_session_began(demo: Demo, db) -> None:
    running = Session.objects.standing().filter(training_class__state=TrainingClass.State.RUNNING)
    marked = Mark.objects.filter(session__in=running)
    assert (running.filter(day=AT).exists(), marked.exists(), marked.filter(session__day__gte=AT).count()) == (
        True,
        True,
        0,
    )


def test_second_run_keeps_everything(demo: Demo, db) -> None:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    said = out.getvalue().splitlines()
    assert said[0] == "演示数据已经在库里，保持不变。"
    assert json.loads(said[-1])["loaded"] is False
    assert counted() == EXACT


def test_questions_are_well_formed_and_different(demo: Demo, db) -> None:
    rows = list(Question.objects.all())
    assert len(rows) == 80
    for row in rows:
        assert clean(row.kind, row.stem, row.options, row.answer) == (row.stem, row.options, row.answer)
        assert digest(row.kind, row.stem, row.options) == row.digest


def test_other_themes_are_marked_as_examples(demo: Demo, db) -> None:
    names = dict(BrandTheme.objects.values_list("slot", "name"))
    assert [name.endswith("（示例）") for _, name in sorted(names.items())] == [False, False, False, True, True]
    assert TeachingPoint.objects.filter(centre__town__name="洙边镇", name__startswith="茶溪川茶博园").count() == 1


def test_every_desk_has_work(demo: Demo, client: Client, db) -> None:
    for town in Town.objects.all():
        client.force_login(User.objects.get(username=f"clerk-{town.code}"))
        shown = client.get("/town/").context
        assert shown["groups"] != []
        assert shown["slots"] != []
        assert shown["next"] is not None
        assert len(shown["classes"]) >= 4


def test_the_member_has_something_in_each_section(demo: Demo, client: Client, db) -> None:
    user = User.objects.get(username="member")
    member = Member.objects.mine(user).get()
    assert {row.kind for row in owed_by(member, timezone.now())} == {"exam", "retake", "make_up", "survey"}
    client.force_login(user)
    shown = client.get("/me/").context
    assert [len(shown[name]) > 0 for name in ("debts", "surveys", "rings", "coming", "record")] == [True] * 5


def test_surveys_stay_anonymous(demo: Demo, db) -> None:
    keys = [str(pk) for pk in SurveyAnswer.objects.values_list("pk", flat=True)[:50]]
    assert len(set(keys)) == len(keys)
    assert {field.name for field in SurveyAnswer._meta.concrete_fields} == {
        "id",
        "survey",
        "ratings",
        "comment",
        "is_readable",
    }


def test_every_sign_in_has_the_one_password(demo: Demo, db) -> None:
    users = list(User.objects.all())
    assert len(users) == 23
    assert len({user.password for user in users}) == 1
    assert users[0].check_password(PASSWORD)


def test_retakes_are_in_every_state(demo: Demo, db) -> None:
    assert set(Retake.objects.values_list("state", flat=True)) >= {"open", "passed", "expired"}


def test_pages_say_that_it_is_a_demo(demo: Demo, client: Client, db) -> None:
    words = "演示数据，非真实情况"
    assert words in client.get("/").content.decode()
    client.force_login(User.objects.get(username="member"))
    assert words in client.get("/me/").content.decode()
    client.force_login(User.objects.get(username="county"))
    assert words in client.get("/admin/").content.decode()
    assert "演示数据" in client.get("/").content.decode()


def test_brands_are_in_every_state_two_alike_and_one_empty(demo: Demo, db, client: Client) -> None:
    rows = BrandRevision.objects.all()
    assert set(rows.values_list("state", flat=True)) == set(BrandRevision.State.values)
    invented = rows.exclude(slogan__contains="（示例）").order_by("brand__town__code").values_list("slogan", flat=True)
    assert set(invented) == {"齐鲁红都 革命摇篮", "石韵红坊 合作振兴"}
    client.force_login(User.objects.get(username="county"))
    warned = {
        row.centre.town.name: row.warnings for row in client.get("/county/brands/").context["rows"] if row.warnings
    }
    assert [text[:6] for text in warned["板泉镇"]] == ["与十字路街道"]
    assert warned["石莲子镇"] == ["品牌是空的：今年没有开班。"]


def test_accounts_are_in_every_state_and_add_up(demo: Demo, db) -> None:
    rows = Disclosure.objects.select_related("town")
    assert set(rows.values_list("state", flat=True)) == set(Disclosure.State.values)
    assert rows.published().filter(corrects__isnull=False).count() == 1
    assert rows.filter(state=Disclosure.State.DRAFT).exclude(comment="").exists()
    assert not rows.filter(Q(proposed_by=F("approved_by")) | Q(checked_by=F("approved_by"))).exists()
    spent = sum(head.spent for head in DisclosureHead.objects.all())
    assert spent == sum(item.amount for item in DisclosureItem.objects.all())
    assert [way.hits_of(row) for row in rows.published()] == [[]] * rows.published().count()


def test_the_demo_member_has_asked_and_was_answered(demo: Demo, db) -> None:
    mine = DisclosureQuestion.objects.mine(User.objects.get(username="member"))
    assert {row.is_answered for row in mine} == {True, False}


def test_courses_are_described_and_borrowed_in_every_state(demo: Demo, db, client: Client) -> None:
    bare = Course.objects.filter(Q(summary="") | Q(audiences=None) | Q(tasks=None))
    assert (bare.count(), Course.objects.filter(form="on_site").count() > 20) == (0, True)
    assert set(Borrowing.objects.values_list("state", flat=True)) == set(Borrowing.State.values)
    client.force_login(User.objects.get(username="clerk-371327102"))
    lines = [line for _, lines, _ in client.get("/town/borrowings/").context["lists"] for line in lines]
    assert {line.row.state for line in lines if line.may_answer} == {"requested"}
    assert {line.row.state for line in lines if line.row.host.code == "371327102"} == set(Borrowing.State.values)


def test_words_that_people_try_find_something(demo: Demo, db) -> None:
    names = Lecturer.objects.all()
    for words in ("党章", "dz", "dangzhang", "章", "莒南先锋", "jnxf"):
        assert searched(Course.objects.exclude(featured_on=None), words, names).exists(), words
    assert names.filter(name__startswith="单", search_text__contains="shan").exists()
