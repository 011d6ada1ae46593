"""Does all due work once, as of a moment, or until none is left."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from juxian.obligations.registry import registry
from juxian.obligations.sweep import sweep
from juxian.people.commands import TellingCommand
from juxian.people.models import Member

WORDS = {
    "created": "新登记",
    "done": "办好",
    "superseded": "不必再办",
    "expired": "过期未办",
    "failed": "出错待重试",
    "parked": "多次出错、需要人看",
    "lost": "已由别的进程接手",
}


class Command(TellingCommand):
    help = "办理一遍到期事务（不带参数：到现在为止）。先输出中文说明，最后一行是 JSON。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", metavar="ISO", help="截至某个时刻，如 2026-11-23T08:00；晚于现在只限演示库或测试库")
        parser.add_argument("--drain", action="store_true", help="反复办理，直到没有到期事务")

    def handle(self, *args: Any, at: str | None, drain: bool, **options: Any) -> None:
        moment = _moment(at) if at else timezone.now()
        _refuse_future(moment)
        counts = sweep(moment, drain=drain)
        self.stdout.write(f"已办理截至 {timezone.localtime(moment):%Y-%m-%d %H:%M} 的到期事务。")
        for code, outcomes in counts.items():
            words = "，".join(f"{WORDS[outcome]} {number}" for outcome, number in outcomes.items())
            self.stdout.write(f"{registry.label(code)}：{words}")
        if not counts:
            self.stdout.write("没有要办的。")
        self.last_line({code: dict(sorted(outcomes.items())) for code, outcomes in sorted(counts.items())})


def _moment(text: str) -> datetime:
    """A local or zoned ISO moment; a bare day means its first minute."""
    try:
        moment = parse_datetime(text) or datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"--at 的时间“{text}”看不懂，请写成 2026-11-23T08:00 这样。")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _refuse_future(moment: datetime) -> None:
    if moment > timezone.now() and not (_is_test_database() or Member.objects.filter(is_demo=True).exists()):
        raise CommandError("--at 晚于现在，只能在演示库或测试库里用；这里是正式数据，什么也没有办。")


def _is_test_database() -> bool:
    name = str(connection.settings_dict["NAME"])
    return "mode=memory" in name or name.rsplit("/", 1)[-1].startswith(("test_", "test."))
