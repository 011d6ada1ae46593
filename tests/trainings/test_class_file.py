"""The file of one class: what is in it, that its checksums hold, who may take it."""

import io
import json
import zipfile
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from juxian.audit.models import AuditEntry
from juxian.files.store import path_of, store
from tests.trainings.conftest import mark_all, seated, sessions_of
from trainings import actions
from trainings.class_file import class_file
from trainings.models import DossierItem

SITE = "http://127.0.0.1:8000"
ARCHIVED = [
    "01 培训通知/培训通知.pdf",
    "02 培训方案/培训方案.pdf",
    "03 审批单/审批单.pdf",
    "05 课程表/课程表.pdf",
    "06 学员花名册/学员花名册.pdf",
    "06 学员花名册/学员花名册.xlsx",
    "07 师资信息及授课审核表/师资信息.pdf",
    "09 签到表/签到表.pdf",
    "09 签到表/签到表.xlsx",
    "18 结业名册/结业名册.pdf",
    "18 结业名册/结业证书.pdf",
    "22 卷内目录/卷内目录.pdf",
    "99 系统记录/学时账.xlsx",
    "99 系统记录/审计摘录.xlsx",
]
CONTENTS = ["目录.txt", "manifest.json"]


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def packed(training_class) -> zipfile.ZipFile:
    return opened(b"".join(class_file(training_class, SITE).stream()))


def cells(found: zipfile.ZipFile, path: str) -> list[list[object]]:
    return [list(row) for row in load_workbook(io.BytesIO(found.read(path))).active.values]


def run(code: str, *options: str) -> tuple[list[str], dict]:
    out = io.StringIO()
    call_command("class_dossier", code, *options, stdout=out)
    *words, last = out.getvalue().splitlines()
    return words, json.loads(last)


def test_an_archived_class_is_all_there(archived) -> None:
    found = packed(archived)
    assert found.testzip() is None
    assert found.namelist() == [*ARCHIVED, *CONTENTS]
    for row in json.loads(found.read("manifest.json")):
        content = found.read(row["path"])
        assert (row["sha256"], row["bytes"]) == (sha256(content).hexdigest(), len(content))
    assert {name: found.read(name)[:4] for name in ARCHIVED} == {
        name: b"%PDF" if name.endswith(".pdf") else b"PK\x03\x04" for name in ARCHIVED
    }


def test_records_say_what_happened(archived, clerk) -> None:
    person, session = seated(archived)[0], sessions_of(archived)[0]
    actions.amend_mark_after_archive(
        session=session, enrolment=person, status="absent", reason="核对纸质签到表", by=clerk
    )
    found = packed(archived)
    assert cells(found, "99 系统记录/更正记录.xlsx")[1][:7] == [
        person.member.name, str(session), "到", "缺席", "点名", "核对纸质签到表", clerk.name,
    ]  # fmt: skip
    hours = cells(found, "99 系统记录/学时账.xlsx")
    assert [row[4] for row in hours[1:]] == ["4"] * 6 + ["-4"]
    roster = cells(found, "06 学员花名册/学员花名册.xlsx")
    assert [row[1:7:4] for row in roster[1:]] == [
        [row.member.name, "4" if row == person else "8"] for row in sorted_seats(archived)
    ]
    summaries = [row[3] for row in cells(found, "99 系统记录/审计摘录.xlsx")]
    assert f"{archived.code}“{archived.title}”送审" in summaries


def sorted_seats(training_class) -> list:
    return sorted(seated(training_class), key=lambda row: (row.branch.name, row.member.name, row.pk))


def test_no_personal_number_is_in_it(archived) -> None:
    found = packed(archived)
    text = b""
    for name in found.namelist():
        content = found.read(name)
        text += content
        if name.endswith(".xlsx"):
            inside = opened(content)
            text += b"".join(inside.read(part) for part in inside.namelist())
    for row in seated(archived):
        assert row.member.id_number.encode() not in text
        assert row.member.mobile.encode() not in text


def test_what_people_put_in_is_there_as_it_was(closing, clerk) -> None:
    item = DossierItem.objects.get(code="budget")
    stored = store([b"%PDF-budget"], name="预算/2026.pdf", kind="pdf")
    actions.add_paper(training_class=closing, item=item, file=stored, by=clerk)
    waive_rest_but(closing, clerk, item)
    archived = actions.archive_class(training_class=closing, by=clerk)
    assert packed(archived).read("04 经费预算/归入01 2026.pdf") == b"%PDF-budget"
    path_of(stored).write_bytes(b"changed")
    found = class_file(archived, SITE)
    assert [item.path for item in found.items if item.path.startswith("04")] == []
    assert found.notes[0] == "“经费预算”里的文件“2026.pdf”在服务器上已损坏或丢失。"


