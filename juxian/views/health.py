"""Is the process alive, and is everything it needs there."""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from juxian.obligations.models import Heartbeat

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"ok": True})


def _database() -> str:
    try:
        with connection.cursor() as cursor:  # scope: asks the engine for a sign of life, reads no row
            cursor.execute("SELECT 1")
    except Error:
        logger.exception("database is not ready")
        return "数据库连不上。"
    return ""


def _scheduler() -> str:
    limit = timedelta(seconds=max(300, 10 * settings.SWEEP_SECONDS))
    try:
        newest = Heartbeat.objects.order_by("-last_ok_at").first()
    except Error:
        return "读不到后台心跳。"
    if newest is None:
        return "后台还没有启动过：没有心跳。"
    age = timezone.now() - newest.last_ok_at
    return f"后台已有 {int(age.total_seconds() // 60)} 分钟没有心跳。" if age > limit else ""


def _storage() -> str:
    try:
        name = default_storage.save(f"readyz/{uuid.uuid4().hex}", ContentFile(b"ok"))
        default_storage.delete(name)
    except OSError:
        logger.exception("storage is not ready")
        return "文件目录写不进去。"
    return ""


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "scheduler": _scheduler, "storage": _storage}


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, scheduler heartbeat and storage are there, else 503; words, or JSON if asked for."""
    troubles = {name: trouble for name, check in CHECKS.items() if (trouble := check())}
    status = 503 if troubles else 200
    if request.accepts("text/html") and request.GET.get("format") != "json":
        return render(request, "juxian/ready.html", {"troubles": troubles}, status=status)
    return JsonResponse(
        {"ok": not troubles, "checks": {name: troubles.get(name, "ok") for name in CHECKS}}, status=status
    )
