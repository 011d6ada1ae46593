"""Imports a roster file, or says what an import would do."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from juxian.people.commands import TellingCommand
from juxian.people.imports.save import ROSTER
from juxian.people.models import Town
from juxian.sheets import CannotRead, Preview, commit, no_progress, refused_file

SHOWN = 20
COUNTS = ("rows", "created", "updated", "unchanged", "rejected", "warnings", "new_branches")


class Command(TellingCommand):
    help = "导入党员名册（xlsx、xls、csv）；不带 --commit 只预览。先输出中文说明，最后一行是 JSON。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="名册文件")
        parser.add_argument("--town", metavar="CODE", default="", help="只导入这个镇街（代码）")
        parser.add_argument("--commit", action="store_true", help="保存；不带则只预览")
        parser.add_argument("--accept-valid", action="store_true", help="有不能导入的行时，保存其余的行")
        parser.add_argument("--create-branches", action="store_true", help="新建名册里有、系统里没有的党支部")
        parser.add_argument("--errors", metavar="OUT.xlsx", type=Path, help="把不能导入的行写进这个文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """1. read, 2. check, perhaps save, and write the refused rows in one transaction, 3. words, then JSON."""
        try:
            with refused_file(options["errors"]) as write:
                result, saved = self._run(options, write)
        except ValidationError as refusal:
            self.last_line(dict.fromkeys(COUNTS, 0))
            raise CommandError(refusal.message) from None
        refused = options["commit"] and not saved
        self._tell(result, options["commit"], saved)
        self.last_line(result.nothing_saved() if refused else result.counts())
        if refused:
            make = "确实是新支部的加 --create-branches；" if result.facts["unknown_branches"] else ""
            raise CommandError(
                f"有 {result.rejected} 行不能导入，什么也没有保存。改好再导；{make}只保存其余的行，加 --accept-valid。"
            )

    def _run(self, options: dict[str, Any], write: Callable[[Preview], None]) -> tuple[Preview, bool]:
        settings = {
            "town": _town_code(options["town"]),
            "create_branches": options["create_branches"],
            "door": "command",
        }
        if not options["file"].is_file():
            raise CannotRead(f"找不到文件：{options['file']}")
        found = ROSTER.read(options["file"], settings, no_progress)
        if not options["commit"]:
            result = ROSTER.check(found, settings)
            write(result)
            return result, False
        with transaction.atomic():
            result, saved = commit(ROSTER, found, settings, by=None, accept_valid=options["accept_valid"])
            write(result)
        return result, saved

    def _tell(self, result: Preview, wanted: bool, saved: bool) -> None:
        facts = result.facts
        self.stdout.write(f"工作表“{facts['sheet']}”，表头在第 {facts['header_row']} 行，认出 {facts['known']} 列。")
        for note in facts["notes"]:
            self.stdout.write(note)
        for problem in result.problems[:SHOWN]:
            word = "不能导入" if problem.fatal else "请留意"
            where = f"第 {problem.row} 行 {problem.letter} 列“{problem.column}”"
            self.stdout.write(f"{word}：{where}：{problem.text}；{problem.remedy}。")
        if len(result.problems) > SHOWN:
            self.stdout.write(f"……一共 {len(result.problems)} 处，其余略。")
        state = "已保存" if saved else "没有保存" if wanted else "预览，没有保存"
        self.stdout.write(
            f"{state}：共 {result.rows} 行，新增 {result.created}，更新 {result.updated}，"
            f"没有变化 {result.unchanged}，不能导入 {result.rejected}，请留意 {result.warnings}。"
        )


def _town_code(text: str) -> str:
    """The present code of the town named by a present or former code or a name; empty for none."""
    if not text:
        return ""
    town = Town.objects.filter(code=text).first() or Town.objects.filter(codes__code=text).first()
    if town is None:
        raise CannotRead(f"没有代码为“{text[:20]}”的镇街。请核对镇街代码。")
    return str(town.code)
