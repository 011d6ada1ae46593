"""One class from a roster file to hours in a member's record, played by three people in a real browser.

The county imports 12,000 people and approves; a clerk plans, opens, enrols, calls the roll, closes and files; a member
opens an account with a slip, fails the exam, finds a retake there, passes it, is reminded of the survey and answers it.
Web server and Celery worker are processes of their own: SQLite with the filesystem broker, or, where DATABASE_URL
and REDIS_URL say so, PostgreSQL with Redis.
"""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.people import PASSWORD, PATIENCE, Person, person
from tests.browser.portal import Portal, running_portal
from tests.browser.roster import HERO, HERO_MOBILE, ROWS, write_roster

TOWN = "371327102"
FIRST_OPTIONS = "对的\n错的一\n错的二\n错的三"

PEOPLE_AND_PLACES = f"""
from datetime import date
from centres.models import Centre, Room
from juxian.people.models import Grant, Town, User
from lecturers.models import Appointment, Lecturer, LecturerKind
town = Town.objects.get(code="{TOWN}")
county = User.objects.create_user("county", "{PASSWORD}", name="示例主任")
Grant.objects.create(user=county, kind="county", starts_on=date(2020, 1, 1))
clerk = User.objects.create_user("clerk", "{PASSWORD}", name="示例干事")
Grant.objects.create(user=clerk, kind="clerk", town=town, starts_on=date(2020, 1, 1))
Room.objects.create(centre=Centre.objects.get(town=town), name="第一教室", capacity=60)
lecturer = Lecturer.objects.create(name="示例讲师", kind=LecturerKind.objects.first())
Appointment.objects.create(lecturer=lecturer, tier="pool", starts_on=date(2020, 1, 1))
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with running_portal(tmp_path_factory.mktemp("portal"), "test_whole_class") as portal:
        portal.manage("shell", "-c", PEOPLE_AND_PLACES)
        yield portal


def test_whole_class(chromium, portal, tmp_path) -> None:
    with (
        person(chromium, portal) as county,
        person(chromium, portal) as clerk,
        person(chromium, portal, phone=True) as member,
    ):
        county.sign_in("county")
        import_roster(county, tmp_path)
        clerk.sign_in("clerk")
        plan = plan_the_year(clerk)
        approve_plan(county, plan)
        training = open_class(clerk, plan)
        bank_and_exam(clerk, training)
        clerk.go(training)
        clerk.click("送审")
        approve_class(county, training)
        enrol_hero(clerk, training)
        open_account(clerk, member)
        hold_session(clerk, training)
        sit_exam(member, "结业考试", right=False)
        release(clerk, training)
        member.reloads_until("/me/", "补考")
        sit_exam(member, "补考", right=True)
        member.sees("及格")
        close_class(clerk, training)
        member.reloads_until("/me/", "评课")
        remind(portal, member)
        answer_survey(member)
        archive(clerk, training)
        member.go("/me/hours/")
        member.sees("示例轮训班")
        member.sees("4 学时")
        verify(portal)


def import_roster(county: Person, tmp_path) -> None:
    towns = json.loads(
        county.portal.manage(
            "shell",
            "-v0",
            "-c",
            "import json; from juxian.people.models import Town;"
            "print(json.dumps(list(Town.objects.values_list('name', flat=True))))",
        )
    )
    county.go("/town/imports/")
    county.page.set_input_files("main input[type=file]", write_roster(tmp_path / "全县名册.xlsx", towns, "大店镇"))
    boxes = county.page.locator("main input[name=create_branches]")
    if boxes.count():
        boxes.check()
    county.click("上传并核对")
    county.sees("核对完成", PATIENCE)
    county.sees(f"{ROWS:,}")
    county.click("保存有效行")
    county.sees("已保存", PATIENCE)
    county.sees(f"{ROWS:,}")


def plan_the_year(clerk: Person) -> str:
    clerk.go("/town/plans/")
    clerk.click("编这一年的计划")
    clerk.click("加一个班次")
    month = f"{timezone.localdate().month} 月"
    clerk.fill(title="示例轮训班", audience="农村党员", month=month, days="0.5", people="30")
    clerk.press(clerk.page.locator("main form button.btn-primary"))
    clerk.sees("示例轮训班")
    path = re.search(r"/town/plans/\d+/", clerk.page.url).group()
    clerk.go(path)
    clerk.click("送审")
    clerk.sees("已送审")
    return path


def approve_plan(county: Person, plan: str) -> None:
    county.go(plan)
    county.click("批准")
    county.sees("已批准")


def open_class(clerk: Person, plan: str) -> str:
    today = timezone.localdate().isoformat()
    clerk.go(plan)
    clerk.click("开班")
    clerk.fill(
        starts_on=today, ends_on=today, capacity="30", contact="示例干事", purpose="学党章。", safety_note="准时到。"
    )
    clerk.click("建班，接着排课")
    clerk.page.wait_for_url(re.compile(r"/town/trainings/\d+/"))
    training = re.search(r"/town/trainings/\d+/", clerk.page.url).group()
    clerk.go(f"{training}sessions/add/")
    clerk.fill(day=today, half="上午", starts_at="00:00", hours="4", topic="党章学习", lecturer="示例讲师")
    clerk.page.locator("main select[name=room]").select_option(index=1)
    clerk.press(clerk.page.locator("main form button.btn-primary"))
    clerk.go(training)
    clerk.sees("党章学习")
    return training


def bank_and_exam(clerk: Person, training: str) -> None:
    clerk.go("/town/banks/add/")
    clerk.fill(name="示例题库", code="SL01", town="大店镇")
    clerk.click("建好，去加题")
    clerk.page.wait_for_url(re.compile(r"/town/banks/\d+/"))
    bank = re.search(r"/town/banks/\d+/", clerk.page.url).group()
    for number in range(4):
        clerk.go(f"{bank}questions/add/")
        clerk.fill(kind="单选", stem=f"示例题目{number}", options=FIRST_OPTIONS, answer="A")
        clerk.press(clerk.page.locator("main form button.btn-primary"))
    clerk.go(f"{training}exam/set-up/")
    now = timezone.localtime()
    clerk.fill(
        bank="示例题库",
        opens_at=f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}",
        closes_at=f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        single_count="2",
        multiple_count="0",
        true_false_count="0",
    )
    clerk.press(clerk.page.locator("main form button.btn-primary"))
    clerk.sees("示例题库")


def approve_class(county: Person, training: str) -> None:
    county.go(training)
    county.click("批准")
    county.sees("已批准")


def enrol_hero(clerk: Person, training: str) -> None:
    clerk.go(training)
    clerk.click("开始报名")
    clerk.go(f"{training}enrol/?q={HERO}")
    clerk.page.get_by_label(HERO).check()
    clerk.click("录取勾选的人")
    clerk.go(training)
    clerk.click("开班")
    clerk.sees("进行")


def open_account(clerk: Person, member: Person) -> None:
    """By the slip a clerk prints: the only way a member gets a password."""
    clerk.go(f"/town/members/?q={HERO}")
    clerk.page.locator("main table").get_by_role("link", name=HERO, exact=True).click()
    clerk.click("打印开通条")
    code = clerk.page.locator(".slip-code").inner_text()
    member.go("/activate/")
    member.page.get_by_label("开通码").fill(code)
    member.page.get_by_label("姓名").fill(HERO)
    member.page.locator("input[name=new_password]").fill(PASSWORD)
    member.page.locator("input[name=new_password_again]").fill(PASSWORD)
    member.click("设好密码并登录")
    member.sees(f"{HERO}同志")
    member.go("/account/")
    member.click("退出")
    member.sign_in(HERO_MOBILE)
    member.sees(f"{HERO}同志")


def hold_session(clerk: Person, training: str) -> None:
    clerk.go(f"{training}?tab=sign")
    clerk.press(clerk.page.locator("main a[href*='/roll/']").first)
    clerk.page.locator("main .seg label", has_text="到").first.click()
    clerk.click("提交点名")
    clerk.sees("已")


def sit_exam(member: Person, kind: str, right: bool) -> None:
    member.go("/me/exams/")
    member.press(member.page.locator(".owe", has_text=kind).get_by_role("link"))
    member.click("开始")
    for _ in range(2):
        item = member.page.locator(".ex-item:visible")
        expect(item).to_have_count(1)  # until the script of the page runs, every question is shown
        chosen = item.locator("label.opt", has_text="对的" if right else "错的一")
        chosen.click()
        expect(member.page.locator("#ex-saved")).to_contain_text("已保存")
        member.page.locator("#ex-next").click()
    member.page.wait_for_url("**/submit/")
    member.click("交卷")
    member.page.wait_for_url("**/result/")


def release(clerk: Person, training: str) -> None:
    clerk.go("/town/exams/1/")
    clerk.click("公布成绩")
    clerk.sees("成绩已公布")


def close_class(clerk: Person, training: str) -> None:
    clerk.go(training)
    clerk.click("结班")
    clerk.sees("归档")


def remind(portal: Portal, member: Person) -> None:
    """Two days later in one sweep: one reminder, for somebody who attended and has not answered."""
    later = timezone.now() + timedelta(days=2)
    portal.manage("sweep", "--at", later.isoformat())
    portal.manage("sweep", "--at", later.isoformat())
    member.go("/me/inbox/")
    expect(member.page.locator("main", has_text="还没评课")).to_have_count(1)
    assert member.page.locator("main").inner_text().count("还没评课") == 1


def answer_survey(member: Person) -> None:
    member.go("/me/exams/")
    member.press(member.page.locator(".owe", has_text="评课").get_by_role("link"))
    for row in member.page.locator(".sv-item").all():
        row.locator("input[value='4']").check()
    member.click("提交")
    member.sees("谢谢")


def archive(clerk: Person, training: str) -> None:
    clerk.go(f"{training}edit/")
    clerk.fill(summary="一人参训，按计划完成。")
    clerk.press(clerk.page.locator("main form button.btn-primary"))
    while True:
        clerk.go(f"{training}?tab=dossier")
        waive = clerk.page.locator("main a[href*='/waive/']")
        if not waive.count():
            break
        waive.first.click()
        clerk.fill(reason="演练，没有纸质材料。")
        clerk.press(clerk.page.locator("main form button.btn-primary"))
    clerk.go(training)
    clerk.page.locator(".page-actions").get_by_role("button", name="归档").click()
    clerk.sees("已归档")


def verify(portal: Portal) -> None:
    """Nothing is parked, the audit chain and the ledger hold."""
    assert "parked" not in portal.manage("sweep")