def waive_rest_but(training_class, by, kept) -> None:
    for item in DossierItem.objects.filter(need=DossierItem.Need.REQUIRED).exclude(pk=kept.pk):
        actions.waive_paper(training_class=training_class, item=item, reason="演示", by=by)


def test_what_is_missing_is_named(running, clerk) -> None:
    found = class_file(running, SITE)
    names = ["经费预算", "课件、讲义", "签到表", "影像资料", "满意度测评表", "培训小结", "经费决算及票据", "卷内目录"]
    assert found.missing == [name for name in names if name != "卷内目录"]
    assert found.notes == [
        "这个班现在是“进行中”，还没有归档，材料会变。", *[f"缺“{name}”。" for name in found.missing]
    ]  # fmt: skip
    mark_all(running, clerk)
    assert "签到表" not in class_file(running, SITE).missing


def test_the_command_writes_it_and_says_so(archived, tmp_path, settings) -> None:
    path = tmp_path / "class.zip"
    words, result = run(archived.code, "--out", str(path))
    assert result == {
        "code": archived.code, "state": "archived", "files": len(ARCHIVED), "bytes": path.stat().st_size, "missing": [],
    }  # fmt: skip
    assert words[0] == f"“{archived.title}”的档案已写到 {path}：{len(ARCHIVED)} 个文件，{path.stat().st_size} 字节。"
    assert opened(path.read_bytes()).namelist() == [*ARCHIVED, *CONTENTS]
    entry = AuditEntry.objects.get(action="dossier.export")
    assert (entry.actor_name, entry.subject_id) == ("系统", str(archived.pk))
    settings.SITE_ADDRESS = "https://dangxiao.example/"
    again, _ = run(archived.code, "--out", str(path), "--replace")
    assert [line for line in words if "SITE_ADDRESS" in line] == [words[1]]
    assert [line for line in again if "SITE_ADDRESS" in line] == []


def test_the_command_refuses_with_words_and_keeps_what_is_there(archived, tmp_path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(b"old")
    for code, target, said in (
        (archived.code, path, "已存在，没有覆盖。请换个文件名。要换掉它请加 --replace。"),
        (archived.code, tmp_path, "是文件夹，请写出文件名"), ("NONE", tmp_path / "b.zip", "没有编号为“NONE”的班"),
        (archived.code, tmp_path / "none" / "b.zip", "写不了文件"),
    ):  # fmt: skip
        out = io.StringIO()
        with pytest.raises(CommandError, match=said):
            call_command("class_dossier", code, "--out", str(target), stdout=out)
        assert out.getvalue() == "{}\n"
    assert [(found.name, found.read_bytes()) for found in tmp_path.glob("*.zip")] == [("class.zip", b"old")]
    assert AuditEntry.objects.filter(action="dossier.export").count() == 0


def test_the_clerk_takes_it_from_the_page(client, clerk, archived) -> None:
    client.force_login(clerk)
    page = client.get(reverse("trainings:town-detail", args=[archived.pk]), {"tab": "dossier"})
    url = reverse("trainings:class-dossier", args=[archived.pk])
    assert f'action="{url}"' in page.content.decode()
    answer = client.post(url)
    content = b"".join(answer.streaming_content)
    assert opened(content).namelist() == [*ARCHIVED, *CONTENTS]
    assert answer["Content-Disposition"] == f'attachment; filename="{archived.code}.zip"'
    entry = AuditEntry.objects.get(action="dossier.export")
    assert (entry.actor_id, entry.summary) == (clerk.pk, f"下载“{archived.title}”档案，{len(ARCHIVED)} 个文件")


def test_doors(client, clerk, other_clerk, county, member, archived) -> None:
    url = reverse("trainings:class-dossier", args=[archived.pk])
    assert client.post(url)["Location"].startswith(reverse("login"))
    for user, status in ((other_clerk, 404), (member.user, 403), (county, 200)):
        client.force_login(user)
        answer = client.post(url)
        assert answer.status_code == status
        assert b"".join(answer.streaming_content if answer.streaming else [])[:2] == (b"PK" if status == 200 else b"")
    assert client.get(url).status_code == 405
