"""A phone in an exam: it dies, loses its network, has a wrong clock, comes back too late. Nothing that was tapped is lost.

The server runs in this process, so its clock can be moved; the phone's own clock is the browser's.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Request, expect

from assessments.actions import save_answer, set_up_exam, start_attempt
from assessments.models import Answer, Attempt, LateAnswers
from assessments.reference import load_reference
from juxian.people.models import User
from tests.assessments.conftest import SMALL, fill, seat
from tests.factories import BankFactory, ClassFactory

pytestmark = pytest.mark.db_engine
NO_STORAGE = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("private", "SecurityError"); } });
"""


@pytest.fixture
def attempt(live_server, clerk) -> Attempt:
    """Eight questions, an hour, a minute of grace."""
    load_reference()
    training_class = ClassFactory(town=clerk.grants.get().town, state="running", created_by=clerk)
    bank = BankFactory(town=training_class.town)
    fill(bank, 6, 3, 3)
    now = timezone.now()
    exam = set_up_exam(
        training_class=training_class,
        bank=bank,
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(hours=2),
        settings=SMALL,
        by=clerk,
    )
    return start_attempt(exam=exam, enrolment=seat(training_class), by=None)


@pytest.fixture
def phone(chromium, live_server, attempt) -> Iterator[Callable[..., BrowserContext]]:
    """Another phone of the same person, signed in. A refusal by the content policy or a 5xx fails the test."""
    contexts: list[BrowserContext] = []
    trouble: list[str] = []
    cookie = _session_cookie(attempt.enrolment.member.user)

    def _phone(script: str = "") -> BrowserContext:
        context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        if script:
            context.add_init_script(script)
        context.on("console", lambda line: trouble.append(line.text) if "Content Security" in line.text else None)
        context.on("response", lambda answer: trouble.append(answer.url) if answer.status >= 500 else None)
        contexts.append(context)
        return context

    yield _phone
    for context in contexts:
        context.close()
    assert trouble == []


