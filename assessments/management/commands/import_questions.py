"""Imports questions into a bank, or says what an import would do."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from assessments.formats import kind_of
from assessments.imports import QUESTIONS, bank_of
from juxian.people.commands import TellingCommand
from juxian.sheets import CannotRead, Preview, commit, no_progress, refused_file

SHOWN = 20


class Command(TellingCommand):
    help = (
        "把题目导入题库：按模板填的 xlsx、xls、csv，或 GIFT、Aiken、Moodle XML、编号文本，按内容辨认。"
        "不带 --commit 只预览；有不能导入的题时什么也不保存。最后一行是 JSON。"
    )

    format = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="题目文件")
        parser.add_argument("--bank", metavar="CODE", required=True, help="题库编号")
        parser.add_argument("--commit", action="store_true", help="保存；不带则只预览")
        parser.add_argument("--errors", metavar="OUT.xlsx", type=Path, help="把不能导入的行写进这个文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """1. read, 2. check, perhaps save, and write the refused rows in one transaction, 3. words, then JSON."""
        try:
            with refused_file(options["errors"]) as write:
                result, saved = self._run(options, write)
        except ValidationError as refusal:
            self._last_line(Preview(), saved=False)
            raise CommandError(refusal.messages[0]) from None
        refused = options["commit"] and not saved
        self._tell(result, options["commit"], saved)
        self._last_line(result, saved=not refused)
        if refused:
            raise CommandError(f"有 {result.rejected} 道题不能导入，什么也没有保存。改好这些题再导。")

    def _run(self, options: dict[str, Any], write: Callable[[Preview], None]) -> tuple[Preview, bool]:
        settings = {"bank": options["bank"]}
        bank_of(settings)
        if not options["file"].is_file():
            raise CannotRead(f"找不到文件：{options['file']}")
        self.format = kind_of(options["file"])
        found = QUESTIONS.read(options["file"], settings, no_progress)
        if not options["commit"]:
            result = QUESTIONS.check(found, settings)
            write(result)
            return result, False
        with transaction.atomic():
            result, saved = commit(QUESTIONS, found, settings, by=None, accept_valid=False)
            write(result)
        return result, saved

    def _tell(self, result: Preview, wanted: bool, saved: bool) -> None:
        if not result.facts["header_row"]:
            self.stdout.write(f"格式：{result.facts['sheet']}。行号是每道题开始的那一行。")
        for note in result.facts["notes"]:
            self.stdout.write(note)
        for problem in result.problems[:SHOWN]:
            where = f"第 {problem.row} 行{f' {problem.letter} 列' if problem.letter else ''}“{problem.column}”"
            self.stdout.write(f"不能导入：{where}：{problem.text}；{problem.remedy}。")
        if len(result.problems) > SHOWN:
            self.stdout.write(f"……一共 {len(result.problems)} 处，其余略。")
        state = "已保存" if saved else "没有保存" if wanted else "预览，没有保存"
        self.stdout.write(
            f"{state}：共 {result.rows} 题，新增 {result.created}，题库里已有 {result.unchanged}，不能导入 {result.rejected}。"
        )

    def _last_line(self, result: Preview, *, saved: bool) -> None:
        counts = {
            "format": self.format,
            "rows": result.rows,
            "created": result.created if saved else 0,
            "duplicates": result.unchanged,
            "rejected": result.rejected,
        }
        self.last_line(counts)
