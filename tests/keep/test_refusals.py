"""A restore that must not happen changes nothing and says why; a backup that cannot be whole leaves nothing."""

from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from juxian.files.store import discard, path_of, remove, store
from juxian.keep import backup as backup_module
from juxian.keep import checks, manifest, rows
from juxian.keep.backup import backup
from juxian.keep.restore import restore
from juxian.people.models import Member
from juxian.vault.cipher import CannotOpenError
from tests.factories import MemberFactory, TownFactory
from tests.keep.conftest import rewrite, state, wipe

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = urlsafe_b64encode(b"o" * 32).decode()


def refusal(folder: Path, *, replace: bool = True) -> list[str]:
    """What a restore says; nothing may have changed."""
    before = state()
    with pytest.raises(ValidationError) as refused:
        restore(folder, replace=replace)
    assert state() == before
    return refused.value.messages


def key_of(settings) -> tuple[str, str]:
    key_id, _, secret = settings.FIELD_KEYS.partition(":")
    return key_id, secret


# The folder ---------------------------------------------------------------------------------------
def test_a_folder_that_is_no_backup(portal, tmp_path) -> None:
    assert refusal(tmp_path) == [f"{tmp_path} 里没有 manifest.json，这不是一份完整的备份。"]


def test_a_manifest_that_cannot_be_read(kept) -> None:
    for text in ("", "{", "[]", "{}", '{"digest": 1}'):
        (kept / manifest.NAME).write_text(text)
        assert len(refusal(kept)) == 1


def test_a_changed_manifest(kept) -> None:
    path = kept / manifest.NAME
    path.write_text(path.read_text().replace('"damaged": []', '"damaged": ["x"]'))
    assert refusal(kept) == ["manifest.json 被改动过或不完整（校验值不符），请换一份备份。"]


def test_a_later_format(kept) -> None:
    rewrite(kept, lambda body: body.update(format=2))
    assert refusal(kept) == ["备份的格式是第 2 版，本程序只认识第 1 版。"]


def test_a_changed_table(kept) -> None:
    path = kept / "tables" / "people_member.jsonl"
    path.write_text(path.read_text().replace("示例甲", "示例乙"))
    assert refusal(kept) == ["tables/people_member.jsonl 缺失或被改动（行数或校验值不符）。"]
    path.write_text("")
    assert refusal(kept) == ["tables/people_member.jsonl 缺失或被改动（行数或校验值不符）。"]
    path.unlink()
    assert refusal(kept) == ["tables/people_member.jsonl 缺失或被改动（行数或校验值不符）。"]


def test_a_changed_file_and_a_path_that_leads_out(portal, kept) -> None:
    (kept / "files" / portal.file.path).write_bytes(b"other")
    assert refusal(kept) == [f"备份里有 1 个文件缺失或被改动：{portal.file.path}。"]
    rewrite(kept, lambda body: body["files"][0].update(path="../manifest.json"))
    assert refusal(kept) == ["备份里有 1 个文件缺失或被改动：../manifest.json。"]


def test_other_tables_and_columns(kept) -> None:
    rewrite(kept, lambda body: body["tables"][0].update(columns=["id"]))
    assert refusal(kept) == ["表 assessments_answer 的列和库里的不一样。"]
    rewrite(kept, lambda body: body["tables"].pop(0))
    assert refusal(kept) == ["备份的表和库里的表不一样：assessments_answer。"]


# The database -------------------------------------------------------------------------------------
def test_other_migrations(kept) -> None:
    rewrite(kept, lambda body: body["migrations"].append("trainings.9999_later"))
    assert refusal(kept) == [
        "库的结构比备份旧，缺 trainings.9999_later。请先运行 migrate 再恢复；还缺就是程序版本比备份旧，请装备份当时的版本。"
    ]
    rewrite(kept, lambda body: body.update(migrations=manifest.applied_migrations()[1:]))
    extra = manifest.applied_migrations()[0]
    assert refusal(kept) == [f"库的结构比备份新，多 {extra}。请装备份当时的程序版本恢复，再升级。"]


def test_a_database_with_rows_is_replaced_only_when_asked(portal, kept) -> None:
    words = refusal(kept, replace=False)
    assert [one.partition("（")[0] for one in words] == ["库里已有数据"]
    restore(kept, replace=True)


# Keys ---------------------------------------------------------------------------------------------
@pytest.mark.trust("B9")
def test_a_missing_key(kept, settings) -> None:
    key_id, _ = key_of(settings)
    settings.FIELD_KEYS = f"other:{OTHER}"
    words = refusal(kept)
    assert f"缺少编号为 {key_id} 的密钥：备份里的证件号和手机号要用它才能读。请在 FIELD_KEYS 里补上。" in words
    assert f"打不开“党员”的“公民身份号码”：没有编号为 {key_id} 的密钥，请检查 FIELD_KEYS。" in words


@pytest.mark.trust("B9")
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_wrong_key_under_the_right_id(kept, settings, is_empty) -> None:
    key_id, _ = key_of(settings)
    if is_empty:
        wipe()
    settings.FIELD_KEYS = f"{key_id}:{OTHER}"
    words = refusal(kept, replace=not is_empty)
    assert f"编号为 {key_id} 的密钥不是备份时的那一把（指纹不符），请检查 FIELD_KEYS。" in words
    # the values themselves speak, even where the manifest says nothing of keys
    rewrite(kept, lambda body: body.update(field_keys=[]))
    assert [one.partition("：")[0] for one in refusal(kept, replace=not is_empty)] == [
        "打不开“党员”的“公民身份号码”",
        "打不开“党员”的“联系电话”",
    ]


