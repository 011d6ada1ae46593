"""Doors: who lands where, what nobody signed in may read, health, errors."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from juxian import context
from juxian.messages.actions import tell
from juxian.obligations.models import Heartbeat
from juxian.people.models import Grant, User
from tests.factories import (
    CentreFactory,
    ClassFactory,
    GrantFactory,
    LecturerFactory,
    MemberFactory,
    SessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspector() -> User:
    return GrantFactory(user=UserFactory(username="inspector"), kind=Grant.Kind.INSPECTOR).user


@pytest.fixture
def auditor() -> User:
    return GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user


def test_home_sends_everybody_to_the_own_door(client: Client, county, inspector, auditor, clerk, member) -> None:
    lecturer = LecturerFactory(user=UserFactory()).user
    for user in (county, inspector, auditor):
        client.force_login(user)
        assert client.get("/").templates[0].name == "juxian/board.html"
    for user, door in ((clerk, "desk"), (member.user, "me"), (lecturer, "teach")):
        client.force_login(user)
        assert client.get("/").headers["Location"] == reverse(door)
    client.force_login(UserFactory())
    assert client.get("/").status_code == 403


def test_an_ended_grant_is_told_with_its_day(client: Client, town) -> None:
    bare, former = UserFactory(), UserFactory()
    GrantFactory(user=former, kind=Grant.Kind.CLERK, town=town, starts_on=date(2020, 1, 1), ends_on=date(2021, 3, 2))
    pages = []
    for user in (bare, former):
        client.force_login(user)
        pages.append(client.get("/").content.decode())
    said = "您的大店镇镇街干事授权已于 2021年3月2日结束"
    assert [said in page for page in pages] == [False, True]
    assert ["这个账号没有关联" in page for page in pages] == [True, False]


def test_public_page_shows_totals_and_no_names(client: Client, member) -> None:
    LecturerFactory(name="示例名师")
    page = client.get("/")
    text = page.content.decode()
    assert page.status_code == 200
    assert member.name not in text
    assert "示例名师" not in text
    assert "大店镇" not in text


def test_desk_is_for_clerks_and_readable_by_the_county(client: Client, county, clerk, member, town) -> None:
    assert client.get("/town/").headers["Location"] == "/login/?next=/town/"
    client.force_login(member.user)
    assert client.get("/town/").status_code == 403
    client.force_login(clerk)
    assert client.get("/town/").context["town"] == town
    client.force_login(county)
    assert client.get("/town/").headers["Location"] == "/"
    assert client.get(f"/town/?town={town.code}").context["town"] == town


def test_desk_of_another_town_is_not_shown_to_a_clerk(client: Client, clerk, town, other_town) -> None:
    client.force_login(clerk)
    assert client.get(f"/town/?town={other_town.code}").context["town"] == town


def test_me_is_for_members(client: Client, clerk, member) -> None:
    assert client.get("/me/").headers["Location"] == "/login/?next=/me/"
    client.force_login(clerk)
    assert client.get("/me/").status_code == 403
    client.force_login(member.user)
    assert client.get("/me/").context["member"] == member


def test_teach_shows_own_sessions_only(client: Client, clerk, time_machine) -> None:
    time_machine.move_to("2026-11-23 12:00+08:00")
    lecturer = LecturerFactory(user=UserFactory())
    mine = SessionFactory(lecturer=lecturer, training_class=ClassFactory(starts_on=timezone.localdate()))
    SessionFactory()
    client.force_login(lecturer.user)
    assert client.get("/teach/").context["coming"] == [mine]
    time_machine.move_to("2026-11-23 12:31+08:00")
    shown = client.get("/teach/").context
    assert (shown["coming"], shown["past"]) == ([], [mine])
    client.force_login(clerk)
    assert client.get("/teach/").status_code == 403


def test_inspect_lists_centres_to_whoever_sees_the_county(client: Client, inspector, county, auditor, clerk) -> None:
    centre = CentreFactory()
    for user in (inspector, county, auditor):
        client.force_login(user)
        assert [row.centre for row in client.get("/inspect/").context["rows"]] == [centre]
    client.force_login(clerk)
    assert client.get("/inspect/").status_code == 403


def test_the_first_page_links_nobody_to_a_refusal(client: Client, county, inspector, auditor, clerk, member) -> None:
    """Every address on the own door and on what it links to answers for this person."""
    lecturer = LecturerFactory(user=UserFactory()).user
    CentreFactory(town=clerk.clerk_town)
    for user in (county, inspector, auditor, clerk, member.user, lecturer):
        client.force_login(user)
        first = client.get("/", follow=True).content.decode()
        seen, refused = set(re.findall(r'href="(/(?!static)[^"#]*)', first)), []
        for address in sorted(seen):
            page = client.get(address, follow=True)
            refused += [(user.username, address)] if page.status_code in (403, 404) else []
        assert (refused, len(seen) > 3) == ([], True)


def test_every_entry_of_the_navigation_leads_somewhere(
    client: Client, county, inspector, auditor, clerk, member
) -> None:
    for user in (county, inspector, auditor, clerk):
        client.force_login(user)
        entries = context.Shell(user).nav
        assert len(entries) > 8
        assert {client.get(entry.url, follow=True).status_code for entry in entries} == {200}


def test_unread_counts_what_the_bar_opens(clerk, member, town) -> None:
    tell(to=town, key="a", title="给镇里", body="x")
    tell(to=member, key="b", title="给党员", body="x")
    assert context.Shell(clerk).unread == 1
    assert context.Shell(member.user).unread == 1
    assert context.Shell(None).unread == 0


def test_demo_mark_follows_the_rows(client: Client) -> None:
    assert "演示数据" not in client.get("/").content.decode()
    MemberFactory(is_demo=True)
    assert "演示数据，非真实情况" in client.get("/").content.decode()


def test_help_is_public(client: Client) -> None:
    text = client.get("/help/").content.decode()
    assert [title in text for title in ("党员", "镇街干事", "县级管理", "检查员")] == [True] * 4


def test_robots_stay_out(client: Client) -> None:
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"


def test_healthz_answers(client: Client) -> None:
    assert client.get("/healthz").json() == {"ok": True}


def beat(age: timedelta) -> None:
    Heartbeat.objects.update_or_create(name="worker", defaults={"last_ok_at": timezone.now() - age})


@pytest.mark.trust("A5")
def test_readyz_needs_a_fresh_heartbeat(client: Client) -> None:
    asked = {"headers": {"accept": "application/json"}}
    silent = client.get("/readyz", **asked)
    assert silent.status_code == 503
    assert silent.json()["checks"]["scheduler"] == "后台还没有启动过：没有心跳。"
    beat(timedelta(hours=2))
    assert client.get("/readyz", **asked).json()["checks"]["scheduler"] == "后台已有 120 分钟没有心跳。"
    beat(timedelta(seconds=5))
    fine = client.get("/readyz", **asked)
    assert fine.status_code == 200
    assert fine.json() == {"ok": True, "checks": {"database": "ok", "scheduler": "ok", "storage": "ok"}}
    assert "一切正常" in client.get("/readyz").content.decode()


def test_readyz_says_when_files_cannot_be_written(client: Client, settings, tmp_path) -> None:
    beat(timedelta(seconds=5))
    blocker = tmp_path / "a-file"
    blocker.write_text("")
    settings.MEDIA_ROOT = blocker
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "文件目录写不进去。" in answer.content.decode()


def test_unknown_page_says_what_to_do(client: Client, county) -> None:
    for sign_in in (False, True):
        if sign_in:
            client.force_login(county)
        answer = client.get("/nope/")
        assert answer.status_code == 404
        assert "没有找到这一页" in answer.content.decode()


def test_opening_an_address_of_a_button_says_what_to_do(client: Client, clerk) -> None:
    client.force_login(clerk)
    answer = client.get(reverse("people:town-import-upload"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert [template.name for template in answer.templates][0] == "405.html"
    assert answer.content.decode().count("这个地址不能直接打开") == 1
    plain = client.get(reverse("people:town-import-upload"), headers={"accept": "application/json"})
    assert (plain.status_code, plain.headers["Allow"], plain.content) == (405, "POST", b"")


def test_bare_pages_ask_for_no_icon(client: Client) -> None:
    page = client.get(reverse("readyz")).content.decode()
    assert page.count('<link rel="icon" href="data:,">') == 1


def test_forbidden_gives_no_hint(client: Client, member) -> None:
    client.force_login(member.user)
    answer = client.get("/inspect/")
    assert answer.status_code == 403
    assert "这一页不在您的权限内" in answer.content.decode()


def test_wrong_token_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "这次没有提交成功" in answer.content.decode()
