"""`manage.py backup DIR`: all rows of one moment, all stored files, and a manifest."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from juxian.keep.backup import backup
from juxian.people.commands import TellingCommand


class Command(TellingCommand):
    """Words for people first, one JSON line last; exit 1 when refused, and then nothing is left behind."""

    help = "把全部数据和文件备份到一个新文件夹，平台可以照常使用。密钥不在备份里，要另外保存。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="新的或空的文件夹")
        parser.add_argument("--accept-damaged", action="store_true", help="服务器上已损坏的文件跳过，备份其余的")

    def handle(self, *args: Any, folder: Path, accept_damaged: bool, **options: Any) -> None:
        try:
            made = backup(folder, accept_damaged=accept_damaged)
        except ValidationError as refusal:
            raise CommandError("没有备份：" + "".join(refusal.messages)) from None
        except OSError as error:
            raise CommandError(f"没有备份：写不了 {folder}（{error.strerror}）。请检查路径、权限和磁盘空间。") from None
        facts = made.facts
        self.stdout.write(f"已备份到 {folder}：{facts['tables']} 张表 {facts['rows']} 行，{facts['files']} 个文件。")
        if made.damaged:
            self.stdout.write(f"注意：{len(made.damaged)} 个文件已丢失或损坏，备份里没有它们。")
        self.stdout.write(f"审计链到第 {made.audit_head[0]} 环，末环 {made.audit_head[1]}。")
        if made.field_keys:
            needed = "、".join(key.id for key in made.field_keys)
            self.stdout.write(f"恢复时需要编号为 {needed} 的密钥（FIELD_KEYS），密钥不在备份里，请另外妥善保存。")
        self.last_line(facts)
