"""`manage.py load_county`: reference data, as often as wanted."""

from typing import Any

from juxian.county.load import load_county
from juxian.people.commands import TellingCommand


class Command(TellingCommand):
    """Words for people first, one JSON line last."""

    help = "载入县级基础数据（16 个镇街、品牌类别、四区六有、学时规定等），可重复运行，不改动县里已修改的内容。"

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_county()
        if any(made.values()):
            self.stdout.write("县级基础数据已载入。")
        else:
            self.stdout.write("县级基础数据已是最新，没有改动。")
        self.last_line(made)
