"""A file is written whole or not at all."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from juxian.papers.output import written


def broken() -> Iterator[bytes]:
    yield b"half"
    raise RuntimeError("the lamp went out")


def test_it_is_written_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    assert written(path, [b"one", b"two"]) == 6
    assert path.read_bytes() == b"onetwo"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["a.zip"]


def test_one_that_is_there_is_kept_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError, match="已存在"):
        written(path, [b"new"])
    assert path.read_bytes() == b"old"
    written(path, [b"new"], replace=True)
    assert path.read_bytes() == b"new"


def test_a_fault_on_the_way_leaves_what_was(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        written(path, broken(), replace=True)
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("a.zip", b"old")]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="写不了文件"):
        written(tmp_path / "none" / "a.zip", [b""])
