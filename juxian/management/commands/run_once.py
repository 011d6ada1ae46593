"""`manage.py run_once [FILE]`: a roster through a whole class, on an empty database (`bin/run --once`)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from juxian.once import Once, sample_roster
from juxian.people.commands import TellingCommand
from juxian.people.models import Member, User


class Command(TellingCommand):
    """Words on standard error, one JSON line on standard output."""

    help = "拿一份名册走完一期培训班（计划、报名、点名、考试、补考、测评、归档），只在空库里运行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="名册文件；不给就用自带的 300 人示例")

    def handle(self, *args: Any, **options: Any) -> None:
        if Member.objects.exists() or User.objects.exists():
            raise CommandError("库里已经有人，run_once 只在空库里运行。请用 bin/run --once。")
        roster = options["file"] or sample_roster(settings.VAR_DIR / "sample.xlsx")
        try:
            counts = Once(self._say).run(roster)
        except ValidationError as refusal:
            raise CommandError("没能走完：" + "；".join(refusal.messages)) from None
        self.last_line(counts)

    def _say(self, text: str) -> None:
        self.stderr.write(text)
