"""The ledger: posted once, reversed never edited, guarded by the database itself."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.factories import MemberFactory
from tests.trainings.conftest import seated, sessions_of, waive_rest
from trainings import actions
from trainings.models import Enrolment, HourEntry, Mark, TrainingClass


def hours_of(enrolment) -> Decimal:
    return HourEntry.objects.filter(enrolment=enrolment).total()


def raw(sql: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_archive_posts_who_came_and_only_them(running, clerk):
    morning, afternoon = sessions_of(running)
    first, second, third = seated(running)
    came = {first.pk: "present", second.pk: "late", third.pk: "absent"}
    actions.save_roster(session=morning, statuses=came, key="a", by=clerk)
    actions.save_roster(session=afternoon, statuses=came | {second.pk: "leave"}, key="b", by=clerk)
    actions.begin_closing(training_class=running, by=clerk)
    waive_rest(running, clerk)
    actions.archive_class(training_class=running, by=clerk)
    assert [hours_of(row) for row in (first, second, third)] == [Decimal(8), Decimal(4), Decimal(0)]
    outcomes = [Enrolment.objects.get(pk=row.pk) for row in (first, second, third)]
    assert [(row.outcome, row.outcome_note) for row in outcomes] == [
        ("completed", ""),
        ("not_completed", "缺课 4 学时，超过全班 8 学时的 1/7。"),
        ("not_completed", "缺课 8 学时，超过全班 8 学时的 1/7。"),
    ]
    entry = HourEntry.objects.get(enrolment=second)
    assert entry.key == f"class:{running.pk}:s{morning.pk}:e{second.pk}:1"
    assert (entry.earned_on, entry.hours, entry.is_centralised) == (morning.day, Decimal(4), False)
    assert (entry.town_id, entry.branch_name) == (second.town_id, second.branch.name)
    assert entry.rule_note == "按课次 4 学时；县级设置半天 4 学时"


def test_county_classes_count_as_centralised(archived, closing):
    assert HourEntry.objects.filter(is_centralised=True).count() == 0
    TrainingClass.objects.filter(pk=archived.pk).update(level=TrainingClass.Level.COUNTY)


def test_reversal_takes_back_once(archived, clerk, other_clerk):
    entry = HourEntry.objects.order_by("pk").first()
    with pytest.raises(PermissionDenied):
        actions.reverse_entry(entry=entry, reason="错了", by=other_clerk)
    with pytest.raises(ValidationError) as refusal:
        actions.reverse_entry(entry=entry, reason=" ", by=clerk)
    assert refusal.value.messages == ["冲销要写明原因。"]
    row = actions.reverse_entry(entry=entry, reason="记错人", by=clerk)
    assert actions.reverse_entry(entry=entry, reason="再来", by=clerk) == row
    assert (row.hours, row.earned_on, row.reason) == (-entry.hours, entry.earned_on, "记错人")
    with pytest.raises(ValidationError) as refusal:
        actions.reverse_entry(entry=row, reason="反悔", by=clerk)
    assert refusal.value.messages == ["冲销的分录不能再冲销，请重新入账。"]


def test_reversed_hours_are_posted_again_only_by_a_new_row(archived, clerk):
    entry = HourEntry.objects.order_by("pk").first()
    actions.reverse_entry(entry=entry, reason="记错人", by=clerk)
    again = actions.post_class_hours(training_class=archived, by=clerk)
    assert [row.key for row in again] == [entry.key.removesuffix(":1") + ":2"]
    assert actions.post_class_hours(training_class=archived, by=clerk) == []
    assert HourEntry.objects.total() == Decimal(24)


def test_correction_after_archive_moves_ledger_and_outcome(archived, clerk):
    session, person = sessions_of(archived)[0], seated(archived)[0]

    def amend(status, reason):
        return actions.amend_mark_after_archive(
            session=session, enrolment=person, status=status, reason=reason, by=clerk
        )

    with pytest.raises(ValidationError) as refusal:
        amend("absent", "")
    assert refusal.value.messages == ["归档后更正要写明原因。"]
    mark = amend("absent", "那天没来")
    assert amend("absent", "那天没来") == mark
    assert (hours_of(person), Enrolment.objects.get(pk=person.pk).outcome) == (Decimal(4), "not_completed")
    amend("late", "其实来了")
    assert (hours_of(person), Enrolment.objects.get(pk=person.pk).outcome) == (Decimal(8), "completed")
    rows = HourEntry.objects.filter(enrolment=person, session=session).order_by("pk")
    assert [(row.hours, row.reason) for row in rows] == [(4, ""), (-4, "那天没来"), (4, "其实来了")]


def test_amending_is_for_archived_classes_only(closing, clerk):
    session, person = sessions_of(closing)[0], seated(closing)[0]
    with pytest.raises(ValidationError) as refusal:
        actions.amend_mark_after_archive(session=session, enrolment=person, status="absent", reason="x", by=clerk)
    assert refusal.value.messages == ["“秋季轮训班”现在是“结班中”，只有“已归档”时才能这样做。"]


@pytest.mark.parametrize("table", ["trainings_hourentry", "trainings_mark"])
def test_database_refuses_update_and_delete(archived, table):
    column = {"trainings_hourentry": "title", "trainings_mark": "note"}[table]
    for sql in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):  # noqa: S608 our own table names
        with pytest.raises(DatabaseError, match="只能追加"):
            raw(sql)
    assert (HourEntry.objects.count(), Mark.objects.count()) == (6, 6)


COLUMNS = "member_id, town_id, branch_name, hours, earned_on, is_centralised, title, key, reverses_id, reason, rule_note, posted_at"
INSERT = f"INSERT INTO trainings_hourentry ({COLUMNS}) VALUES ({', '.join(['%s'] * 12)})"  # noqa: S608 our own names


def reversal(entry: HourEntry, **changes):
    row = {
        "member_id": entry.member_id,
        "town_id": entry.town_id,
        "branch_name": "x",
        "hours": str(-entry.hours),
        "earned_on": entry.earned_on.isoformat(),
        "is_centralised": False,
        "title": "x",
        "key": "raw",
        "reverses_id": entry.pk,
        "reason": "x",
        "rule_note": "",
        "posted_at": timezone.now().isoformat(),
    } | changes
    raw(INSERT, *row.values())


def test_database_refuses_a_reversal_that_does_not_match(archived):
    entry = HourEntry.objects.order_by("pk").first()
    stranger = MemberFactory()
    for changes in ({"hours": "-3.99"}, {"hours": "-8"}, {"member_id": stranger.pk}):
        with pytest.raises(DatabaseError, match="冲销必须与原入账"):
            reversal(entry, **changes)
    reversal(entry)
    taken = HourEntry.objects.get(key="raw")
    with pytest.raises(DatabaseError):
        reversal(taken, key="raw2", hours="4", reverses_id=taken.pk)
    with pytest.raises(DatabaseError):
        reversal(entry, key="raw3")
    assert HourEntry.objects.total() == Decimal(20)
