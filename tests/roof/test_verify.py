"""`verify` finds what does not add up, and says where."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from juxian.audit import chain
from juxian.audit.log import record
from juxian.audit.models import AuditEntry
from juxian.files.store import path_of, store
from tests.factories import ClassFactory, EnrolmentFactory, SessionFactory, UserFactory
from tests.flushing import guards_off
from trainings.actions.hours import entry_key
from trainings.models import HourEntry, Mark, MarkStatus

pytestmark = pytest.mark.django_db


def run() -> tuple[list[str], dict[str, int], bool]:
    out, held = io.StringIO(), True
    try:
        call_command("verify", stdout=out)
    except CommandError:
        held = False
    said = out.getvalue().splitlines()
    return said[:-2], json.loads(said[-1]), held


@pytest.fixture
def posted() -> HourEntry:
    """An archived class where one person came to one half-day, posted."""
    row = ClassFactory(
        state="archived", archived_by=UserFactory(), archived_at=timezone.now(), code="JN-1", title="甲班"
    )
    session, seat = SessionFactory(training_class=row), EnrolmentFactory(training_class=row)
    status = MarkStatus.objects.create(code="present", name="到", counts_present=True)
    Mark.objects.create(session=session, enrolment=seat, status=status, key="k", by=UserFactory(), at=timezone.now())
    return HourEntry.objects.create(
        member=seat.member,
        town=seat.town,
        branch_name="x",
        training_class=row,
        enrolment=seat,
        session=session,
        hours=session.hours,
        earned_on=session.day,
        title="x",
        key=entry_key(session, seat, 1),
        posted_at=timezone.now(),
    )


def test_all_is_well(posted) -> None:
    record(by=None, action="a", subject=posted, summary="x")
    chain.seal(timezone.now())
    assert run() == (
        [],
        {"audit_entries": 1, "audit_sealed": 1, "ledger_rows": 1, "expenses": 0, "files": 0, "problems": 0},
        True,
    )


def test_missing_posting_is_named(posted) -> None:
    with guards_off():
        HourEntry.objects.filter(pk=posted.pk)._raw_delete("default")
    assert run()[0] == ["JN-1“甲班”有 1 个到课的半天没有入账。"]


def test_posting_without_a_mark_is_named(posted) -> None:
    with guards_off():
        Mark.objects.all()._raw_delete("default")
    assert run()[0] == ["JN-1“甲班”有 1 个没有到课的半天入了账。"]


def test_changed_hours_are_named(posted) -> None:
    with guards_off():
        HourEntry.objects.filter(pk=posted.pk).update(hours=8)
    sentences, facts, held = run()
    assert sentences == [f"学时账第 {posted.pk} 笔与课次的学时或日期不一致。"]
    assert (facts["problems"], held) == (1, False)


def test_changed_log_is_named(posted) -> None:
    record(by=None, action="a", subject=posted, summary="原话")
    chain.seal(timezone.now())
    with guards_off():
        AuditEntry.objects.update(summary="改过的话")
    assert run()[2] is False


def test_damaged_file_is_named() -> None:
    stored = store([b"content"], name="名册.xlsx", kind="xlsx")
    path_of(stored).write_bytes(b"other")
    assert run()[0] == [f"文件“名册.xlsx”（编号 {stored.pk}）丢失或被改动。"]
