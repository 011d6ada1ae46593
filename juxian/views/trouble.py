"""What a person reads when the database or the disk gives way: nothing was saved, and what was typed is still there."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

AGAIN = "刚才没有存上，请再试一次"
FULL = "服务器的磁盘满了，刚才没有存上"
LARGEST = 200_000  # signs of typed text that are handed back
FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # the disk, a quota, a limit of the process


def trouble(request: HttpRequest) -> HttpResponse:
    """Django calls this where an exception reached nobody; the exception is the one being handled.

    A lost database or a full disk is 503 and a page with a button that sends the same again; all else is our fault, 500.
    """
    reason = _reason(sys.exc_info()[1])
    if not reason:
        return HttpResponse(render_to_string("500.html"), status=500)
    if request.content_type == "application/json" or not request.accepts("text/html"):
        answer: HttpResponse = JsonResponse({"error": f"{reason}。"}, status=503)
    else:
        ctx = {"reason": reason, "fields": _typed(request), "again": request.get_full_path(), "files": _files(request)}
        answer = render(None, "503.html", ctx, status=503)  # without the request: the shell would ask the database
    answer["Retry-After"] = "5"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _reason(error: BaseException | None) -> str:
    """Words for what gave way; empty for what is no trouble of this kind."""
    if isinstance(error, OSError) and error.errno in FULL_DISK:
        return FULL
    if not isinstance(error, OperationalError | InterfaceError):
        return ""
    said = str(error).lower()
    return FULL if "disk is full" in said or "no space left" in said else AGAIN


def _typed(request: HttpRequest) -> list[tuple[str, str]] | None:
    """Every field that was sent, to be sent again; None where that cannot be: passwords, too much, unreadable."""
    if request.method != "POST":
        return []
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except Exception:  # whatever kept the body from being read
        return None
    if any("password" in name for name, _ in fields) or sum(len(value) for _, value in fields) > LARGEST:
        return None
    return fields


def _files(request: HttpRequest) -> bool:
    return bool(getattr(request, "_files", None))
