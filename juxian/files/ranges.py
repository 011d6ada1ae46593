"""Sending parts of a stored file, so that a video seeks and a broken download goes on (RFC 9110, 13 and 14)."""

import re
from collections.abc import Iterator
from datetime import UTC

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

from juxian.files.models import StoredFile
from juxian.files.serve import KINDS
from juxian.files.store import DamagedFile, path_of

BLOCK = 256 * 1024
_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_DIGITS = 18


def ranged(request: HttpRequest, stored: StoredFile, *, inline: bool) -> HttpResponseBase:
    """The file or the part that is asked for, to be looked at in our own pages (`inline`) or as a download.

    For the view of whatever owns it: that view has checked who may see it. Only the size on disk is compared, for a
    video is asked for in hundreds of parts; digests are what `verify` and `backup` look at. Raises DamagedFile.
    """
    path = path_of(stored)
    if stored.removed_at or not path.is_file() or path.stat().st_size != stored.size:
        raise DamagedFile(f"文件“{stored.original_name}”在服务器上已损坏或丢失，请重新上传，或请管理员从备份恢复。")
    etag, changed = f'"{stored.sha256}"', int(stored.created_at.astimezone(UTC).timestamp())
    part = _part(request, stored.size, etag, changed)
    if part is None:
        response: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    else:
        first, length = part
        whole = length == stored.size and "Range" not in request.headers
        response = _body(request, stored, first, length)
        response.status_code = 200 if whole or not _ranges(request, etag, changed) else 206
        if response.status_code == 206:
            response["Content-Range"] = f"bytes {first}-{first + length - 1}/{stored.size}"
        response["Content-Length"] = str(length)
    _headers(response, stored, inline=inline)
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    found: HttpResponseBase = get_conditional_response(request, etag, changed, response) or response  # type: ignore[arg-type]  # it streams
    _guard(found, inline=inline)  # a browser takes the headers of "not modified" over into what it keeps
    return found


def _ranges(request: HttpRequest, etag: str, changed: int) -> bool:
    """Whether a range counts: one range, of GET, of the file as the browser knows it."""
    if request.method != "GET" or not _match(request):
        return False
    known = request.headers.get("If-Range", "")
    return not known or known == etag or ('"' not in known and parse_http_date_safe(known) == changed)


def _match(request: HttpRequest) -> re.Match[str] | None:
    """The one range that is asked for; several, or nonsense, are as none: the whole is sent."""
    found = _ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if not found or not any(found.groups()) or max(map(len, found.groups())) > _DIGITS:
        return None
    first, last = found.groups()
    return None if first and last and int(last) < int(first) else found


def _part(request: HttpRequest, size: int, etag: str, changed: int) -> tuple[int, int] | None:
    """First byte and length of what is sent; None where nothing of the range is in the file."""
    found = _match(request)
    if not found or not _ranges(request, etag, changed):
        return 0, size
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start = int(first)
    return (start, min(int(last) + 1 if last else size, size) - start) if start < size else None


def _body(request: HttpRequest, stored: StoredFile, first: int, length: int) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    return StreamingHttpResponse(_blocks(stored, first, length))


def _blocks(stored: StoredFile, first: int, length: int) -> Iterator[bytes]:
    with path_of(stored).open("rb") as stream:
        stream.seek(first)
        while length > 0 and (block := stream.read(min(BLOCK, length))):
            length -= len(block)
            yield block


def _headers(response: HttpResponseBase, stored: StoredFile, *, inline: bool) -> None:
    response["Content-Type"] = KINDS.get(stored.kind, "application/octet-stream")
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = content_disposition_header(not inline, stored.original_name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0, must-revalidate"


def _guard(response: HttpResponseBase, *, inline: bool) -> None:
    """Who may frame the answer, and what may run in it."""
    frame = "'self'" if inline else "'none'"  # a browser's own viewer of papers does not open in a sandbox
    box = "" if inline else "; sandbox"
    response["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors {frame}{box}"
    response["X-Frame-Options"] = "SAMEORIGIN" if inline else "DENY"
