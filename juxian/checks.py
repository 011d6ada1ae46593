"""What must be right before the portal starts: system checks, run by every command and by the processes themselves.

`check --deploy` asks more: the settings of a site in production, and, where database and Redis answer, their state.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from juxian.vault.keyring import keys
from juxian.vault.probe import key_faults

LONGEST_SESSION = 12 * 3600
ONE_YEAR = 31536000
QUIET = timedelta(minutes=5)


@register
def field_keys(**kwargs: Any) -> list[CheckMessage]:
    """The keys open what is stored."""
    return [Error(sentence, id="juxian.E001") for sentence in key_faults()]


def stop_on_wrong_keys() -> None:
    """End a process that serves or works (no command, so no checks) when it could not read what is stored."""
    try:
        found = key_faults()
    finally:
        connections.close_all()
    if found:
        sys.stderr.write("\n".join(found) + "\n")
        sys.exit(1)


# Settings of a site in production ---------------------------------------------------------------------
def _strict_csp() -> bool:
    told = getattr(settings, "CONTENT_SECURITY_POLICY", {}).get("DIRECTIVES", {})
    own = all(told.get(name) == [SELF] for name in ("default-src", "script-src", "style-src"))
    shut = told.get("object-src") == [NONE] and told.get("frame-ancestors") == [NONE]
    return own and shut and "csp.middleware.CSPMiddleware" in settings.MIDDLEWARE


def _short_session() -> bool:
    return settings.SESSION_EXPIRE_AT_BROWSER_CLOSE and settings.SESSION_COOKIE_AGE <= LONGEST_SESSION


def _https_only() -> bool:
    return settings.SECURE_SSL_REDIRECT and settings.SECURE_HSTS_SECONDS >= ONE_YEAR


def _bound_cookies() -> bool:
    session = (settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN)
    csrf = (settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_PATH, settings.CSRF_COOKIE_DOMAIN)
    hosted = all(name.startswith("__Host-") and path == "/" and not domain for name, path, domain in (session, csrf))
    return (
        hosted and settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
    )


def _own_keys() -> bool:
    """Random ones, and none of them the SECRET_KEY: 32 random bytes never have fewer than 16 different ones."""
    try:
        ring = keys()
    except ImproperlyConfigured:
        return False
    same = any(part.partition(":")[2].strip() == settings.SECRET_KEY for part in settings.FIELD_KEYS.split(","))
    return not same and all(len(set(key.secret)) >= 16 for key in ring)


def _sqlite_is_safe() -> bool:
    if connection.vendor != "sqlite":
        return True
    options = settings.DATABASES["default"].get("OPTIONS", {})
    started = options.get("init_command", "").replace(" ", "").lower()
    pragmas = all(pragma in started for pragma in ("journal_mode=wal", "synchronous=full"))
    return pragmas and options.get("transaction_mode") == "IMMEDIATE" and options.get("timeout", 0) >= 30


def _one_host_with_sqlite() -> bool:
    return connection.vendor != "sqlite" or not settings.REDIS_URL or _is_here(settings.REDIS_URL)


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


def _files_apart() -> bool:
    files = Path(settings.MEDIA_ROOT).resolve()
    served = [Path(folder).resolve() for folder in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS)]
    return not any(files == one or one in files.parents or files in one.parents for one in served)


def _local_time() -> bool:
    return bool(settings.TIME_ZONE == "Asia/Shanghai" and settings.USE_TZ)


def _closed_redis() -> bool:
    return not settings.REDIS_URL or _is_here(settings.REDIS_URL) or bool(urlsplit(settings.REDIS_URL).password)


@dataclass(frozen=True)
class Demand:
    """One thing that must hold, and the words for when it does not."""

    id: str
    words: str
    holds: Callable[[], bool]


DEMANDS = (
    Demand("E010", "内容安全策略（CSP）缺失或放宽了：脚本、样式只能来自本站，不能内联，不能被嵌入。", _strict_csp),
    Demand("E011", "登录时长超过 12 小时，或关闭浏览器后不失效。", _short_session),
    Demand("E012", "没有强制 https，或 HSTS 不足一年。", _https_only),
    Demand("E013", "会话和 CSRF 的 cookie 要有 __Host- 前缀，只走 https，不设域名，路径为 /。", _bound_cookies),
    Demand("E014", "FIELD_KEYS 里有看起来不随机的密钥，或与 SECRET_KEY 相同。请换成随机生成的 32 字节。", _own_keys),
    Demand("E015", "SQLite 要用 WAL、synchronous=FULL、IMMEDIATE 事务和 30 秒等待。", _sqlite_is_safe),
    Demand(
        "E016", "SQLite 只能在一台机器上用，而 REDIS_URL 指向别的机器。多台机器请用 PostgreSQL。", _one_host_with_sqlite
    ),
    Demand("E017", "上传文件的目录不能和静态文件的目录互相包含，否则任何人都能下载。", _files_apart),
    Demand("E018", "时区必须是 Asia/Shanghai，并且按 UTC 存时间。", _local_time),
    Demand("E019", "Redis 在别的机器上，却没有密码：谁都能连。", _closed_redis),
    Demand("E020", "调试工具条不能装在正式环境。", lambda: "debug_toolbar" not in settings.INSTALLED_APPS),
    Demand(
        "E021", "PROXIES 至少为 1：https 由前面的代理解开，登录锁要按代理看到的地址算。", lambda: settings.PROXIES >= 1
    ),
)


@register(Tags.security, deploy=True)
def production_settings(**kwargs: Any) -> list[CheckMessage]:
    """Every demand on the settings that does not hold."""
    return [Error(one.words, id=f"juxian.{one.id}") for one in DEMANDS if not one.holds()]


# State of a site in production, as far as it can be reached ------------------------------------------------
@register(Tags.security, deploy=True)
def database_state(**kwargs: Any) -> list[CheckMessage]:
    """No invented people in a real site, SQLite's journal as set, a scheduler that lives."""
    try:
        return [*_no_demo(), *_journal(), *_scheduler()]
    except DatabaseError:
        return []  # no database, or not built yet


