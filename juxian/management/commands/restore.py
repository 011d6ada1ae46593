"""`manage.py restore DIR`: the database and the stored files as a backup holds them."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from juxian.keep.manifest import secret_key_print
from juxian.keep.restore import restore
from juxian.people.commands import TellingCommand


class Command(TellingCommand):
    """Words for people first, one JSON line last; exit 1 when refused, and then nothing is changed."""

    help = "从备份恢复全部数据和文件。先停下平台；库要是空的（刚运行过 migrate），或者加 --replace 整库替换。"
    requires_system_checks = ()  # what lies in the database now may be what they complain of

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="备份的文件夹")
        parser.add_argument("--replace", action="store_true", help="库里已有的数据全部换成备份里的；不成功就保持原样")

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        try:
            made = restore(folder, replace=replace)
        except ValidationError as refusal:
            raise CommandError("没有恢复，什么也没有改动：\n" + "\n".join(refusal.messages)) from None
        facts = made.facts
        self.stdout.write(
            f"已恢复到 {made.made_at} 的样子：{facts['tables']} 张表 {facts['rows']} 行，{facts['files']} 个文件，逐表读回核对一致。"
        )
        if made.damaged:
            self.stdout.write(f"注意：备份时就有 {len(made.damaged)} 个文件已丢失或损坏，没有它们的内容。")
        if made.secret_key != secret_key_print():
            self.stdout.write("SECRET_KEY 和备份时不同：还没用的开通条作废，请重新生成。")
        self.stdout.write("所有人需要重新登录。")
        self.last_line(facts)
