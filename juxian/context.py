"""What every page's shell needs: scope, navigation, unread count, footer. Nothing is read before a template asks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse

from courses.models import Judge
from juxian.messages.models import InboxMessage
from juxian.people.models import User
from lecturers.models import Lecturer


@dataclass(frozen=True)
class Entry:
    """One entry of the main navigation; `key` is what a page sets as `nav`."""

    key: str
    label: str
    name: str

    @cached_property
    def url(self) -> str:
        return reverse(self.name)


BOARD = Entry("board", "看板", "home")
DESK = Entry("desk", "工作台", "desk")
CLASSES = Entry("classes", "培训班", "trainings:town-list")
PLANS = Entry("plans", "年度计划", "trainings:town-plans")
MEMBERS = Entry("members", "学员", "people:town-members")
BANKS = Entry("banks", "题库", "assessments:town-banks")
REMEDIES = Entry("remedies", "补课补考", "assessments:town-remedies")
LECTURERS = Entry("lecturers", "师资", "lecturers:town-list")
COURSES = Entry("courses", "课程", "courses:town-list")
CENTRE = Entry("centre", "中心", "centres:town-centre")
IMPORTS = Entry("imports", "导入名册", "people:town-imports")
INSPECT = Entry("inspect", "检查", "inspect")
ADMIN = Entry("admin", "管理", "admin:index")
TEACH = Entry("teach", "我的授课", "teach")
JUDGE = Entry("judge", "评审", "courses:judge-list")
ME = Entry("me", "我的培训", "me")

SHARED = (CLASSES, PLANS, MEMBERS, BANKS, REMEDIES, LECTURERS, COURSES, CENTRE)


class Shell:
    """Lazy: a page that shows no bar costs no query."""

    owner = settings.SITE_OWNER
    filing = settings.SITE_FILING

    def __init__(self, user: Any) -> None:
        self.user = user

    @property
    def _known(self) -> User | None:
        return self.user if self.user is not None and self.user.is_authenticated else None

    @cached_property
    def is_demo(self) -> bool:
        """Whether anybody in this database is invented; then every page says so."""
        with connection.cursor() as cursor:  # scope: asks whether there is one, of whom no page tells anything
            cursor.execute("SELECT EXISTS (SELECT 1 FROM people_member WHERE is_demo)")
            return bool(cursor.fetchone()[0])

    @cached_property
    def scope(self) -> str:
        """Which part of the portal this user is in, in a few characters."""
        user = self._known
        if user is None:
            return ""
        if user.is_county:
            return "县级管理"
        if user.is_inspector or user.is_auditor:
            return "县级检查" if user.is_inspector else "审计查看"
        return user.clerk_town.name if user.is_clerk else "我的"

    @cached_property
    def nav(self) -> list[Entry]:
        """Entries by role; an entry's address is resolved only when it is shown."""
        user = self._known
        if user is None:
            return []
        if user.is_county or user.is_auditor or user.is_inspector:
            own = (INSPECT,) if user.is_inspector else ()
            return [BOARD, *SHARED, *own, *((ADMIN,) if user.is_staff else ())]
        if user.is_clerk:
            return [DESK, *SHARED, IMPORTS]
        judges = [JUDGE] if Judge.objects.mine(user).exists() else []
        teaches = [TEACH] if Lecturer.objects.filter(user=user).exists() else []
        return [*teaches, *judges, *([ME] if user.member_or_none else [])]

    @cached_property
    def works(self) -> bool:
        """Whether this user reads the town inbox rather than the personal one."""
        return bool(self._known and self._known.active_grants)

    @property
    def inbox_url(self) -> str:
        """The desk's inbox of staff, the member's on the phone, the plain one of a lecturer or judge from outside."""
        if self.works:
            return reverse("inbox:town-list")
        return reverse("inbox:me-list" if self._known and self._known.member_or_none else "inbox:own-list")

    @cached_property
    def unread(self) -> int:
        """Unread messages of the inbox this user opens from the bar."""
        user = self._known
        if user is None:
            return 0
        rows = InboxMessage.objects
        messages = rows.visible_to(user).addressed_to(user) if self.works else rows.mine(user)
        return int(messages.unread().count())


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` for the base templates; works for anonymous visitors and for error pages."""
    return {"shell": Shell(getattr(request, "user", None))}
