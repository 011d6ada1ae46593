"""`manage.py load_demo`: a generated county to look at."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from juxian.demo.load import Refused, load_demo
from juxian.people.commands import TellingCommand


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--at 的日期“{text}”看不懂，请写成 2026-11-23 这样。") from None


def _scale(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 20:
        raise CommandError(f"--scale 的倍数是 1 到 20 的整数，现在是“{text}”。")
    return int(text)


class Command(TellingCommand):
    """Words for people first, one JSON line last."""

    help = "载入演示县：人员全部虚构，数字与报道一致。只能载入没有真实党员的数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", metavar="DATE", help="所有日期以这一天为准，默认今天")
        parser.add_argument("--scale", metavar="N", default="1", help="党员、班次、人次的倍数，默认 1")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _day(options["at"]) if options["at"] else None
        scale = _scale(options["scale"])
        try:
            loaded = load_demo(at=at, scale=scale)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if not loaded.made:
            self.stdout.write("演示数据已经在库里，保持不变。")
        else:
            self.stdout.write("演示县已载入：人员全部虚构，演示数据，非真实情况。")
        if loaded.password:
            self.stdout.write(f"演示账号的密码（只显示这一次）：{loaded.password}")
        self.last_line({"loaded": loaded.made, **loaded.figures})
