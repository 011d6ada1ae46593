"""Writes the file of one class as a ZIP: what people put in, what the portal makes, a list with checksums.

Exit 0: written, though required papers may be missing; they are named here, in 目录.txt and in the JSON. Exit 1: no such
class, or the file could not be written; then nothing is left behind. A file that is there already is refused unless
`--replace` is given: a file of a class is evidence and is not lost by a slip of the hand. It is written under another
name first, so a file of this name is always whole.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from juxian.audit.log import record
from juxian.papers.output import written
from juxian.people.commands import TellingCommand
from trainings.class_file import class_file
from trainings.diplomas import site_address
from trainings.models import TrainingClass


class Command(TellingCommand):
    help = "把一个班的档案打成 ZIP（含目录和校验值），缺的材料会列出。先输出中文说明，最后一行是 JSON。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="班次编号，如 JN2026-102-03")
        parser.add_argument("--out", metavar="FILE.zip", type=Path, required=True, help="写到哪个文件")
        parser.add_argument("--replace", action="store_true", help="文件已存在时换掉它")

    def handle(self, *args: Any, code: str, out: Path, replace: bool, **options: Any) -> None:
        """1. find, 2. write under another name and rename, 3. put on record, 4. words, then JSON."""
        training_class = (
            TrainingClass.objects.select_related("town", "submitted_by", "approved_by").filter(code=code).first()
        )
        try:
            if training_class is None:
                raise OSError(f"没有编号为“{code[:30]}”的班。请核对班次编号。")
            found = class_file(training_class, site_address())
            size = written(out, found.stream(), replace=replace)
        except OSError as error:
            more = "要换掉它请加 --replace。" if isinstance(error, FileExistsError) else ""
            raise CommandError(f"{error}{more}") from None
        summary = f"导出“{training_class.title}”档案，{len(found.items)} 个文件"
        record(
            by=None,
            action="dossier.export",
            subject=training_class,
            summary=summary,
            town_code=training_class.town.code,
        )
        self.stdout.write(f"“{training_class.title}”的档案已写到 {out}：{len(found.items)} 个文件，{size} 字节。")
        if not settings.SITE_ADDRESS:
            self.stdout.write(f"没有设 SITE_ADDRESS：证书上的核对网址是 {site_address()}，别处打不开。")
        for note in found.notes:
            self.stdout.write(note)
        result = {
            "code": code,
            "state": training_class.state,
            "files": len(found.items),
            "bytes": size,
            "missing": found.missing,
        }
        self.last_line(result)
