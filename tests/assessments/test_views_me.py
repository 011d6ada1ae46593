"""The member's pages."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.urls import reverse
from django.utils import timezone

from assessments.actions import release_results, set_up_exam, start_attempt, submit_attempt
from assessments.due import owed_by
from assessments.models import Answer, Attempt, MakeUp, Question, Retake, SurveyAnswer, SurveyTicket
from juxian.obligations.sweep import sweep
from tests.assessments.conftest import SMALL, make_question, mark, right, seat
from tests.factories import ClassFactory, EnrolmentFactory, UserFactory
from trainings.models import Session, TrainingClass

pytestmark = pytest.mark.db_engine


@pytest.fixture
def me(client, people):
    """The first of the class, signed in."""
    client.force_login(people[0].member.user)
    return people[0]


@pytest.fixture
def attempt(exam, me) -> Attempt:
    return start_attempt(exam=exam, enrolment=me, by=me.member.user)


def url(name: str, *keys: object) -> str:
    return reverse(f"assessments:{name}", args=keys)


def post_answer(client, attempt, number, choice, seq):
    body = json.dumps({"number": number, "choice": choice, "seq": seq})
    return client.post(url("me-answers", attempt.pk), body, content_type="application/json")


def test_the_list_shows_what_to_sit(client, exam, me):
    page = client.get(url("me-exams"))
    assert [row.kind for row in page.context["debts"]] == ["exam"]
    assert f'href="{url("me-exam", exam.pk)}"' in page.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_keeps_its_number_of_queries(client, exam, me, bank, clerk, number, django_assert_num_queries):

    now = timezone.now()
    for _ in range(number - 1):
        other = ClassFactory(town=bank.town, state="running", created_by=clerk)
        enrolment = EnrolmentFactory(training_class=other, member=me.member, created_by=clerk)

        made = set_up_exam(
            training_class=other, bank=bank, opens_at=now, closes_at=now + timedelta(hours=1), settings=SMALL, by=clerk
        )
        submit_attempt(attempt=start_attempt(exam=made, enrolment=enrolment, by=None), by=None)
    client.get(url("me-exams"))
    with django_assert_num_queries(13):
        client.get(url("me-exams"))


def test_start_leads_to_the_paper_and_again_to_the_same(client, exam, me):
    first = client.post(url("me-start", exam.pk))
    second = client.post(url("me-start", exam.pk))
    made = Attempt.objects.get()
    assert (first.url, second.url) == (url("me-attempt", made.pk), url("me-attempt", made.pk))
    assert client.get(url("me-exam", exam.pk)).url == url("me-attempt", made.pk)


def test_start_outside_the_window_says_why(client, exam, me, time_machine):
    time_machine.move_to(exam.closes_at)
    client.force_login(me.member.user)
    page = client.post(url("me-start", exam.pk), follow=True)
    assert "考试已经截止，不能再进入。没考的会安排补考，安排好了会通知您。" in page.content.decode()
    assert Attempt.objects.count() == 0


def test_choices_are_kept_one_by_one(client, attempt):
    answer = post_answer(client, attempt, 1, [2], 10)
    body = answer.json()
    assert body.pop("saved_at")[:5] == "10:00"
    assert body == {"number": 1, "seq": 10, "choice": [2]}
    assert post_answer(client, attempt, 1, [0], 9).json()["choice"] == [2]


@pytest.mark.parametrize("number", [1, 5])
def test_answers_that_waited_are_kept_together(client, attempt, number, django_assert_num_queries):
    rows = [{"number": place, "choice": [1], "seq": place} for place in range(1, number + 1)]
    with django_assert_num_queries(3 + number + (2 if number > 1 else 0)):
        answer = client.post(url("me-answers", attempt.pk), {"answers": rows}, content_type="application/json")
    told = answer.json()["answers"]
    assert {one.pop("saved_at")[:5] for one in told} == {"10:00"}
    assert told == rows
    assert list(Answer.objects.order_by("number").values_list("number", "client_seq")) == [
        (place, place) for place in range(1, number + 1)
    ]


def test_unreadable_answers_are_refused_without_a_trace(client, attempt):
    for body in (
        b"",
        b"[]",
        b"7",
        b"{}",
        b'{"number": 1, "choice": [0]}',
        b'{"number": 1, "choice": "A", "seq": 1}',
        b'{"answers": 7}',
        b'{"answers": [{"number": 1, "choice": [0], "seq": 1}, null]}',
        b"\xff",
    ):
        answer = client.post(url("me-answers", attempt.pk), body, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]) == (400, "这个答案读不出来，请刷新页面再选一次。")
    assert Answer.objects.count() == 0


@pytest.mark.trust("C7")
def test_saving_after_hand_in_is_a_conflict(client, attempt, me):
    client.post(url("me-submit", attempt.pk), {"answers": json.dumps(right(attempt))})
    answer = post_answer(client, attempt, 1, [3], 99)
    assert (answer.status_code, answer.json()) == (409, {"error": "已经交卷，答案不能再改。", "finished": True})
    attempt.refresh_from_db()
    assert attempt.score == 100


def test_without_script_the_form_keeps_the_whole_page(client, attempt):
    single, multiple = attempt.paper[0]["number"], attempt.paper[4]["number"]
    stay = client.post(url("me-attempt", attempt.pk), {f"q{single}": "1", f"q{multiple}": ["0", "2"], "go": "stay"})
    assert stay.url == url("me-attempt", attempt.pk)
    assert dict(attempt.answers.values_list("number", "choice")) == {single: [1], multiple: [0, 2]}
    go = client.post(url("me-attempt", attempt.pk), {f"q{single}": "2", "go": "submit"})
    assert go.url == url("me-submit", attempt.pk)
    assert dict(attempt.answers.values_list("number", "choice")) == {single: [2], multiple: []}


def test_the_hand_in_page_names_what_is_open(client, attempt):
    post_answer(client, attempt, 2, [0], 1)
    page = client.get(url("me-submit", attempt.pk))
    assert (page.context["answered"], page.context["open"]) == (1, [1, 3, 4, 5, 6, 7, 8])


@pytest.mark.trust("C2")
def test_handing_in_twice_shows_the_same_end(client, attempt):
    first = client.post(url("me-submit", attempt.pk), {"answers": json.dumps(right(attempt))})
    second = client.post(url("me-submit", attempt.pk), {"answers": "[]"})
    assert (first.url, second.url) == (url("me-result", attempt.pk), url("me-result", attempt.pk))
    attempt.refresh_from_db()
    assert attempt.score == 100
    assert "已交卷" in client.get(first.url).content.decode()


def test_rubbish_beside_a_hand_in_does_not_keep_it_back(client, attempt):
    for rubbish in ("{", "7", '"x"', '[[], null, {"number": {}}]'):
        Attempt.objects.update(finished_at=None, score=None, closed_by="")
        assert client.post(url("me-submit", attempt.pk), {"answers": rubbish}).status_code == 302
        attempt.refresh_from_db()
        assert attempt.closed_by == "member"


def test_handing_in_too_late_is_refused_kindly(client, attempt, me, time_machine):
    post_answer(client, attempt, 1, attempt.paper[0]["answer"], 1)
    time_machine.move_to(attempt.closes_at)
    client.force_login(me.member.user)
    page = client.post(url("me-submit", attempt.pk), {"answers": json.dumps(right(attempt))}, follow=True)
    assert "交卷时间已过。已保存的答案都在，系统会自动收卷计分。" in page.content.decode()
    sweep(timezone.now())
    attempt.refresh_from_db()
    assert (attempt.score, attempt.closed_by) == (10, "sweep")


def test_the_clock_says_what_is_left(client, attempt, time_machine):
    time_machine.move_to(attempt.deadline_at - timedelta(minutes=5), tick=False)
    client.force_login(attempt.enrolment.member.user)
    now = int(timezone.now().timestamp() * 1000)
    clock = {"now": now, "left": 300, "grace": 360, "finished": False, "handed_in": False}
    assert client.get(url("me-clock", attempt.pk)).json() == clock
    submit_attempt(attempt=attempt, by=None)
    assert client.get(url("me-clock", attempt.pk)).json() == clock | {"finished": True, "handed_in": True}


def test_the_paper_stays_under_a_hundred_kilobytes(client, attempt):
    assert len(client.get(url("me-attempt", attempt.pk)).content) < 100_000


STRANGERS = [
    ("get", "me-attempt"),
    ("post", "me-attempt"),
    ("post", "me-answers"),
    ("get", "me-clock"),
    ("get", "me-submit"),
    ("post", "me-submit"),
    ("get", "me-result"),
]


@pytest.mark.trust("C11")
@pytest.mark.parametrize(("method", "name"), STRANGERS)
def test_somebody_elses_attempt_is_not_found(client, attempt, people, clerk, method, name):
    page = url(name, attempt.pk)
    client.force_login(people[1].member.user)
    assert getattr(client, method)(page).status_code == 404
    client.force_login(clerk)
    assert getattr(client, method)(page).status_code == 403
    client.logout()
    assert getattr(client, method)(page).url == f"/login/?next={page}"
    attempt.refresh_from_db()
    assert (attempt.finished_at, attempt.answers.count()) == (None, 0)


@pytest.mark.trust("C11")
@pytest.mark.parametrize(("method", "name"), [("get", "me-exam"), ("post", "me-start")])
def test_the_exam_of_another_class_is_not_found(client, exam, running, clerk, method, name):

    stranger = seat(ClassFactory(town=running.town, created_by=clerk))
    client.force_login(stranger.member.user)
    assert getattr(client, method)(url(name, exam.pk)).status_code == 404
    assert Attempt.objects.count() == 0


def test_only_posts_start_and_save(client, exam, attempt):
    assert client.get(url("me-start", exam.pk)).status_code == 405
    assert client.get(url("me-answers", attempt.pk)).status_code == 405


# What must not leak ----------------------------------------------------------------------------------
def _everything(client, exam, attempt) -> str:
    """Bodies and headers of every page a member can open about this exam."""
    pages = [
        url("me-exams"),
        url("me-exam", exam.pk),
        url("me-attempt", attempt.pk),
        url("me-submit", attempt.pk),
        url("me-result", attempt.pk),
        url("me-clock", attempt.pk),
        reverse("me"),
        reverse("inbox:me-list"),
    ]
    answers = [client.get(page, follow=True) for page in pages]
    answers.append(post_answer(client, attempt, 1, [0], 1))
    return "".join(f"{answer.headers}{answer.content.decode()}" for answer in answers)


@pytest.mark.trust("C9", "C10")
def test_no_key_and_no_score_leave_before_release(client, exam, bank, people, clerk, time_machine):
    """The canary is a retired-looking key kept beside the paper, and a score that nothing else can show."""
    for _ in range(12):
        make_question(bank)
    me = people[0]
    client.force_login(me.member.user)
    attempt = start_attempt(exam=exam, enrolment=me, by=None)
    for question in attempt.paper:
        question["answer_canary"] = "KEY-CANARY"
    attempt.save(update_fields=["paper"])
    during = _everything(client, exam, attempt)
    submit_attempt(attempt=attempt, answers=right(attempt), by=None)
    Attempt.objects.filter(pk=attempt.pk).update(score="87.65")
    after = _everything(client, exam, attempt)
    client.force_login(clerk)
    staff = client.get(url("town-exam", exam.pk)).content.decode()
    for text in (during, after, staff):
        assert "KEY-CANARY" not in text
        assert "87.65" not in text
        assert '"answer"' not in text
    time_machine.move_to(exam.closes_at)
    release_results(exam=exam, by=clerk)
    client.force_login(me.member.user)
    assert "87.65" in client.get(url("me-result", attempt.pk)).content.decode()


@pytest.mark.trust("C9")
def test_which_option_is_right_cannot_be_told_from_the_paper(client, exam, attempt):
    """The page is the same, byte for byte but for its token and times, whatever the key is."""

    def shown() -> list:
        return client.get(url("me-attempt", attempt.pk)).context["items"]

    first = shown()
    for question in attempt.paper:
        question["answer"] = [len(question["options"]) - 1]
    attempt.save(update_fields=["paper"])
    assert shown() == first


@pytest.mark.trust("C14")
def test_after_release_the_score_and_no_key(client, released, people):
    attempt = Attempt.objects.get(enrolment=people[2])
    client.force_login(people[2].member.user)
    page = client.get(url("me-result", attempt.pk))
    text = page.content.decode()
    assert (page.context["right"], page.context["passed"]) == (1, False)
    assert not [question["stem"] for question in attempt.paper if question["stem"] in text]


# Retakes, make-ups, surveys --------------------------------------------------------------------------
def test_what_is_owed_appears_for_the_member(client, released, running, people, clerk):
    for session in Session.objects.filter(training_class=running):
        mark(session, people[3], "present", clerk)
    TrainingClass.objects.filter(pk=running.pk).update(state="closing", closing_at=timezone.now())
    sweep(timezone.now(), drain=True)
    now = timezone.now()
    assert [row.kind for row in owed_by(people[2].member, now)] == ["retake", "make_up"]
    assert [row.kind for row in owed_by(people[3].member, now)] == ["retake", "survey"]
    assert [row.kind for row in owed_by(people[0].member, now)] == ["make_up"]
    client.force_login(people[3].member.user)
    page, home = client.get(url("me-exams")), client.get("/me/")
    assert ([row.kind for row in page.context["debts"]], len(page.context["surveys"])) == (["retake"], 1)
    assert [("等您办的 <small>1 件" in text, "请您评课" in text) for text in [page.content.decode()]] == [(True, True)]
    assert (len(home.context["debts"]), len(home.context["surveys"])) == (1, 1)
    assert MakeUp.objects.count() == 5


def test_a_retake_is_sat_from_the_exam_page_and_known_at_once(client, released, people):
    sweep(timezone.now(), drain=True)
    client.force_login(people[2].member.user)
    assert client.get(url("me-exam", released.pk)).context["can_start"] is True
    page = client.post(url("me-start", released.pk), follow=True)
    attempt = Attempt.objects.get(enrolment=people[2], sitting=1)
    assert page.redirect_chain[-1][0] == url("me-attempt", attempt.pk)
    done = client.post(url("me-submit", attempt.pk), {"answers": json.dumps(right(attempt))}, follow=True)
    assert "补考及格，成绩按 60 分计入。" in done.content.decode()
    assert Retake.objects.get(enrolment=people[2]).state == "passed"


def test_after_a_failed_retake_the_chances_left_are_said(client, released, people):
    sweep(timezone.now(), drain=True)
    client.force_login(people[2].member.user)
    client.post(url("me-start", released.pk))
    attempt = Attempt.objects.get(enrolment=people[2], sitting=1)
    page = client.post(url("me-submit", attempt.pk), {"answers": "[]"}, follow=True).content.decode()
    assert f"您还有 {released.retake_max - 1} 次补考机会" in page
    type(released).objects.update(retake_max=1)
    page = client.get(url("me-result", attempt.pk)).content.decode()
    assert "1 次补考机会都用完了" in page


@pytest.fixture
def ticket(running, people, clerk, client) -> SurveyTicket:
    for enrolment in people:
        mark(Session.objects.filter(training_class=running).first(), enrolment, "present", clerk)
    TrainingClass.objects.filter(pk=running.pk).update(state="closing", closing_at=timezone.now())
    sweep(timezone.now(), drain=True)
    client.force_login(people[0].member.user)
    return SurveyTicket.objects.get(enrolment=people[0])


def _filled(ticket: SurveyTicket) -> dict[str, str]:
    return {f"r{question['id']}": "3" for question in ticket.survey.questions} | {"comment": "很好"}


def test_the_survey_is_answered_once_and_thanks(client, ticket):
    page = url("me-survey", ticket.pk)
    assert client.get(page).status_code == 200
    assert client.post(page, _filled(ticket)).url == page
    assert client.post(page, _filled(ticket) | {"comment": "又来"}).url == page
    assert list(SurveyAnswer.objects.values_list("comment", flat=True)) == ["很好"]
    assert "收到了，谢谢您" in client.get(page).content.decode()


def test_a_missing_item_is_named_and_the_rest_stays(client, ticket):
    half = _filled(ticket)
    half.pop(f"r{ticket.survey.questions[0]['id']}")
    text = client.post(url("me-survey", ticket.pk), half).content.decode()
    assert "这一项还没有选。" in text
    assert "很好" in text
    assert text.count(" checked") == 4
    assert SurveyAnswer.objects.count() == 0


def test_answering_sets_no_cookie_and_touches_no_session(client, ticket):

    before = list(BrowserSession.objects.values_list("session_key", "session_data", "expire_date"))
    answer = client.post(url("me-survey", ticket.pk), _filled(ticket))
    assert list(BrowserSession.objects.values_list("session_key", "session_data", "expire_date")) == before
    assert set(answer.cookies) <= {"csrftoken"}


def test_a_closed_survey_says_so(client, ticket, time_machine):
    time_machine.move_to(ticket.survey.closes_at)
    client.force_login(ticket.enrolment.member.user)
    page = url("me-survey", ticket.pk)
    assert "测评已经结束" in client.get(page).content.decode()
    assert client.post(page, _filled(ticket)).status_code == 200
    assert SurveyAnswer.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_elses_survey_is_not_found(client, ticket, people, clerk, method):
    page = url("me-survey", ticket.pk)
    client.force_login(people[1].member.user)
    assert getattr(client, method)(page, _filled(ticket)).status_code == 404
    client.force_login(clerk)
    assert getattr(client, method)(page).status_code == 403
    client.force_login(UserFactory())
    assert getattr(client, method)(page).status_code == 403
    client.logout()
    assert getattr(client, method)(page).status_code == 302
    assert SurveyAnswer.objects.count() == 0


def test_the_bank_is_not_for_members(client, me, bank):
    question = Question.objects.first()
    for page in (url("town-banks"), url("town-bank", bank.pk), url("town-question-edit", question.pk)):
        assert client.get(page).status_code == 403
