"""Large files arrive in pieces: broken off, resumed, refused, kept; and are sent in parts."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from juxian.files import arriving
from juxian.files.arriving import (
    MEGABYTE,
    WrongOffset,
    append,
    begin,
    drop_expired,
    finishing,
    offset_of,
    path_of_upload,
)
from juxian.files.models import StoredFile, Upload
from juxian.files.ranges import ranged
from juxian.files.sorts import sort_of
from juxian.files.store import path_of, store

CONTENT = b"%PDF-" + bytes(range(256)) * 4


def start(size: int = len(CONTENT), owner: int = 1, name: str = "课件.pdf", limit: int = 500 * MEGABYTE) -> Upload:
    now = timezone.now()
    return begin(
        owner_id=owner, purpose="test:1", name=name, mark="1", size=size, limit=limit, now=now,
        expires_at=now + timedelta(days=7),
    )  # fmt: skip


def test_broken_off_and_resumed_is_whole(db) -> None:
    upload = start()
    append(upload, 0, CONTENT[:300])
    again = start()
    assert (again.pk, offset_of(again)) == (upload.pk, 300)
    with pytest.raises(WrongOffset) as wrong:
        append(again, 0, CONTENT[:300])
    assert wrong.value.offset == 300
    with pytest.raises(ValidationError, match="还没有传完"), finishing(again, kind="pdf"):
        pass
    again = append(again, 300, CONTENT[300:])
    with finishing(again, kind="pdf") as stored:
        pass
    assert path_of(stored).read_bytes() == CONTENT
    assert (Upload.objects.count(), stored.size, path_of_upload(again).exists()) == (0, len(CONTENT), False)


def test_what_was_written_but_not_counted_is_written_again(db) -> None:
    upload = append(start(), 0, CONTENT[:300])
    with path_of_upload(upload).open("ab") as stream:
        stream.write(b"half a piece, then the power failed")
    assert offset_of(upload) == 300
    upload = append(upload, 300, CONTENT[300:])
    assert path_of_upload(upload).read_bytes() == CONTENT


def test_what_was_counted_but_is_gone_is_asked_for_again(db) -> None:
    upload = append(start(), 0, CONTENT[:300])
    path_of_upload(upload).unlink()
    assert offset_of(upload) == 0


@pytest.mark.parametrize("name", ["课件.EXE", "课件.pdf.exe", "课件.docm", "课件.zip"])
def test_a_program_is_refused_by_its_name_before_it_travels(db, name) -> None:
    with pytest.raises(ValidationError, match=f"“{name}”不能用。请选PDF"):
        start(name=name)
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("begins", [b"MZ\x90\x00", b"\x7fELF", b"#!/bin/sh\n", b"<html>", b"\xd0\xcf\x11\xe0"])
def test_what_cannot_be_used_is_refused_at_its_first_piece_and_forgotten(db, begins) -> None:
    upload = start(200 * MEGABYTE)
    with pytest.raises(ValidationError, match="“课件.pdf”不能用"):
        append(upload, 0, begins + bytes(1000))
    assert (Upload.objects.count(), path_of_upload(upload).exists()) == (0, False)


@pytest.mark.parametrize("begins", [b"%PDF-1.7", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x20ftypisom"])
def test_what_may_be_used_goes_on(db, begins) -> None:
    assert append(start(), 0, begins + bytes(100)).received == len(begins) + 100


def test_two_hundred_megabytes_in_pieces(db) -> None:
    """The pieces are sparse, so this writes little; the size is real."""
    size = 200 * MEGABYTE
    upload = start(size)
    path_of_upload(upload).touch()
    with path_of_upload(upload).open("r+b") as stream:
        stream.truncate(120 * MEGABYTE)
    Upload.objects.update(received=120 * MEGABYTE)
    upload = start(size)
    assert offset_of(upload) == 120 * MEGABYTE
    for offset in range(offset_of(upload), size, 40 * MEGABYTE):
        with path_of_upload(upload).open("r+b") as stream:
            stream.truncate(offset + 40 * MEGABYTE - 3)
        Upload.objects.update(received=offset + 40 * MEGABYTE - 3)
        upload = append(upload, offset + 40 * MEGABYTE - 3, b"end")
    with finishing(upload, kind="mp4") as stored:
        pass
    assert (stored.size, path_of(stored).stat().st_size) == (size, size)


def test_a_file_that_cannot_be_kept_stays_on_its_way(db) -> None:
    upload = append(start(), 0, CONTENT)
    with pytest.raises(ZeroDivisionError), finishing(upload, kind="pdf"):
        raise ZeroDivisionError
    assert (Upload.objects.count(), StoredFile.objects.count(), offset_of(upload)) == (1, 0, len(CONTENT))


def test_refusals_say_why(db, monkeypatch) -> None:
    with pytest.raises(ValidationError, match="“课件.pdf”超过 1 MB"):
        start(2 * MEGABYTE, limit=MEGABYTE)
    with pytest.raises(ValidationError, match="空文件"):
        start(0)
    with pytest.raises(ValidationError, match="比开始时说的大"):
        append(start(10), 0, CONTENT)
    monkeypatch.setattr(arriving, "SPARE", 1 << 60)
    with pytest.raises(ValidationError, match="磁盘快满了"):
        start(11)


def test_expired_uploads_are_forgotten(db, django_capture_on_commit_callbacks) -> None:
    upload = append(start(), 0, CONTENT)
    assert drop_expired(timezone.now()) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert drop_expired(timezone.now() + timedelta(days=8)) == 1
    assert (Upload.objects.count(), path_of_upload(upload).exists()) == (0, False)


def test_the_page_is_for_the_owner_and_names_the_right_offset(client: Client, clerk, other_clerk, monkeypatch) -> None:
    upload = start(owner=clerk.pk)
    page = f"/uploads/{upload.key}/"
    client.force_login(clerk)

    def send(offset: int, piece: bytes) -> tuple[int, int]:
        answer = client.post(
            page, piece, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)}
        )
        return answer.status_code, answer.json().get("offset", -1)

    assert send(0, CONTENT[:300]) == (200, 300)
    assert send(0, CONTENT[:300]) == (409, 300)
    assert client.get(page).json()["offset"] == 300
    monkeypatch.setattr(arriving, "PIECE", 100)
    assert send(300, CONTENT[:101]) == (413, 300)
    client.force_login(other_clerk)
    assert client.get(page).status_code == 404
    assert client.post(f"{page}cancel/").status_code == 404
    client.force_login(clerk)
    assert client.post(f"{page}cancel/").status_code == 200
    assert Upload.objects.count() == 0


def test_a_full_disk_is_said_and_loses_nothing(client: Client, clerk, monkeypatch) -> None:
    upload = append(start(owner=clerk.pk), 0, CONTENT[:300])

    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(arriving, "_write", full)
    client.raise_request_exception = False
    client.force_login(clerk)
    headers = {"Upload-Offset": "300", "Accept": "application/json"}
    answer = client.post(f"/uploads/{upload.key}/", b"x", content_type="application/octet-stream", headers=headers)
    assert (answer.status_code, answer.json()) == (503, {"error": "服务器的磁盘满了，刚才没有存上。"})
    assert offset_of(Upload.objects.get()) == 300


def ask(stored: StoredFile, method: str = "GET", **headers: str) -> tuple[int, bytes, str]:
    request = HttpRequest()
    request.method = method
    request.META = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    answer = ranged(request, stored, inline=True)
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, body, answer.headers.get("Content-Range", "")


def test_parts_of_a_file(db) -> None:
    stored = store([b"0123456789"], name="a.mp4", kind="mp4")
    tag = f'"{stored.sha256}"'
    assert ask(stored) == (200, b"0123456789", "")
    assert ask(stored, range="bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert ask(stored, range="bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert ask(stored, range="bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert ask(stored, range="bytes=5-99") == (206, b"56789", "bytes 5-9/10")
    assert ask(stored, range="bytes=0-") == (206, b"0123456789", "bytes 0-9/10")
    assert ask(stored, range="bytes=10-") == (416, b"", "bytes */10")
    assert ask(stored, range="bytes=-0") == (416, b"", "bytes */10")
    assert ask(stored, range="bytes=4-2") == (200, b"0123456789", "")
    assert ask(stored, range="bytes=0-1,3-4") == (200, b"0123456789", "")
    assert ask(stored, range="bytes=1-1", if_range=tag) == (206, b"1", "bytes 1-1/10")
    assert ask(stored, range="bytes=1-1", if_range='"other"') == (200, b"0123456789", "")
    assert ask(stored, "HEAD", range="bytes=1-1") == (200, b"", "")
    assert ask(stored, if_none_match=tag)[:2] == (304, b"")


def test_a_paper_seen_before_is_still_shown_in_the_page(db) -> None:
    """A browser keeps the headers of "not modified": a stricter one would close the frame the second time."""
    stored = store([b"%PDF-1.4"], name="a.pdf", kind="pdf")
    request = HttpRequest()
    request.method = "GET"
    first = ranged(request, stored, inline=True)
    request.META = {"HTTP_IF_NONE_MATCH": f'"{stored.sha256}"'}
    again = ranged(request, stored, inline=True)
    assert again.status_code == 304
    for name in ("Content-Security-Policy", "X-Frame-Options"):
        assert again[name] == first[name]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4\nstartxref\n0\n%%EOF\n", "pdf"),
        (b"\0\0\0\x18ftypmp42", "mp4"),
        (b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm", "webm"),
    ],
)
def test_sorts_are_told_by_content(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert sort_of(path, name="x.exe") == kind


def test_a_pdf_that_stops_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"%PDF-1.4\n<html><script>alert(1)</script>" + b" " * 9000)
    with pytest.raises(ValidationError, match="“课件.pdf”打不开，可能没有存完整"):
        sort_of(path, name="课件.pdf")


def test_what_is_nothing_of_use_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"MZ" + b"\0" * 100)
    with pytest.raises(ValidationError, match="“课件.pdf”不能用"):
        sort_of(path, name="课件.pdf")