def _no_demo() -> list[CheckMessage]:
    from juxian.people.models import Member, User  # noqa: PLC0415 models need the apps loaded

    invented = Member.objects.filter(is_demo=True).exists()
    wanted = ("county", "county-2", "inspector", "auditor", "lecturer", "judge", "member")
    names = User.objects.filter(username__in=wanted, is_active=True)
    if not settings.PRODUCTION or not (invented or names.exists()):
        return []
    words = "正式环境里还有演示数据，或演示账号（county、county-2、inspector、auditor、lecturer、judge、member）还能登录。请换一个空库，或停用这些账号。"
    return [Error(words, id="juxian.E030")]


def _journal() -> list[CheckMessage]:
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
    return [] if mode == "wal" else [Error(f"SQLite 的日志方式是 {mode}，不是 WAL。", id="juxian.E031")]


def _scheduler() -> list[CheckMessage]:
    from juxian.obligations.heartbeat import age  # noqa: PLC0415 models need the apps loaded

    old = age(timezone.now())
    if old is None or old <= QUIET:
        return []
    return [Warning(f"后台任务已有 {old // timedelta(minutes=1)} 分钟没有心跳，请看它是否在运行。", id="juxian.W032")]


@register(Tags.security, deploy=True)
def redis_state(**kwargs: Any) -> list[CheckMessage]:
    """Redis keeps what it was given."""
    if not settings.REDIS_URL:
        return []
    import redis  # noqa: PLC0415  # a fifth of every command's start, and wanted here only

    try:
        with redis.Redis.from_url(settings.REDIS_URL, protocol=2, socket_timeout=1, socket_connect_timeout=1) as server:
            policy = server.config_get("maxmemory-policy").get("maxmemory-policy")
    except (redis.RedisError, OSError):
        return []  # away, or CONFIG is not allowed
    if policy == "noeviction":
        return []
    return [
        Error(f"Redis 的 maxmemory-policy 是 {policy}，内存满时会丢任务消息；请设为 noeviction。", id="juxian.E033")
    ]
