"""`manage.py rotate_keys`: moves ID and phone numbers to the newest key of FIELD_KEYS."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from juxian.people.commands import TellingCommand
from juxian.vault.keyring import keys
from juxian.vault.rotation import rotate


class Command(TellingCommand):
    """Words for people first, one JSON line last; again and again changes nothing more."""

    help = "把身份证号、手机号改用 FIELD_KEYS 里最新的密钥加密，索引改用最早的密钥；门户可以照常使用，可以重复运行。"
    requires_system_checks = ()  # it repairs what they complain of

    def handle(self, *args: Any, **options: Any) -> None:
        ring = keys()
        tally = rotate()
        self.stdout.write(
            f"共 {tally.rows} 行：改用编号 {ring[-1].id} 的密钥 {tally.resealed} 行，重算索引 {tally.reindexed} 行。"
        )
        if not (tally.closed or tally.left):
            self._next(len(ring))
        self.last_line({"key": ring[-1].id, **asdict(tally)})
        if tally.closed:
            raise CommandError(
                f"有 {tally.closed} 行用现有的密钥打不开，没有改动。请把缺的旧密钥加回 FIELD_KEYS 再运行。"
            )
        if tally.left:
            raise CommandError(f"有 {tally.left} 行一直有人在改，没有轮到。请再运行一次。")

    def _next(self, number: int) -> None:
        """What the operator does after this."""
        if number > 1:
            self.stdout.write("旧密钥已不用来加密，只还供索引用。要撤掉它：停下门户，从 FIELD_KEYS 里去掉旧密钥，")
            self.stdout.write("再运行一次 rotate_keys（重算索引），然后启动。旧备份仍要旧密钥才能读，请妥善留存。")
