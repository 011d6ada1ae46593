"""ZIP files out: same items, same bytes; a list for people and one for programs."""

import json
import time
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

import pytest

from juxian.papers import Item, bundle

ITEMS = [
    Item("二/名单.csv", "表格", lambda: "姓名\r\n示例甲\r\n".encode()),
    Item("一/通知.pdf", "PDF", lambda: [b"%PDF", b"-1.7"]),
]


def packed(items: list[Item], **words: object) -> bytes:
    return b"".join(bundle(items, title="档案", **words))


def test_the_same_items_in_any_order_are_the_same_bytes() -> None:
    first = packed(ITEMS)
    time.sleep(2.1)  # a ZIP counts two seconds at a time
    assert packed(ITEMS[::-1]) == first
    assert packed(ITEMS[:1]) != first


def test_it_opens_whole_and_says_what_is_in_it() -> None:
    with zipfile.ZipFile(BytesIO(packed(ITEMS, notes=["缺“影像资料”"]))) as found:
        assert found.testzip() is None
        assert found.namelist() == ["一/通知.pdf", "二/名单.csv", "目录.txt", "manifest.json"]
        listed = json.loads(found.read("manifest.json"))
        assert listed == [
            {"path": "一/通知.pdf", "sha256": sha256(b"%PDF-1.7").hexdigest(), "bytes": 8, "kind": "PDF"},
            {
                "path": "二/名单.csv",
                "sha256": sha256(found.read("二/名单.csv")).hexdigest(),
                "bytes": len(found.read("二/名单.csv")),
                "kind": "表格",
            },
        ]
        lines = found.read("目录.txt").decode().split("\r\n")
        assert lines[:5] == [
            "档案",
            "",
            "共 2 个文件。每个文件的校验值（SHA-256）也在 manifest.json 里。",
            "",
            "1. 一/通知.pdf",
        ]
        assert lines[-2] == "缺“影像资料”"


def test_items_are_made_one_by_one_as_they_are_sent() -> None:
    made: list[str] = []

    def slow(name: str) -> Iterator[bytes]:
        made.append(name)
        yield b"x" * 100_000

    stream = bundle([Item(name, "块", lambda name=name: slow(name)) for name in "abc"], title="档案")
    next(stream)
    assert made == ["a"]
    assert len(b"".join(stream)) > 0
    assert made == ["a", "b", "c"]


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a/./b", "a\\b", "manifest.json", "目录.txt", ""])
def test_a_name_that_leaves_the_file_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="不能有这个文件名"):
        packed([Item(path, "块", lambda: b"")])


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="不能有这个文件名"):
        packed([ITEMS[0], ITEMS[0]])
