"""Numbers are sealed and indexed on every write path; the database's own files hold none."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value

from juxian.people.actions import unmask
from juxian.people.models import Member
from juxian.people.models.members import Branch
from tests.factories import BranchFactory, MemberFactory, id_number

FIRST, SECOND = id_number(901), id_number(902)
PHONES = ["19900007001", "19900007002"]


def found(number: str) -> list[str]:
    return [member.name for member in Member.objects.with_number(number)]


@pytest.fixture
def branch(db) -> Branch:
    return BranchFactory()


def new(branch: Branch, name: str = "示例甲", number: str = FIRST, phone: str = PHONES[0]) -> Member:
    return Member(branch=branch, name=name, id_number=number, mobile=phone)


def test_save_and_save_of_some_fields(branch):
    member = new(branch)
    member.save()
    assert (found(FIRST), found(PHONES[0])) == (["示例甲"], ["示例甲"])
    member.id_number, member.mobile, member.name = SECOND, PHONES[1], "示例乙"
    member.save(update_fields=["id_number", "mobile", "name"])
    assert (found(FIRST), found(SECOND), found(PHONES[0]), found(PHONES[1])) == ([], ["示例乙"], [], ["示例乙"])
    assert list(Member.objects.matching("shiliyi")) == [member]
    assert Member.objects.get().id_number == SECOND


def test_save_of_other_fields_touches_nothing(branch, django_assert_num_queries):
    member = new(branch)
    member.save()
    member.education, member.mobile = "大学", PHONES[1]
    with django_assert_num_queries(1):
        member.save(update_fields=["education"])
    assert found(PHONES[0]) == ["示例甲"]


def test_bulk_create(branch):
    Member.objects.bulk_create([new(branch), new(branch, "示例乙", SECOND, PHONES[1])])
    assert (found(FIRST), found(PHONES[1])) == (["示例甲"], ["示例乙"])
    assert Member.objects.matching("SLY").count() == 1


def test_bulk_create_that_updates_conflicts(branch):
    new(branch).save()
    Member.objects.bulk_create(
        [new(branch, "示例丙", FIRST, PHONES[1])],
        update_conflicts=True,
        unique_fields=["id_index"],
        update_fields=["name", "mobile"],
    )
    assert (found(FIRST), found(PHONES[1]), found(PHONES[0])) == (["示例丙"], ["示例丙"], [])


def test_bulk_update(branch):
    Member.objects.bulk_create([new(branch), new(branch, "示例乙", SECOND, PHONES[1])])
    rows = list(Member.objects.order_by("pk"))
    rows[0].mobile, rows[0].name, rows[1].id_number = "", "示例丁", id_number(903)
    assert Member.objects.bulk_update(rows, ["mobile", "name", "id_number"]) == 2
    assert (found(PHONES[0]), found(PHONES[1]), found(SECOND), found(id_number(903))) == (
        [],
        ["示例乙"],
        [],
        ["示例乙"],
    )
    assert Member.objects.matching("shiliding").count() == 1


def test_update_or_create_and_get_or_create(branch):
    member, _ = Member.objects.get_or_create(
        id_index=Member._meta.get_field("id_index").digest(FIRST),
        defaults={"branch": branch, "name": "示例甲", "id_number": FIRST},
    )
    Member.objects.update_or_create(pk=member.pk, defaults={"mobile": PHONES[0], "id_number": SECOND})
    assert (found(FIRST), found(SECOND), found(PHONES[0])) == ([], ["示例甲"], ["示例甲"])


def test_update_with_a_plain_value_fills_the_index(branch):
    new(branch).save()
    assert Member.objects.filter(name="示例甲").update(mobile=PHONES[1], name="示例戊") == 1
    assert (found(PHONES[0]), found(PHONES[1])) == ([], ["示例戊"])
    assert Member.objects.matching("slw").count() == 1


@pytest.mark.parametrize(
    "values", [{"mobile": F("name")}, {"id_number": Value("1")}, {"id_index": "x"}, {"search_text": "x"}]
)
def test_update_that_would_leave_the_index_stale_is_refused(branch, values):
    new(branch).save()
    with pytest.raises(FieldError):
        Member.objects.update(**values)
    assert found(FIRST) == ["示例甲"]


def test_id_number_is_unique_and_empty_phones_are_not(branch):
    new(branch, phone="").save()
    new(branch, "示例乙", SECOND, "").save()
    assert Member.objects.filter(mobile_index=None).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        new(branch, "示例丙", FIRST).save()


@pytest.mark.parametrize("lookup", ["id_number", "id_number__contains", "mobile__in", "mobile__startswith"])
def test_sealed_columns_cannot_be_looked_up(branch, lookup):
    with pytest.raises(FieldError):
        Member.objects.filter(**{lookup: [FIRST]}).exists()


def test_value_moved_to_another_column_does_not_open(branch):
    new(branch).save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_member SET mobile = id_number")
    with pytest.raises(ValueError, match="打不开"):
        Member.objects.get()


# At rest -----------------------------------------------------------------------------------------
def at_rest(directory: Path) -> bytes:
    """Everything the engine keeps of the test database, as bytes."""
    settings = connection.settings_dict
    if connection.vendor == "postgresql":
        command = ["pg_dump", "--inserts", "-h", settings["HOST"], "-p", str(settings["PORT"]), "-U", settings["USER"]]
        environment = {**os.environ, "PGPASSWORD": settings["PASSWORD"]}
        return subprocess.run([*command, settings["NAME"]], env=environment, check=True, capture_output=True).stdout
    path = Path(settings["NAME"])
    copy = sqlite3.connect(directory / "copy.sqlite3")
    connection.connection.backup(copy)
    dump = "\n".join(copy.iterdump())
    copy.close()
    files = [*path.parent.glob(f"{path.name}*"), directory / "copy.sqlite3"]
    return b"".join(file.read_bytes() for file in files) + dump.encode()


@pytest.mark.django_db(transaction=True)
def test_no_planted_number_lies_in_the_database(tmp_path, county, client):
    branch = BranchFactory(name="看得见的党支部")
    numbers = [id_number(910 + n) for n in range(8)]
    phones = [f"1990000711{n}" for n in range(8)]
    MemberFactory(branch=branch, name="看得见的人", id_number=numbers[0], mobile=phones[0])
    Member.objects.bulk_create([new(branch, "示例乙", numbers[1], phones[1])])
    row = Member.objects.create(branch=branch, name="示例丙", id_number=numbers[2], mobile=phones[2])
    row.id_number, row.mobile = numbers[3], phones[3]
    Member.objects.bulk_update([row], ["id_number", "mobile"])
    Member.objects.update_or_create(pk=row.pk, defaults={"id_number": numbers[4], "mobile": phones[4]})
    Member.objects.filter(pk=row.pk).update(mobile=phones[5])
    row.refresh_from_db()
    row.id_number = numbers[6]
    row.save(update_fields=["id_number"])
    client.force_login(county)
    change = {"name": "示例丁", "branch": branch.pk, "kind": "full", "status": "normal", "party_post": "member"}
    change |= {"new_id_number": numbers[7], "new_mobile": phones[7]}
    assert client.post(f"/admin/people/member/{row.pk}/change/", change).status_code == 302
    unmask(member=row, field="id_number", reason="核对", by=county)
    client.post("/login/", {"username": phones[0], "password": numbers[0]})
    kept = at_rest(tmp_path)
    assert "看得见的人".encode() in kept
    assert found(phones[7]) == ["示例丁"]
    assert [number for number in [*numbers, *phones] if number.encode() in kept] == []
    assert [number for number in numbers if number[6:14] + number[14:] in kept.decode(errors="ignore")] == []
