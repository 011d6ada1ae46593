"""Writes all data about one person into a ZIP: a spreadsheet and the same as JSON, to hand to that person.

MEMBER is the member's key (as in the address of their page) or the whole ID number, found by its blind index; a number
typed here stays in the shell's history, so the key is better. Exit 0: written. Exit 1: nobody found, or the file could not
be written; then nothing is left behind. A file that is there already is never overwritten: it may be another person's.
It is written under another name first, readable by its owner only. Who was exported, and how many rows, is on record.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from juxian.audit.log import record
from juxian.papers.output import written
from juxian.people.commands import TellingCommand
from juxian.people.models import Member
from juxian.person_file import NOTES, person_file, sheets

ID_LENGTH = 18


class Command(TellingCommand):
    help = "把一名党员的全部资料写成 ZIP（表格和 JSON），交给本人。先输出中文说明，最后一行是 JSON。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("member", metavar="MEMBER", help="党员编号（学员页网址里的数字），或 18 位身份号码")
        parser.add_argument("--out", metavar="FILE.zip", type=Path, required=True, help="写到哪个文件")

    def handle(self, *args: Any, member: str, out: Path, **options: Any) -> None:
        """1. find, 2. collect, 3. write under another name and rename, 4. put on record, 5. words, then JSON."""
        try:
            person = _person(member)
            found = sheets(person)
            size = written(out, person_file(person, found))
        except OSError as error:
            raise CommandError(str(error)) from None
        total = sum(len(sheet.rows) for sheet in found)
        summary = f"导出{person.name}的全部个人资料，{total} 行"
        record(by=None, action="people.exported", subject=person, summary=summary, town_code=person.town.code)
        self.stdout.write(f"{person.name}的资料已写到 {out}：{len(found)} 张表，{total} 行，{size} 字节。")
        for sheet in found:
            self.stdout.write(f"{sheet.title} {len(sheet.rows)} 行")
        for note in NOTES:
            self.stdout.write(note)
        rows = {sheet.title: len(sheet.rows) for sheet in found}
        self.last_line({"member": person.pk, "rows": rows, "bytes": size})


def _person(typed: str) -> Member:
    """The member meant; the sentence of a refusal never repeats a number."""
    rows = Member.objects.select_related("branch__town")
    number = typed.strip().upper()
    if len(number) == ID_LENGTH:
        rows = rows.with_id_number(number)
    elif number.isascii() and number.isdigit() and len(number) < ID_LENGTH:
        rows = rows.filter(pk=number)
    else:
        rows = rows.none()
    found: Member | None = rows.first()
    if found is None:
        raise OSError("没有这名党员。请给学员页网址里的编号，或完整的 18 位身份号码。")
    return found
