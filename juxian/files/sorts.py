"""What a finished upload is, told by its content and never by its name."""

from pathlib import Path

from django.core.exceptions import ValidationError

from juxian.files.photos import HEIC_BRANDS, is_photo, names_in_file

WANTED = "PDF、Word、PPT、Excel（新格式 docx、pptx、xlsx）、MP4 或 WebM 视频、JPG 或 PNG 图片"
OFFICE = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
VIDEOS = {"mp4", "webm"}


PROGRAMS = {
    "exe",
    "msi",
    "com",
    "scr",
    "dll",
    "bat",
    "cmd",
    "ps1",
    "vbs",
    "js",
    "jar",
    "apk",
    "html",
    "htm",
    "svg",
    "docm",
    "pptm",
    "xlsm",
    "zip",
    "rar",
    "7z",
}
ZIP, ENOUGH = "zip", 64
TAIL = 4096  # a PDF names its own table of contents and its end within the last bytes


def _by_start(head: bytes) -> str:
    """What a file that begins like this is, `zip` for one that has to be opened, empty for what cannot be used."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] not in (*HEIC_BRANDS, b"avif", b"avis", b"qt  "):
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:ENOUGH]:
        return "webm"
    if is_photo(head):
        return "photo"
    return ZIP if head.startswith(b"PK\x03\x04") else ""


def _unusable(name: str) -> ValidationError:
    return ValidationError(f"“{name}”不能用。请选{WANTED}；别的格式请先转换。", code="type")


def check_name(name: str) -> None:
    """Refuse what its own name calls a program, a page or an archive, before a byte of it travels."""
    if name.rpartition(".")[2].lower() in PROGRAMS:
        raise _unusable(name)


def check_start(piece: bytes, *, name: str, size: int) -> None:
    """Refuse by the first piece what the whole file could only be refused for; too short a piece says nothing."""
    if len(piece) >= min(ENOUGH, size) and not _by_start(piece[:4096]):
        raise _unusable(name)


def check_pdf_end(tail: bytes, *, name: str) -> None:
    """Refuse a PDF that stops before its end: no reader opens it."""
    if b"startxref" not in tail or b"%%EOF" not in tail:
        raise ValidationError(f"“{name}”打不开，可能没有存完整。请重新导出 PDF 再传。", code="broken")


def sort_of(path: Path, *, name: str) -> str:
    """`pdf`, `mp4`, `webm`, `docx`, `pptx`, `xlsx` or `photo`. Raises ValidationError with a sentence that names the file."""
    with path.open("rb") as stream:
        kind = _by_start(stream.read(4096))
        if kind == "pdf":
            stream.seek(max(path.stat().st_size - TAIL, 0))
            check_pdf_end(stream.read(), name=name)
    if kind == ZIP:
        inside = names_in_file(path)
        found = [kind for member, kind in OFFICE.items() if member in inside]
        if len(found) == 1 and not any(member.endswith("vbaProject.bin") for member in inside):
            return found[0]
        if found:
            raise ValidationError(f"“{name}”里带有宏，打开有风险。请另存为不带宏的格式再传。", code="macro")
        kind = ""
    if not kind:
        raise _unusable(name)
    return kind
