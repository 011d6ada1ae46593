"""ZIP files: the same items give the same bytes, written piece by piece, with a list of contents for people (目录.txt)
and one for programs (manifest.json: path, sha256, bytes, kind of each item).

`manifest.json` and `目录.txt` come last, for they say what went before; they do not list themselves.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: no item carries the hour it was made
MANIFEST, CONTENTS = "manifest.json", "目录.txt"


@dataclass(frozen=True)
class Item:
    """One file of a ZIP. `content` is asked for when its turn comes, so only one item is held at a time."""

    path: str
    kind: str
    content: Callable[[], bytes | Iterable[bytes]]


class _Sink:
    """A file that cannot be wound back; keeps what was written until it is taken."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing to flush: pieces are taken as they come."""

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces.clear()
        return taken


def bundle(items: Iterable[Item], *, title: str, notes: Iterable[str] = ()) -> Iterator[bytes]:
    """The bytes of the ZIP. Items go in by path; two of one path, or a path that leaves the ZIP, raise ValueError.

    `title` and `notes` (what is missing, what to know) are said in the list of contents.
    """
    ordered = sorted(items, key=lambda item: item.path)
    _check([item.path for item in ordered])
    sink = _Sink()
    listed = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:  # type: ignore[call-overload]  # the stubs ask for a whole file
        for item in ordered:
            content = item.content()
            pieces = [content] if isinstance(content, bytes) else content
            digest, size = sha256(), 0
            with packed.open(_entry(item.path), "w") as stream:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    stream.write(piece)
                    yield sink.take()
            listed.append({"path": item.path, "sha256": digest.hexdigest(), "bytes": size, "kind": item.kind})
        _write(packed, CONTENTS, _contents(title, listed, list(notes)))
        _write(packed, MANIFEST, json.dumps(listed, ensure_ascii=False, indent=1) + "\n")
    yield sink.take()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system, entry.external_attr = 3, 0o600 << 16
    return entry


def _write(packed: zipfile.ZipFile, path: str, text: str) -> None:
    packed.writestr(_entry(path), text.encode())


def _check(paths: list[str]) -> None:
    taken = {MANIFEST, CONTENTS}
    for path in paths:
        parts = path.split("/")
        if path in taken or "\\" in path or any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"ZIP 里不能有这个文件名：{path}")
        taken.add(path)


def _contents(title: str, listed: list[dict[str, object]], notes: list[str]) -> str:
    lines = [title, "", f"共 {len(listed)} 个文件。每个文件的校验值（SHA-256）也在 {MANIFEST} 里。", ""]
    for number, row in enumerate(listed, 1):
        lines += [f"{number}. {row['path']}", f"   {row['kind']}，{row['bytes']} 字节，SHA-256 {row['sha256']}"]
    return "\r\n".join([*lines, *(["", *notes] if notes else []), ""])
