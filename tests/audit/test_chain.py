"""The log keeps what was written; the chain shows what was touched behind its back."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from juxian.audit import chain, log
from juxian.audit.models import AuditEntry, AuditSeal
from tests.factories import TownFactory
from tests.flushing import guards_off
from tests.races.threads import together


def write(count: int, body=None) -> list[AuditEntry]:
    town = TownFactory()
    return [
        log.record(by=None, action="people.test", subject=town, summary=f"第{n}件", body=body) for n in range(count)
    ]


@pytest.fixture
def entries(db) -> list[AuditEntry]:
    return write(3, body={"甲": 1, "到": date(2026, 11, 23), "学时": Decimal("1.50")})


def test_seal_makes_a_chain_that_holds(entries):
    assert chain.seal(timezone.now()) == 3
    assert chain.verify() == []
    assert list(AuditSeal.objects.values_list("number", "entry_id")) == [(n + 1, e.pk) for n, e in enumerate(entries)]


def test_seal_twice_equals_once(entries):
    chain.seal(timezone.now())
    head = chain.head()
    assert chain.seal(timezone.now()) == 0
    assert chain.head() == head


def test_seal_goes_on_where_it_stopped(entries):
    chain.seal(timezone.now())
    write(2)
    assert chain.seal(timezone.now()) == 2
    assert chain.head()[0] == 5
    assert chain.verify() == []


def test_seal_takes_many_batches(entries, monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 2)
    write(6)
    assert chain.seal(timezone.now()) == 9
    assert chain.verify() == []


@pytest.mark.parametrize("latecomers", [0, 50_000])
def test_entry_with_a_lower_id_that_commits_later_gets_a_later_number(db, monkeypatch, latecomers):
    monkeypatch.setattr(chain, "LATECOMERS", latecomers)
    first, late, third = write(3)
    with guards_off():
        AuditEntry.objects.filter(pk=late.pk).delete()
    chain.seal(timezone.now())
    late.save(force_insert=True)
    assert chain.seal(timezone.now()) == 1
    assert list(AuditSeal.objects.values_list("entry_id", flat=True)) == [first.pk, third.pk, late.pk]
    assert chain.verify() == []


def test_gaps_in_ids_are_no_problem(db):
    write(1)
    with guards_off():
        AuditEntry.objects.all().delete()
    write(2)
    assert chain.seal(timezone.now()) == 2
    assert chain.verify() == []


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "没发生过"},
        {"actor_name": "别人"},
        {"actor_id": 99},
        {"subject_id": "99"},
        {"town_code": "x"},
        {"body_digest": "0" * 64},
    ],
)
def test_altered_entry_is_refused_and_found(entries, change):
    chain.seal(timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.filter(pk=entries[1].pk).update(**change)
    with guards_off():
        AuditEntry.objects.filter(pk=entries[1].pk).update(**change)
    assert f"第 2 环：审计记录 {entries[1].pk} 被改过。" in chain.verify()


def test_altered_body_is_refused_and_found(entries):
    chain.seal(timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.filter(pk=entries[1].pk).update(body={"甲": 2})
    with guards_off():
        AuditEntry.objects.filter(pk=entries[1].pk).update(body={"甲": 2})
    assert chain.verify() == [f"第 2 环：审计记录 {entries[1].pk} 的内容被改过。"]


def test_blanked_body_still_verifies(entries):
    chain.seal(timezone.now())
    AuditEntry.objects.filter(pk=entries[1].pk).update(body=None)
    assert AuditEntry.objects.get(pk=entries[1].pk).body is None
    assert chain.verify() == []


def test_blanking_may_not_change_anything_else(entries):
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.filter(pk=entries[1].pk).update(body=None, summary="没发生过")


def test_deleted_entry_is_refused_and_found(entries):
    chain.seal(timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditSeal.objects.filter(number=2).delete()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[2].pk])
    with guards_off():
        AuditSeal.objects.filter(number=2).delete()
        AuditEntry.objects.filter(pk=entries[1].pk).delete()
    assert chain.verify() == ["第 2 环到第 2 环不见了，或对应的审计记录被删。"]


def test_replaced_link_breaks_the_next(entries):
    chain.seal(timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditSeal.objects.filter(number=2).update(digest="f" * 64)
    with guards_off():
        AuditSeal.objects.filter(number=2).update(digest="f" * 64)
    assert chain.verify() == [f"第 2 环：审计记录 {entries[1].pk} 被改过。", "第 3 环和上一环接不上。"]


@pytest.mark.django_db(transaction=True)
def test_truncate_is_refused():
    write(1)
    statement = (
        "TRUNCATE audit_auditentry CASCADE" if connection.vendor == "postgresql" else "DELETE FROM audit_auditentry"
    )
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_make_one_chain(monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 3)
    write(60)
    sealed = together(*[lambda: sum(chain.seal(timezone.now()) for _ in range(40))] * 4)
    assert sum(sealed) == 60
    assert chain.verify() == []
    assert chain.head()[0] == 60


def write_and_fail() -> None:
    with transaction.atomic():
        write(1)
        raise RuntimeError


@pytest.mark.django_db(transaction=True)
def test_record_and_action_stand_or_fall_together():
    with pytest.raises(RuntimeError):
        write_and_fail()
    assert AuditEntry.objects.count() == 0