def test_a_restore_with_a_wrong_key_would_leave_numbers_nobody_can_read(kept, settings, monkeypatch) -> None:
    """Twin: with the check off the harm is done."""
    monkeypatch.setattr(checks, "problems", lambda *args, **options: [])
    settings.FIELD_KEYS = f"{key_of(settings)[0]}:{OTHER}"
    restore(kept, replace=True)
    with pytest.raises(CannotOpenError):
        Member.objects.get()


def test_keys_in_another_order_would_break_the_index(kept, settings) -> None:
    settings.FIELD_KEYS = f"other:{OTHER},{settings.FIELD_KEYS}"
    words = refusal(kept)
    assert words[0] == ("“党员”的“公民身份号码”查找索引不是用现在的密钥做的，请按备份时的顺序列出 FIELD_KEYS。")


def test_a_key_added_since_is_no_hindrance(kept, settings) -> None:
    settings.FIELD_KEYS = f"{settings.FIELD_KEYS},other:{OTHER}"
    restore(kept, replace=True)
    assert Member.objects.get().name == "示例甲"


def test_no_key_and_no_number_lies_in_a_backup(portal, kept, settings) -> None:
    everything = b"".join(path.read_bytes() for path in kept.rglob("*") if path.is_file())
    secrets = [key_of(settings)[1], settings.SECRET_KEY, portal.member.id_number, portal.member.mobile]
    assert [secret for secret in secrets if secret.encode() in everything] == []
    assert {path.stat().st_mode & 0o077 for path in [kept, *kept.rglob("*")]} == {0}


# Failing in the middle ----------------------------------------------------------------------------
def test_a_restore_that_fails_half_way_leaves_the_old_data_and_files(portal, kept) -> None:
    """The folder adds up, but the database refuses a row of the last tables."""
    path = kept / "tables" / "trainings_hourentry.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[0]]))
    table = {"rows": 3, "bytes": path.stat().st_size, "sha256": manifest.sha256(path.read_bytes()).hexdigest()}
    rewrite(
        kept, lambda body: next(one for one in body["tables"] if one["name"] == "trainings_hourentry").update(table)
    )
    discard(portal.file)
    TownFactory(name="后来镇")
    words = refusal(kept)
    assert [one.partition("：")[0] for one in words] == ["没有恢复成功，库和文件保持原样"]


def test_rows_that_do_not_read_back_the_same_are_refused(portal, kept, monkeypatch) -> None:
    monkeypatch.setattr(rows, "free_keys", lambda: Member.objects.update(name="换了"))
    assert refusal(kept) == ["写入后读回的表 people_member 与备份不一致，没有恢复，库保持原样。"]


# Backing up ---------------------------------------------------------------------------------------
def test_a_folder_in_use_is_not_written_to(portal, kept, capsys) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("backup", kept)
    assert capsys.readouterr().out == "{}\n"
    assert str(refused.value) == f"没有备份：{kept} 已经有内容，请换一个新的文件夹。"


def test_a_place_that_cannot_be_written_is_said(portal, tmp_path, capsys) -> None:
    (tmp_path / "paper").write_bytes(b"")
    with pytest.raises(CommandError, match="没有备份：写不了 .*请检查路径、权限和磁盘空间。"):
        call_command("backup", tmp_path / "paper" / "kept")
    assert capsys.readouterr().out == "{}\n"


def test_a_damaged_file_stops_a_backup_until_accepted(portal, tmp_path) -> None:
    path_of(portal.file).write_bytes(b"damaged")
    with pytest.raises(ValidationError) as refused:
        backup(tmp_path / "kept")
    assert refused.value.messages == [
        "有 1 个文件在服务器上丢失或损坏：名册.xlsx。仍要备份其余的，加 --accept-damaged。"
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files"]
    made = backup(tmp_path / "kept", accept_damaged=True)
    assert (made.files, made.damaged) == ([], [portal.file.path])
    wipe()
    assert restore(tmp_path / "kept").damaged == [portal.file.path]


def test_a_file_removed_on_purpose_is_not_missed(portal, tmp_path) -> None:
    with transaction.atomic():
        remove(portal.file, timezone.now())
    assert not path_of(portal.file).exists()
    made = backup(tmp_path / "kept")
    assert (made.files, made.damaged) == ([], [])
    before = state()
    wipe()
    restore(tmp_path / "kept")
    assert state() == before


@pytest.mark.parametrize("take", [discard, lambda file: remove(file, timezone.now())])
def test_a_file_discarded_during_a_backup_is_not_missed(portal, tmp_path, monkeypatch, take) -> None:
    """Somebody takes a file away between the rows and the files: the backup begins again with the new moment."""
    store([b"another"], name="乙.xlsx", kind="xlsx")
    keep, gone = backup_module._keep_file, []

    def keep_after_a_discard(draft, stored, made) -> None:
        if not gone:
            gone.append(portal.file.path)
            take(portal.file)
        keep(draft, stored, made)

    monkeypatch.setattr(backup_module, "_keep_file", keep_after_a_discard)
    made = backup(tmp_path / "kept")
    assert (len(made.files), made.damaged, gone[0] in [file.path for file in made.files]) == (1, [], False)


def test_a_refused_command_says_all_reasons(kept, settings, capsys) -> None:
    MemberFactory()
    settings.FIELD_KEYS = f"{key_of(settings)[0]}:{OTHER}"
    with pytest.raises(CommandError) as refused:
        call_command("restore", kept)
    assert str(refused.value).splitlines()[0] == "没有恢复，什么也没有改动："
    assert len(str(refused.value).splitlines()) == 5
    assert capsys.readouterr().out == "{}\n"
