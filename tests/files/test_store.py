"""Stored files are whole or not there."""

import pytest
from django.db import IntegrityError

from juxian.files.models import StoredFile
from juxian.files.store import DamagedFile, clean_name, discard, is_whole, open_whole, path_of, store


def everything(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_goes_in_comes_out(db, settings) -> None:
    row = store([b"abc", b"def"], name="C:\\名册\\甲.xlsx", kind="xlsx")
    assert (row.size, row.original_name, row.kind) == (6, "甲.xlsx", "xlsx")
    with open_whole(row) as stream:
        assert stream.read() == b"abcdef"
    assert [path.stat().st_mode & 0o777 for path in everything(settings.MEDIA_ROOT)] == [0o600]
    assert row.original_name not in row.path


def test_a_failing_source_leaves_nothing(db, settings) -> None:
    def broken():
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store(broken(), name="a", kind="x")
    assert (everything(settings.MEDIA_ROOT), StoredFile.objects.count()) == ([], 0)


def test_a_file_past_the_limit_leaves_nothing(db, settings) -> None:
    with pytest.raises(ValueError, match="文件超过 1 MB。"):
        store([b"x" * 600_000] * 2, name="a", kind="x", limit=1024 * 1024)
    assert (everything(settings.MEDIA_ROOT), StoredFile.objects.count()) == ([], 0)


def test_a_row_that_cannot_be_written_leaves_no_file(db, settings) -> None:
    with pytest.raises(IntegrityError):
        store([b"x"], name="a", kind=None)
    assert everything(settings.MEDIA_ROOT) == []


@pytest.mark.parametrize("content", [b"abcdeX", b"abc", b"", b"abcdefg"])
def test_a_changed_file_is_not_opened(db, content) -> None:
    row = store([b"abcdef"], name="甲.xlsx", kind="xlsx")
    path_of(row).write_bytes(content)
    assert not is_whole(row)
    with pytest.raises(DamagedFile) as damage:
        open_whole(row)
    assert str(damage.value) == "文件“甲.xlsx”在服务器上已损坏或丢失，请重新上传，或请管理员从备份恢复。"


def test_a_missing_file_is_not_whole(db) -> None:
    row = store([b"abc"], name="a", kind="x")
    path_of(row).unlink()
    assert not is_whole(row)


def test_discarding_removes_the_content_with_the_commit(db, settings, django_capture_on_commit_callbacks) -> None:
    row = store([b"abc"], name="a", kind="x")
    with django_capture_on_commit_callbacks(execute=True):
        discard(row)
        assert len(everything(settings.MEDIA_ROOT)) == 1
    assert (everything(settings.MEDIA_ROOT), StoredFile.objects.count()) == ([], 0)


def test_names_of_clients_are_cleaned() -> None:
    assert [clean_name(name) for name in ("../../etc/passwd", "a\u202eb\x00.xlsx", "", "/", "长" * 300)] == [
        "passwd", "ab.xlsx", "未命名", "未命名", "长" * 200,
    ]  # fmt: skip
