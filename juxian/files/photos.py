"""What may be uploaded as a photo or a paper, told by content and never by name.

Photos are drawn anew in a child process: upright, bounded, without camera or place. Papers are PDF or OFD.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from juxian.files.models import StoredFile
from juxian.files.store import clean_name, storing

LIMIT = 20 * 1024 * 1024
TYPES = {"jpeg": "image/jpeg", "pdf": "application/pdf", "ofd": "application/ofd"}
CHILD = Path(__file__).with_name("drawing.py")
CHILD_MEMORY_BYTES = 768 * 1024 * 1024
CHILD_CPU_SECONDS = 20
CHILD_SECONDS = 60
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif")


@dataclass(frozen=True)
class Accepted:
    """An upload that may be kept. A photo has a thumbnail, and the day its camera wrote down, if any."""

    kind: str
    content: bytes
    thumbnail: bytes = b""
    taken_on: date | None = None


@dataclass(frozen=True)
class Kept:
    """The rows of an upload that was stored."""

    file: StoredFile
    thumbnail: StoredFile | None


def is_photo(content: bytes) -> bool:
    """Whether the content begins like a JPEG, PNG, WebP or HEIC."""
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
        or (content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS)
    )


def accept_photo(upload: UploadedFile, *, name: str) -> Accepted:
    """The photo drawn anew. Raises ValidationError with a sentence that names the file."""
    content, shown = _content(upload, name)
    if not is_photo(content):
        raise ValidationError(f"“{shown}”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。", code="type")
    return draw(content, name=shown)


def accept_paper(upload: UploadedFile, *, name: str) -> Accepted:
    """A PDF or OFD as it is. Raises ValidationError with a sentence that names the file."""
    content, shown = _content(upload, name)
    return _paper(content, shown)


def accept(upload: UploadedFile, *, name: str) -> Accepted:
    """A paper, or a photo of one."""
    content, shown = _content(upload, name)
    return draw(content, name=shown) if is_photo(content) else _paper(content, shown)


@contextmanager
def keeping(accepted: Accepted, *, name: str) -> Iterator[Kept]:
    """Store file and thumbnail in one transaction with the body: all or nothing."""
    stem = clean_name(name)
    named = f"{Path(stem).stem[:190]}.jpg" if accepted.kind == "jpeg" else stem
    with ExitStack() as both:
        file = both.enter_context(storing([accepted.content], name=named, kind=accepted.kind))
        small = [accepted.thumbnail] if accepted.thumbnail else []
        thumbnail = both.enter_context(storing(small, name=named, kind="jpeg")) if small else None
        yield Kept(file, thumbnail)


def draw(content: bytes, *, name: str) -> Accepted:
    """The photo upright, at most 2400 pixels long, as JPEG without hidden data. Raises ValidationError."""
    head, _, body = _ask("photo", content).partition(b"\n")
    answer = _read(head)
    if "sizes" not in answer:
        raise _refusal(answer, name)
    first, second = answer["sizes"]
    return Accepted("jpeg", body[:first], body[first : first + second], _day(answer["taken"]))


def names_inside(content: bytes) -> set[str]:
    """The names in a ZIP package; none where it cannot be opened."""
    answer = _read(_ask("names", content))
    return set(answer) if isinstance(answer, list) else set()


def names_in_file(path: Path) -> set[str]:
    """The names in a ZIP package on disk, of which only the list is read; none where it cannot be opened."""
    with path.open("rb") as source:
        answer = _read(_ask("package", source))
    return set(answer) if isinstance(answer, list) else set()


def _content(upload: UploadedFile, name: str) -> tuple[bytes, str]:
    shown = clean_name(name)
    shown = shown if len(shown) <= 40 else f"{shown[:28]}…{shown[-11:]}"
    if (upload.size or 0) > LIMIT:
        raise ValidationError(f"“{shown}”超过 20 MB，请压缩或分开上传。", code="size")
    content = upload.read()
    if not content:
        raise ValidationError(f"“{shown}”是空文件，请重新选择。", code="empty")
    return content, shown


def _paper(content: bytes, name: str) -> Accepted:
    if content.startswith(b"%PDF-"):
        return Accepted("pdf", content)
    if content.startswith(b"PK\x03\x04") and "OFD.xml" in names_inside(content):
        return Accepted("ofd", content)
    raise ValidationError(f"“{name}”不是能打开的 PDF 或 OFD 文件。", code="type")


def _ask(verb: str, source: bytes | IO[bytes]) -> bytes:
    """What the child answers; nothing where the file ended it."""
    command = [sys.executable, "-I", str(CHILD), verb, str(CHILD_MEMORY_BYTES), str(CHILD_CPU_SECONDS)]
    given: dict[str, Any] = {"input": source} if isinstance(source, bytes) else {"stdin": source}
    try:
        done = subprocess.run(  # noqa: S603 our own script, no shell
            command,
            **given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=CHILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _read(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return {}


def _refusal(answer: Any, name: str) -> ValidationError:
    error = answer.get("error", "")
    if error == "pixels":
        width, height = answer["size"]
        text = f"“{name}”有 {width}×{height} 像素，太大了。请用手机相机的普通模式重拍，或缩小后再传。"
    elif error == "memory":
        text = f"“{name}”太大，打不开。请用手机相机的普通模式重拍，或缩小后再传。"
    else:
        text = f"“{name}”打不开，可能没有传完整。请重拍，或重新选一张。"
    return ValidationError(text, code=error or "broken")


def _day(text: str) -> date | None:
    """EXIF's 2026:03:05 as a day; cameras without a clock write zeros."""
    try:
        return datetime.strptime(text, "%Y:%m:%d").date()  # noqa: DTZ007 a local day as the camera had it
    except ValueError:
        return None
