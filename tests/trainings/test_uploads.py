"""What may be put into a class's file, told by content."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from juxian.files.models import StoredFile
from juxian.files.store import path_of
from trainings import uploads
from trainings.uploads import keep_upload

pytestmark = pytest.mark.django_db


def package(*names: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def picture(kind: str = "JPEG", size=(3000, 1000)) -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (35.0, 10.0, 0.0)}
    exif[0x010F] = "某某相机"
    Image.new("RGB", size, "red").save(out, kind, exif=exif)
    return out.getvalue()


def keep(content: bytes, name: str = "材料") -> StoredFile:
    return keep_upload(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 x", "pdf"),
        (package("word/document.xml"), "docx"),
        (package("xl/workbook.xml"), "xlsx"),
        (picture("PNG"), "jpeg"),
        (picture(), "jpeg"),
    ],
)
def test_known_kinds_are_kept(content, kind):
    assert keep(content).kind == kind


def test_pictures_lose_their_hidden_data_and_their_size():
    with Image.open(path_of(keep(picture()))) as stored:
        assert (dict(stored.getexif()), stored.size) == ({}, (2400, 800))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "“材料”是空文件，请重新选择。"),
        (b"MZ\x90", "“材料”不是 PDF、照片（JPG、PNG、WebP、HEIC）、Word（docx）或 Excel（xlsx）文件。"),
        (b"<html>", "“材料”不是 PDF、照片（JPG、PNG、WebP、HEIC）、Word（docx）或 Excel（xlsx）文件。"),
        (package("evil.exe"), "“材料”打不开，或不是 Word（docx）、Excel（xlsx）文件。"),
        (b"PK\x03\x04broken", "“材料”打不开，或不是 Word（docx）、Excel（xlsx）文件。"),
        (picture()[:300], "“材料”打不开，可能没有传完整。请重拍，或重新选一张。"),
        (b"\xff\xd8\xff", "“材料”打不开，可能没有传完整。请重拍，或重新选一张。"),
    ],
)
def test_everything_else_is_refused_and_nothing_stored(content, sentence):
    with pytest.raises(ValidationError) as refusal:
        keep(content)
    assert refusal.value.messages == [sentence]
    assert StoredFile.objects.count() == 0


def test_too_big_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "LIMIT", 10)
    with pytest.raises(ValidationError) as refusal:
        keep(b"%PDF-1.7 and more")
    assert refusal.value.messages == ["“材料”超过 20 MB，请压缩或分开上传。"]