def _session_cookie(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def open_paper(live_server, attempt) -> Callable[..., Page]:
    """The paper on a phone, its clock the phone's own (`clock`), ready to be tapped."""

    def _open(context: BrowserContext, clock: datetime | None = None) -> Page:
        page = context.new_page()
        page.clock.install(time=clock or timezone.now())
        page.goto(live_server.url + reverse("assessments:me-attempt", args=[attempt.pk]))
        expect(page.locator("#ex-next")).to_be_visible()
        return page

    return _open


def tap(page: Page, number: int, option: int) -> None:
    """Choose an option of a question, as somebody does who jumps there from the card."""
    page.locator(f".q-grid a[data-number='{number}']").click()
    page.locator(f"#q{number} .opt").nth(option).click()


def chosen(page: Page) -> dict[int, list[int]]:
    """What the page shows as chosen, by question."""
    ticked = page.evaluate(
        "Array.from(document.querySelectorAll('#exam .opt input:checked'), one => [one.name.slice(1), one.value])"
    )
    found: dict[int, list[int]] = {}
    for number, option in ticked:
        found.setdefault(int(number), []).append(int(option))
    return found


def kept(attempt: Attempt) -> dict[int, list[int]]:
    return dict(Answer.objects.filter(attempt=attempt).values_list("number", "choice"))


@contextmanager
def server_clock(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment):
        yield


@pytest.mark.trust("C3")
def test_another_phone_goes_on_where_the_dead_one_stopped(attempt, phone, open_paper) -> None:
    first = phone()
    page = open_paper(first)
    for number, option in ((1, 2), (2, 0), (7, 1)):
        tap(page, number, option)
    expect(page.locator("#ex-saved")).to_contain_text("已保存")
    expect(page.locator("#ex-waiting")).to_have_text("0")
    first.close()
    again = open_paper(phone())
    assert chosen(again) == kept(attempt) == {1: [2], 2: [0], 7: [1]}
    left = (attempt.deadline_at - timezone.now()).total_seconds()
    shown = again.locator("#ex-time").inner_text()
    minutes = int(shown.split(":")[-2]) + 60 * (shown.count(":") - 1)
    assert minutes in (left // 60 - 1, left // 60, left // 60 + 1)


@pytest.mark.trust("C4")
def test_ten_minutes_without_network_lose_nothing(attempt, phone, open_paper) -> None:
    """Kept on the phone, said so, sent on return; what another phone saved later stays, and the first one shows it."""
    context = phone()
    page = open_paper(context)
    context.set_offline(True)
    for number, option in ((1, 2), (2, 0), (3, 1), (3, 2)):
        tap(page, number, option)
    expect(page.locator("#ex-kept")).to_have_text("已保存在本机，3 题待上传")
    expect(page.locator("#ex-saved")).to_be_hidden()
    page.clock.fast_forward("10:00")
    assert kept(attempt) == {}
    later = int(timezone.now().timestamp() * 1000) + 1000
    save_answer(attempt=attempt, number=1, choice=[3], client_seq=later, by=None)
    context.set_offline(False)
    expect(page.locator("#ex-saved")).to_contain_text("已保存")
    expect(page.locator("#ex-waiting")).to_have_text("0")
    assert chosen(page) == kept(attempt) == {1: [3], 2: [0], 3: [2]}


def test_the_phone_keeps_choices_and_no_person(attempt, phone, open_paper) -> None:
    context = phone()
    page = open_paper(context)
    context.set_offline(True)
    tap(page, 1, 0)
    expect(page.locator("#ex-kept")).to_have_text("已保存在本机，1 题待上传")
    held = page.evaluate("JSON.stringify(Object.fromEntries(Object.entries(localStorage)))")
    data = json.loads(json.loads(held)[f"exam-{attempt.pk}"])
    assert sorted(data) == ["handed", "later", "queue", "seq", "token"]
    assert (list(json.loads(held)), list(data["queue"]), data["queue"]["1"]["choice"]) == (
        [f"exam-{attempt.pk}"],
        ["1"],
        [0],
    )
    member = attempt.enrolment.member
    assert [one for one in (member.name, member.id_number, member.mobile) if one in held] == []


@pytest.mark.trust("C4")
def test_a_reload_keeps_what_was_not_sent(attempt, phone, open_paper, live_server) -> None:
    context = phone()
    page = open_paper(context)
    context.route("**/answers/", lambda route: route.abort())
    tap(page, 4, 1)
    expect(page.locator("#ex-kept")).to_have_text("已保存在本机，1 题待上传")
    page.reload()
    expect(page.locator("#ex-next")).to_be_visible()
    assert (chosen(page), kept(attempt)) == ({4: [1]}, {})
    context.unroute("**/answers/")
    page.clock.fast_forward("00:15")
    expect(page.locator("#ex-waiting")).to_have_text("0")
    assert kept(attempt) == {4: [1]}


def test_what_waited_goes_together_and_one_that_is_refused_does_not_hold_the_others(attempt, phone, open_paper) -> None:
    context = phone()
    page = open_paper(context)
    sent: list[list[int]] = []
    page.on("request", lambda one: sent.append(_numbers(one)) if one.url.endswith("/answers/") else None)
    context.set_offline(True)
    for number in (1, 2, 3):
        tap(page, number, 1)
    expect(page.locator("#ex-kept")).to_have_text("已保存在本机，3 题待上传")
    page.evaluate("document.querySelector('#q2 .opt input').value = '9'")
    tap(page, 2, 0)
    sent.clear()
    context.set_offline(False)
    expect(page.locator("#ex-waiting")).to_have_text("0")
    expect(page.locator("#ex-trouble-text")).to_have_text("这个答案读不出来，请刷新页面再选一次。")
    assert sent == [[1, 3, 2], [1], [3], [2]]
    assert kept(attempt) == {1: [1], 3: [1]}


def _numbers(request: Request) -> list[int]:
    return [row["number"] for row in request.post_data_json["answers"]]


@pytest.mark.trust("C6")
@pytest.mark.parametrize("days", [-1, 1])
def test_a_wrong_clock_of_the_phone_changes_nothing(attempt, phone, open_paper, days) -> None:
    page = open_paper(phone(), clock=timezone.now() + timedelta(days=days))
    assert page.evaluate("new Date().getDate()") != timezone.localtime().day
    assert int(page.locator("#ex-time").inner_text().split(":")[0]) in (1, 58, 59)
    tap(page, 1, 2)
    expect(page.locator("#ex-saved")).to_contain_text("已保存")
    answer = Answer.objects.get()
    assert (answer.choice, abs(answer.client_seq / 1000 - timezone.now().timestamp()) < 60) == ([2], True)


def lose_network_and_time(context: BrowserContext, page: Page, attempt: Attempt) -> None:
    """One answer arrives, two stay on the phone, and the hour goes by."""
    tap(page, 1, attempt.paper[0]["answer"][0])
    expect(page.locator("#ex-saved")).to_contain_text("已保存")
    context.set_offline(True)
    for place in (1, 2):
        tap(page, place + 1, attempt.paper[place]["answer"][0])
    expect(page.locator("#ex-kept")).to_have_text("已保存在本机，2 题待上传")


@pytest.mark.trust("C5")
def test_back_within_the_grace_hands_in_by_itself(attempt, phone, open_paper) -> None:
    context = phone()
    page = open_paper(context)
    lose_network_and_time(context, page, attempt)
    with server_clock(attempt.deadline_at + timedelta(seconds=10)):
        page.clock.fast_forward(3600_000)
        expect(page.locator("#ex-trouble-text")).to_have_text("时间到，正在自动交卷，请不要关页面。")
        page.clock.fast_forward(20_000)
        context.set_offline(False)
        page.clock.fast_forward(60_000)
        expect(page.locator("body")).to_contain_text("已交卷")
    attempt.refresh_from_db()
    assert (attempt.closed_by, attempt.score, LateAnswers.objects.count()) == ("member", 30, 0)


@pytest.mark.trust("C5")
@pytest.mark.parametrize("page_stays_open", [True, False])
def test_back_after_the_grace_is_kept_for_a_person_to_decide(
    attempt, phone, open_paper, live_server, page_stays_open
) -> None:
    context = phone()
    page = open_paper(context)
    lose_network_and_time(context, page, attempt)
    with server_clock(attempt.closes_at + timedelta(minutes=5)):
        if page_stays_open:
            page.clock.fast_forward(3600_000 + 360_000)
            context.set_offline(False)
            page.clock.fast_forward(60_000)
        else:
            page.close()
            context.set_offline(False)
            page = context.new_page()
            page.goto(live_server.url + reverse("assessments:me-exams"))
            page.goto(live_server.url + reverse("assessments:me-result", args=[attempt.pk]))
        expect(page.locator("body")).to_contain_text("有 2 题的答案在收卷后才到")
        assert page.evaluate("JSON.stringify(localStorage).includes('choice')") is False
    late = LateAnswers.objects.get()
    assert [(row["number"], row["choice"]) for row in late.answers] == [
        (place + 1, attempt.paper[place]["answer"][:1]) for place in (1, 2)
    ]
    assert (late.page_given_at is not None, list(kept(attempt))) == (True, [1])


@pytest.mark.trust("C7")
def test_a_second_phone_learns_that_the_first_one_handed_in(attempt, phone, open_paper, live_server) -> None:
    context = phone()
    page = open_paper(context)
    context.set_offline(True)
    tap(page, 5, 0)
    expect(page.locator("#ex-kept")).to_have_text("已保存在本机，1 题待上传")
    other = open_paper(phone())
    other.goto(live_server.url + reverse("assessments:me-submit", args=[attempt.pk]))
    other.get_by_role("button", name="交卷").click()
    expect(other.locator("body")).to_contain_text("已交卷")
    context.set_offline(False)
    expect(page.locator("#ex-trouble-text")).to_contain_text(
        "另一台设备已经交卷。这台手机上没来得及上传的 1 题没有算进去。"
    )
    assert (kept(attempt), LateAnswers.objects.count()) == ({}, 0)


def test_a_browser_that_keeps_nothing_works_online_and_says_so(attempt, phone, open_paper) -> None:
    context = phone(NO_STORAGE)
    page = open_paper(context)
    expect(page.locator("#ex-unlasting")).to_be_visible()
    tap(page, 1, 2)
    expect(page.locator("#ex-saved")).to_contain_text("已保存")
    context.set_offline(True)
    tap(page, 2, 1)
    expect(page.locator("#ex-kept")).to_have_text("1 题待上传")
    context.set_offline(False)
    expect(page.locator("#ex-waiting")).to_have_text("0")
    assert kept(attempt) == {1: [2], 2: [1]}
