"""What may be put into a class's file: PDF, pictures (re-encoded, without their hidden data), Word and Excel."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from juxian.files.models import StoredFile
from juxian.files.photos import draw, is_photo, names_inside
from juxian.files.store import storing

LIMIT = 20 * 1024 * 1024


@contextmanager
def keeping_upload(upload: UploadedFile) -> Iterator[StoredFile]:
    """Check by content, re-encode pictures, and keep the file together with what the body does, or neither.

    A refusal says what is wrong with the file.
    """
    if (upload.size or 0) > LIMIT:
        raise ValidationError(f"“{upload.name}”超过 20 MB，请压缩或分开上传。", code="size")
    content = upload.read()
    if not content:
        raise ValidationError(f"“{upload.name}”是空文件，请重新选择。", code="empty")
    kind, chunks = _recognised(content, str(upload.name))
    with storing(chunks, name=str(upload.name), kind=kind, limit=LIMIT) as stored:
        yield stored


def keep_upload(upload: UploadedFile) -> StoredFile:
    """`keeping_upload` with nothing else to do."""
    with keeping_upload(upload) as stored:
        return stored


def _recognised(content: bytes, name: str) -> tuple[str, Iterable[bytes]]:
    if content.startswith(b"%PDF-"):
        return "pdf", [content]
    if is_photo(content):
        return "jpeg", [draw(content, name=name).content]
    if content.startswith(b"PK\x03\x04"):
        return _office(content, name), [content]
    raise ValidationError(
        f"“{name}”不是 PDF、照片（JPG、PNG、WebP、HEIC）、Word（docx）或 Excel（xlsx）文件。", code="type"
    )


def _office(content: bytes, name: str) -> str:
    inside = names_inside(content)
    if "word/document.xml" in inside:
        return "docx"
    if "xl/workbook.xml" in inside:
        return "xlsx"
    raise ValidationError(f"“{name}”打不开，或不是 Word（docx）、Excel（xlsx）文件。", code="type")
