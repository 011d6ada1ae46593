"""A course from a town's topic over five judges to featured; a substitute teaches it, and the rating is theirs.

Played in a real browser by a clerk, the county, five judges and a member; four more members answer without one. Web
server and worker are processes of their own, on SQLite or on what DATABASE_URL and REDIS_URL say.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browser.people import PASSWORD, Person, person
from tests.browser.portal import Portal, running_portal

TITLE = "党章里的故事"
JUDGES = [f"judge{number}" for number in range(1, 6)]
POINTS = dict(zip(JUDGES, (60, 88, 90, 92, 100), strict=True))  # the lowest and the highest do not count

PEOPLE_AND_CLASS = f"""
from datetime import date, time
from centres.models import Centre, Room
from juxian.people.models import Grant, Town, User
from lecturers.models import Appointment, Lecturer, LecturerKind
from tests.factories import BranchFactory, ClassFactory, EnrolmentFactory, MemberFactory, SessionFactory
from trainings.models import MarkStatus
town = Town.objects.get(code="371327102")
def user(name, shown, **grant):
    made = User.objects.create_user(name, "{PASSWORD}", name=shown)
    if grant:
        Grant.objects.create(user=made, starts_on=date(2020, 1, 1), **grant)
    return made
user("county", "示例主任", kind="county")
clerk = user("clerk", "示例干事", kind="clerk", town=town)
for name in {JUDGES}:
    user(name, "示例评委" + name[-1])
def lecturer(name):
    made = Lecturer.objects.create(name=name, kind=LecturerKind.objects.first())
    Appointment.objects.create(lecturer=made, tier="pool", starts_on=date(2020, 1, 1))
    return made
planned = lecturer("示例原定")
lecturer("示例代课")
room = Room.objects.create(centre=Centre.objects.get(town=town), name="第一教室", capacity=60)
training = ClassFactory(town=town, state="running", created_by=clerk, has_exam=False, title="示例轮训班")
SessionFactory(training_class=training, lecturer=planned, room=room, starts_at=time(0), topic="党章学习")
branch = BranchFactory(town=town)
for number in range(5):
    seat = EnrolmentFactory(training_class=training, created_by=clerk, member=MemberFactory(branch=branch))
seat.member.user = user("member", "示例党员")
seat.member.save()
print(training.pk)
"""

REST_ANSWER = """
from assessments.actions.surveys import answer_survey
from assessments.models import SurveyLesson, SurveyTicket
for ticket in SurveyTicket.objects.filter(is_answered=False):
    ratings = {question["id"]: 3 for question in ticket.survey.questions}
    answer_survey(ticket=ticket, ratings=ratings, lessons={SurveyLesson.objects.get().pk: (3, "")})
"""

SURVEY_OVER = """
from datetime import timedelta
from django.utils import timezone
from assessments.models import Survey
Survey.objects.update(closes_at=timezone.now() - timedelta(hours=1))
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with running_portal(tmp_path_factory.mktemp("course"), "test_course_life") as portal:
        yield portal


def test_from_a_topic_to_the_rating_of_who_taught(chromium, portal, tmp_path) -> None:
    training = f"/town/trainings/{portal.manage('shell', '-v0', '-c', PEOPLE_AND_CLASS).strip()}/"
    with person(chromium, portal) as county, person(chromium, portal) as clerk:
        clerk.sign_in("clerk")
        county.sign_in("county")
        topic = propose(clerk, county)
        declare(clerk, county, topic, tmp_path)
        judge(chromium, portal, county, topic)
        feature(county, topic)
        teach(clerk, training)
        rate(chromium, portal, clerk, training)
        look_at_ratings(county)


def press(somebody: Person, name: str) -> None:
    somebody.press(somebody.page.get_by_role("button", name=name, exact=True))


def propose(clerk: Person, county: Person) -> str:
    clerk.go("/town/topics/add/")
    clerk.fill(title=TITLE, reason="让党员记得住、讲得出。")
    clerk.page.locator("main select[name=theme]").select_option(index=1)
    press(clerk, "报县里批")
    clerk.sees("待批选题")
    topic = re.search(r"/town/topics/\d+/", clerk.page.url).group()
    county.go(topic)
    press(county, "选题通过")
    county.sees("待申报")
    return topic


