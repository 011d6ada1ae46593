"""All data about one person: everything that leads to them, nothing of anybody else, no answer of a survey."""

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from assessments.models import Attempt, Exam
from juxian.audit.models import AuditEntry
from juxian.people.models import User
from juxian.person_file import SOURCES, UNRELEASED, sheets
from tests.matrix.towns import County, build_county
from trainings import actions


@pytest.fixture
def towns(db) -> County:
    """Two towns, each with somebody of whom there is a row of every kind."""
    return build_county()


def run(member: object, path: Path) -> tuple[list[str], dict]:
    out = io.StringIO()
    call_command("export_member", str(member), "--out", str(path), stdout=out)
    *words, last = out.getvalue().splitlines()
    return words, json.loads(last)


def read(path: Path) -> tuple[dict, dict[str, list[list[object]]], str]:
    """The JSON, the spreadsheet by sheet, and the list of contents."""
    with zipfile.ZipFile(path) as found:
        book = load_workbook(io.BytesIO(found.read("个人资料.xlsx")))
        rows = {sheet.title: [list(row) for row in sheet.values] for sheet in book}
        return json.loads(found.read("个人资料.json")), rows, found.read("目录.txt").decode()


def test_every_table_that_leads_to_a_member_is_in_it() -> None:
    """A new model about a person fails here until it is listed."""
    followed = set(SOURCES) - {"people.user"}  # what somebody did in office is told by the log
    leading = {
        model._meta.label_lower
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if column.is_relation and column.related_model._meta.label_lower in followed
    }
    assert sorted(leading - set(SOURCES)) == []


def test_all_there_is_about_one_person(towns, tmp_path) -> None:
    member, path = towns.ours.member, tmp_path / "a.zip"
    words, result = run(member.pk, path)
    found, book, contents = read(path)
    assert list(found) == [
        "党员", "用户", "报名", "点名记录", "学时账", "结业证书", "答卷", "迟到的答案", "补考", "补课", "测评资格", "账目问答", "站内消息",
    ]  # fmt: skip
    assert result == {
        "member": member.pk,
        "rows": {title: len(rows) for title, rows in found.items()},
        "bytes": path.stat().st_size,
    }
    own = found["党员"][0]
    assert (own["姓名"], own["公民身份号码"], own["联系电话"]) == (member.name, member.id_number, member.mobile)
    assert {title: len(rows) - 1 for title, rows in book.items()} == result["rows"]
    assert book["党员"][1][book["党员"][0].index("公民身份号码")] == member.id_number
    assert "测评的答案不在里面" in contents
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert words[0].startswith(f"{member.name}的资料已写到 {path}：13 张表，")


def test_nothing_of_anybody_else_and_no_secret(towns, tmp_path) -> None:
    path = tmp_path / "a.zip"
    User.objects.filter(pk=towns.ours.member.user_id).update(password="argon2$KANARI")  # a hash is looked for
    run(towns.ours.member.pk, path)
    with zipfile.ZipFile(path) as found:
        text = found.read("个人资料.json").decode()
    assert [secret for secret in towns.theirs.secrets if secret in text] == []
    assert [number for number in (towns.ours.colleague.id_number, towns.ours.colleague.mobile) if number in text] == []
    assert towns.theirs.canary not in text
    assert towns.ours.survey_answer.comment not in text
    assert "argon2$KANARI" not in text
    assert towns.ours.colleague.id_index not in text
    assert towns.ours.member.id_index not in text


def test_a_score_that_is_not_out_stays_in(towns) -> None:
    """Twin: released, the same export tells it."""
    attempt = towns.ours.attempt
    Attempt.objects.filter(pk=attempt.pk).update(score=87, finished_at=attempt.closes_at, closed_by="member")

    def score() -> object:
        sheet = next(one for one in sheets(towns.ours.member) if one.title == "答卷")
        return sheet.rows[0][sheet.heads.index("成绩（百分制）")]

    assert score() == UNRELEASED
    Exam.objects.filter(pk=attempt.exam_id).update(released_at=attempt.closes_at, released_by=towns.ours.clerk_user)
    assert score() == "87.00"


def test_the_log_about_and_by_the_person_is_in_it(towns, tmp_path) -> None:
    certificate, county = towns.ours.certificate, towns.shared["county"]
    actions.revoke_certificate(certificate=certificate, reason="打印有误", by=county)
    run(towns.ours.member.pk, tmp_path / "a.zip")
    found, _, _ = read(tmp_path / "a.zip")
    assert [row["动作"] for row in found["审计记录"]] == ["certificate.revoke"]
    assert [row["原因"] for row in found["证书撤销"]] == ["打印有误"]
    run(towns.ours.member.pk, tmp_path / "b.zip")
    found, _, _ = read(tmp_path / "b.zip")
    assert [row["动作"] for row in found["审计记录"]] == ["certificate.revoke", "people.exported"]


def test_it_is_on_record_with_the_number_of_rows(towns, tmp_path) -> None:
    member = towns.ours.member
    _, result = run(member.pk, tmp_path / "a.zip")
    entry = AuditEntry.objects.get(action="people.exported")
    assert (entry.subject_id, entry.town_code) == (str(member.pk), towns.ours.town.code)
    assert entry.summary == f"导出{member.name}的全部个人资料，{sum(result['rows'].values())} 行"


def test_an_id_number_finds_the_same_person_and_is_not_repeated(towns, tmp_path) -> None:
    member = towns.ours.member
    words, result = run(member.id_number.lower(), tmp_path / "a.zip")
    assert result["member"] == member.pk
    assert [line for line in [*words, json.dumps(result)] if member.id_number in line] == []


@pytest.mark.parametrize("typed", ["999999", "000000190001010000", "示例", "-1", "１２", "9" * 40, ""])
def test_nobody_is_said_without_repeating_what_was_typed(towns, tmp_path, typed) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError, match="^没有这名党员。"):
        call_command("export_member", "--out", str(tmp_path / "a.zip"), "--", typed, stdout=out)
    assert out.getvalue() == "{}\n"
    assert list(tmp_path.glob("*.zip")) == []


def test_a_file_that_is_there_is_never_overwritten(towns, tmp_path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"somebody else's")
    with pytest.raises(CommandError, match="已存在"):
        run(towns.ours.member.pk, path)
    assert path.read_bytes() == b"somebody else's"
    assert AuditEntry.objects.filter(action="people.exported").count() == 0
