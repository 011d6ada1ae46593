"""Everything between an empty machine and a server that can start: tables, statics, county, demo county."""

import os
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandParser, call_command

from juxian.people.models import Member, User

SIGN_INS = "county、county-2（县委组织部） · inspector（检查员） · auditor（审计） · clerk-<镇街代码>（干事，如 clerk-{town}） · lecturer · judge（评委） · member"


class Command(BaseCommand):
    """Idempotent; the second run takes seconds and keeps the data."""

    help = "建表、收集静态文件、载入县级资料；不在生产环境时，第一次还载入演示县"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bare", action="store_true", help="不载入演示县")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            call_command("check", deploy=True, stdout=self.stderr)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("load_county", stdout=self.stdout)
        if options["bare"] or settings.PRODUCTION:
            return
        if not User.objects.exists() and not Member.objects.exists():
            call_command("load_demo", stdout=self.stdout)
        elif _is_demo():
            self._reset_passwords()
        if _is_demo():
            self._tell_sign_ins()

    def _reset_passwords(self) -> None:
        """DEMO_PASSWORD at a later start sets the password of every demo sign-in again."""
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            return
        for user in _demo_users():
            if not user.check_password(password):
                user.set_password(password)
                user.save(update_fields=["password"])

    def _tell_sign_ins(self) -> None:
        town = _demo_users().filter(username__startswith="clerk-").values_list("username", flat=True).first() or ""
        self.stdout.write("")
        self.stdout.write("演示数据，非真实情况。登录名：" + SIGN_INS.format(town=town.removeprefix("clerk-")))
        if os.environ.get("DEMO_PASSWORD"):
            self.stdout.write("密码：大家同一个，就是这次启动时 DEMO_PASSWORD 里的。")
            return
        self.stdout.write("密码：大家同一个，第一次启动时显示过一次。")
        self.stdout.write("要另设密码，停下后运行：DEMO_PASSWORD=您的密码 bin/run")


def _is_demo() -> bool:
    """A demo database: there are members and all of them are made up."""
    return Member.objects.filter(is_demo=True).exists() and not Member.objects.filter(is_demo=False).exists()


def _demo_users() -> Any:
    return User.objects.filter(username__regex=r"^(county|inspector|auditor|lecturer|member|clerk-\d+)$")