def declare(clerk: Person, county: Person, topic: str, tmp_path) -> None:
    script = tmp_path / "讲稿.pdf"
    script.write_bytes(b"%PDF-1.4\nstartxref\n0\n%%EOF\n")
    clerk.go(f"{topic}declare/")
    clerk.fill(summary="用十个故事讲党章。", outline="一、由来；二、故事；三、讨论。")
    clerk.page.locator("main select[name=lecturers]").select_option(label="示例原定")
    clerk.page.set_input_files("main input[name=script]", script)
    press(clerk, "申报")
    clerk.sees("待审稿")
    county.go(topic)
    press(county, "讲稿通过")
    county.sees("待评审")


def judge(chromium, portal: Portal, county: Person, topic: str) -> None:
    county.fill(ends_on=(timezone.localdate() + timedelta(days=3)).isoformat())
    press(county, "开始评审")
    invite(county, "clerk", "大店镇党委")
    county.sees("不能")  # the owner's own people do not judge
    county.go(topic)
    for name in JUDGES:
        invite(county, name, f"示例单位{name[-1]}")
        county.sees(f"示例评委{name[-1]}")
    for name in JUDGES:
        with person(chromium, portal) as one:
            one.sign_in(name)
            one.go("/judge/")
            one.click(TITLE)
            for box in one.page.locator("main input[type=number]").all():
                box.fill(str(POINTS[name]))
            press(one, "交评分")
            one.go("/judge/")
            one.sees("没有等您打分的")
    county.go(topic)
    press(county, "结束评审")
    county.sees("90.00 分")


def invite(county: Person, username: str, unit: str) -> None:
    county.fill(username=username, unit=unit)
    press(county, "邀请评委")


def feature(county: Person, topic: str) -> None:
    county.go(topic)
    county.fill(on=timezone.localdate().isoformat(), place="示例党校", comment="讲得好。", passes="试讲通过")
    press(county, "登记试讲")
    county.sees("待入选")
    press(county, "列入精品课程")
    county.sees("已入选")


def teach(clerk: Person, training: str) -> None:
    """The course goes into the timetable, somebody else comes, the roll is called."""
    clerk.go(f"{training}?tab=timetable")
    clerk.press(clerk.page.locator("main a[href*='/sessions/'][href*='/edit/']").first)
    course = clerk.page.locator("main select[name=course_version]")
    course.select_option(value=course.locator("option", has_text=TITLE).first.get_attribute("value"))
    clerk.press(clerk.page.locator("main form button.btn-primary"))
    clerk.go(f"{training}?tab=timetable")
    clerk.sees(TITLE)
    clerk.press(clerk.page.locator("main a[href*='/substitute/']").first)
    clerk.fill(actual="示例代课", reason="原定老师当天开会。")
    press(clerk, "登记代课")
    clerk.go(f"{training}?tab=sign")
    clerk.press(clerk.page.locator("main a[href*='/roll/']").first)
    clerk.click("提交点名")
    clerk.sees("点名已保存")


def rate(chromium, portal: Portal, clerk: Person, training: str) -> None:
    clerk.go(training)
    clerk.click("结班")
    clerk.sees("归档")
    with person(chromium, portal, phone=True) as member:
        member.sign_in("member")
        member.reloads_until("/me/", "评课")
        member.go("/me/exams/")
        member.press(member.page.locator(".owe", has_text="评课").get_by_role("link"))
        member.sees("示例代课")
        for row in member.page.locator(".sv-item").all():
            row.locator("input[value='4']").check()
        member.click("提交")
        member.sees("谢谢")
    portal.manage("shell", "-c", REST_ANSWER)
    portal.manage("shell", "-c", SURVEY_OVER)


def look_at_ratings(county: Person) -> None:
    """One very good and four good answers belong to the substitute, none to who was planned."""
    for name, said in (("示例代课", "3.20"), ("示例原定", "还没有")):
        county.go(f"/town/lecturers/?q={name}")
        county.page.locator("main").get_by_role("link", name=name, exact=True).click()
        county.go(f"{county.page.url.removeprefix(county.portal.url)}ratings/")
        county.sees(said)
