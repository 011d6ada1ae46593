"""The clerk's pages."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from assessments.actions import answer_survey, start_attempt
from assessments.due import desk_work
from assessments.figures import open_make_ups, open_retakes, pass_rate, survey_answers
from assessments.models import Exam, MakeUp, Question, QuestionBank, Retake, Survey, SurveyTicket
from juxian.obligations.sweep import sweep
from juxian.people.models import Grant, ImportRun, Town, User
from tests.assessments.conftest import SMALL, mark
from tests.factories import BankFactory, ClassFactory, GrantFactory, UserFactory
from trainings.models import Enrolment, Session, TrainingClass

pytestmark = pytest.mark.db_engine


@pytest.fixture
def auditor(db) -> User:
    return GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user


@pytest.fixture
def closed(released, running, people, clerk) -> TrainingClass:
    """The released exam's class, closing: four retakes, one make-up, a survey."""
    for enrolment in people[:5]:
        for session in Session.objects.filter(training_class=running):
            mark(session, enrolment, "present", clerk)
    TrainingClass.objects.filter(pk=running.pk).update(state="closing", closing_at=timezone.now())
    sweep(timezone.now(), drain=True)
    running.refresh_from_db()
    return running


def url(name: str, *keys: object) -> str:
    return reverse(f"assessments:{name}", args=keys)


def _form(bank: QuestionBank, **changes: object) -> dict[str, object]:
    times = {"opens_at": "2026-11-23T16:00", "closes_at": "2026-11-23T18:00", "duration_minutes": 45, "pass_mark": 60}
    return {"bank": bank.pk} | times | SMALL | changes


def test_a_clerk_arranges_an_exam(client, clerk, running, bank):
    client.force_login(clerk)
    page = url("town-exam-set-up", running.pk)
    assert client.get(page).context["form"].initial["duration_minutes"] == 60
    answer = client.post(page, _form(bank))
    exam = Exam.objects.get()
    assert answer.url == url("town-exam", exam.pk)
    assert (exam.duration_minutes, timezone.localtime(exam.opens_at).hour, exam.single_count) == (45, 16, 4)


def test_a_short_bank_is_told_on_the_form(client, clerk, running, town):
    client.force_login(clerk)
    poor = BankFactory(town=town, name="空题库")
    text = client.post(url("town-exam-set-up", running.pk), _form(poor)).content.decode()
    assert "题库“空题库”的单选题不够：要 4 道，现有 0 道，还差 4 道。" in text
    assert Exam.objects.count() == 0


def test_the_bank_of_another_town_cannot_be_chosen(client, clerk, running, other_town):
    client.force_login(clerk)
    foreign = BankFactory(town=other_town)
    page = client.post(url("town-exam-set-up", running.pk), _form(foreign))
    assert list(page.context["form"].errors) == ["bank"]


def test_the_exam_tab_leads_to_the_exam_or_to_arranging_it(client, clerk, running, bank):
    client.force_login(clerk)
    assert url("town-exam-set-up", running.pk) in client.get(url("town-class-exam", running.pk)).content.decode()
    client.post(url("town-exam-set-up", running.pk), _form(bank))
    assert client.get(url("town-class-exam", running.pk)).url == url("town-exam", Exam.objects.get().pk)


def test_a_clerk_sees_who_sat_but_no_score_before_release(client, clerk, exam, people, sit):
    sit(people[0], wrong=1)
    start_attempt(exam=exam, enrolment=people[1], by=None)
    client.force_login(clerk)
    page = client.get(url("town-exam", exam.pk))
    assert page.context["counts"] == {"seated": 6, "done": 1, "sitting": 1, "absent": 4, "passed": 0}
    assert "90" not in [part for row in page.context["people"] for part in map(str, row)]
    assert not any("score" in row for row in page.context["people"])


def test_a_clerk_releases(client, clerk, exam, people, sit, time_machine):
    sit(people[0])
    client.force_login(clerk)
    client.post(url("town-exam-release", exam.pk))
    exam.refresh_from_db()
    assert exam.released_at is None
    time_machine.move_to(exam.closes_at)
    client.force_login(clerk)
    client.post(url("town-exam-release", exam.pk))
    exam.refresh_from_db()
    assert exam.released_by == clerk
    page = client.get(url("town-exam", exam.pk))
    assert page.context["counts"]["passed"] == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_exam_page_keeps_its_number_of_queries(client, clerk, exam, people, sit, number, django_assert_num_queries):
    for enrolment in people[:number]:
        sit(enrolment)
    Enrolment.objects.filter(pk__in=[row.pk for row in people[number:]]).update(
        state="cancelled", cancelled_at=timezone.now()
    )
    client.force_login(clerk)
    client.get(url("town-exam", exam.pk))
    with django_assert_num_queries(13):
        client.get(url("town-exam", exam.pk))


def test_remedies_are_listed_and_a_make_up_registered(client, clerk, closed, people):
    client.force_login(clerk)
    page = client.get(url("town-remedies"))
    assert (len(page.context["retakes"]), len(page.context["make_ups"])) == (4, 1)
    make_up = MakeUp.objects.get()
    assert client.get(url("town-make-up", make_up.pk)).context["sessions"].count() == 2
    assert client.post(url("town-make-up", make_up.pk), {"note": ""}).status_code == 200
    done = client.post(url("town-make-up", make_up.pk), {"note": "12月1日补听", "go": "done"})
    make_up.refresh_from_db()
    assert (done.url, make_up.state) == (url("town-remedies"), "done")
    assert len(client.get(url("town-remedies")).context["make_ups"]) == 0
    assert len(client.get(url("town-remedies") + "?all=1").context["make_ups"]) == 1


def test_a_make_up_is_dropped_with_a_reason(client, clerk, closed):
    client.force_login(clerk)
    make_up = MakeUp.objects.get()
    client.post(url("town-make-up", make_up.pk), {"note": "点名更正", "go": "cancel"})
    make_up.refresh_from_db()
    assert make_up.state == "cancelled"


@pytest.mark.parametrize("keep", [1, 3])
def test_remedies_keep_their_number_of_queries(client, clerk, closed, people, keep, django_assert_num_queries):
    Retake.objects.filter(pk__in=list(Retake.objects.values_list("pk", flat=True)[keep:])).update(
        state="cancelled", closed_at=timezone.now()
    )
    for enrolment in people[: keep - 1]:
        MakeUp.objects.create(enrolment=enrolment, missed_hours=4, due_on=timezone.localdate())
    client.force_login(clerk)
    client.get(url("town-remedies"))
    with django_assert_num_queries(9):
        client.get(url("town-remedies"))


def test_survey_results_show_nothing_below_five(client, clerk, closed):
    survey = Survey.objects.get(training_class=closed)
    client.force_login(clerk)
    page = url("town-survey", survey.pk)
    for number, ticket in enumerate(SurveyTicket.objects.filter(survey=survey), start=1):
        answer_survey(ticket=ticket, ratings={question["id"]: 4 for question in survey.questions}, comment="意见金丝雀")
        text = client.get(page).content.decode()
        assert ("意见金丝雀" in text) == (number >= 5)
        assert ("<b>4.00</b>" in text) == (number >= 5)


def test_the_survey_tab_waits_for_closing(client, clerk, running):
    client.force_login(clerk)
    assert "测评还没开放" in client.get(url("town-class-survey", running.pk)).content.decode()


def test_a_clerk_keeps_the_own_banks(client, clerk, town):
    client.force_login(clerk)
    made = client.post(url("town-bank-add"), {"code": "DD-9", "name": "大店题库", "town": town.pk})
    bank = QuestionBank.objects.get()
    assert made.url == url("town-bank", bank.pk)
    question = {"kind": "multiple", "stem": "哪些是颜色？", "options": "红\n蓝\n快", "answer": "a，b"}
    client.post(url("town-question-add", bank.pk), question)
    row = Question.objects.get()
    assert (row.options, row.answer) == (["红", "蓝", "快"], [0, 1])
    client.post(url("town-question-edit", row.pk), question | {"answer": "AC"})
    client.post(url("town-question-retire", row.pk))
    client.post(url("town-question-retire", row.pk))
    row.refresh_from_db()
    assert (row.answer, row.retired_at is not None) == ([0, 2], True)
    client.post(url("town-question-add", bank.pk), question)
    row.refresh_from_db()
    assert (Question.objects.count(), row.retired_at) == (1, None)


def test_a_bad_question_says_what_is_wrong(client, clerk, bank):
    client.force_login(clerk)
    page = url("town-question-add", bank.pk)
    before = Question.objects.count()
    for changes, words in (
        ({"answer": "AB"}, "单选题和判断题只能有 1 个正确答案。"),
        ({"answer": "D"}, "正确答案指向了不存在的选项。"),
        ({"options": "一"}, "选项要有 2 到 8 个，现在有 1 个。"),
        ({"kind": "multiple"}, "多选题至少要有 2 个正确答案；只有 1 个时请改为单选。"),
        ({"kind": "true_false", "answer": "也许"}, "判断题的答案填“正确”或“错误”，现在是“也许”。"),
    ):
        form = {"kind": "single", "stem": "题", "options": "一\n二", "answer": "A"} | changes
        assert words in client.post(page, form).content.decode()
    assert Question.objects.count() == before


@pytest.mark.parametrize("more", [0, 2])
def test_banks_keep_their_number_of_queries(client, clerk, bank, town, more, django_assert_num_queries):
    for _ in range(more):
        BankFactory(town=town)
    client.force_login(clerk)
    client.get(url("town-banks"))
    with django_assert_num_queries(6):
        client.get(url("town-banks"))
    with django_assert_num_queries(10):
        client.get(url("town-bank", bank.pk))


def test_shared_banks_are_read_by_clerks_and_written_by_the_county(client, clerk, county):
    shared = BankFactory(town=None)
    form = {"kind": "single", "stem": "共用题", "options": "一\n二", "answer": "A"}
    client.force_login(clerk)
    assert client.get(url("town-bank", shared.pk)).status_code == 200
    assert client.post(url("town-question-add", shared.pk), form).status_code == 403
    client.force_login(county)
    assert client.post(url("town-question-add", shared.pk), form).status_code == 302
    assert Question.objects.count() == 1


def test_questions_are_imported_through_the_page(client, clerk, bank):
    book = Workbook()
    book.active.append(["题型", "题干", "选项A", "选项B", "正确答案"])
    book.active.append(["单选", "导入的题", "对的", "错的", "A"])
    stream = BytesIO()
    book.save(stream)
    client.force_login(clerk)
    file = SimpleUploadedFile("题目.xlsx", stream.getvalue())
    uploaded = client.post(url("town-bank-import", bank.pk), {"file": file})
    run = ImportRun.objects.get()
    assert uploaded.url == reverse("people:town-import", args=[run.pk])
    sweep(timezone.now(), drain=True)
    page = client.get(uploaded.url)
    assert [(crumb.label, crumb.url) for crumb in page.context["crumbs"]] == [
        ("题库", url("town-banks")),
        (bank.name, url("town-bank", bank.pk)),
        ("导入试题", url("town-bank-import", bank.pk)),
    ]
    assert (page.context["nav"], page.content.decode().count("<small>道</small>")) == ("banks", 3)
    assert page.content.decode().count("<small>人</small>") == 0
    client.post(reverse("people:town-import-commit", args=[run.pk]))
    sweep(timezone.now(), drain=True)
    assert Question.objects.filter(bank=bank, stem="导入的题").count() == 1
    done = client.get(uploaded.url).content.decode()
    assert done.count(f'href="{url("town-bank", bank.pk)}">看题库</a>') == 1
    assert done.count("新增 1 道") == 1
    assert client.get(reverse("people:town-imports")).context["page"].paginator.count == 0


def test_a_dropped_question_import_leads_back_to_the_bank(client, clerk, bank):
    path = url("town-bank-import", bank.pk)
    client.force_login(clerk)
    client.post(path, {"file": SimpleUploadedFile("题目.csv", "题型,题干,正确答案\n".encode())})
    run = ImportRun.objects.get()
    assert client.post(reverse("people:town-import-drop", args=[run.pk])).url == path


def test_a_bank_code_in_use_is_told(client, clerk, bank):
    client.force_login(clerk)
    answer = client.post(url("town-bank-add"), {"code": bank.code, "name": "又一个", "town": bank.town_id})
    assert answer.context["form"].errors == {"code": ["这个编号已有题库在用，请换一个。"]}


def test_a_file_that_is_no_table_is_told_on_the_form(client, clerk, bank):
    client.force_login(clerk)
    for content, words in ((b"%PDF-1.7", "这是 PDF，不是表格。"), (b"", "一个字节也没有")):
        file = SimpleUploadedFile("题目.xlsx", content)
        assert words in client.post(url("town-bank-import", bank.pk), {"file": file}).content.decode()


def test_the_template_downloads(client, clerk):
    client.force_login(clerk)
    content = b"".join(client.get(url("town-bank-template")).streaming_content)
    heads = next(load_workbook(BytesIO(content)).worksheets[0].values)
    assert heads[:3] == ("题型（必填）", "题干（必填）", "选项A")


# Who may come ----------------------------------------------------------------------------------------
WRITES = ["town-exam-set-up", "town-exam-release", "town-make-up", "town-question-add", "town-question-edit",
          "town-question-retire", "town-bank-import"]  # fmt: skip
READS = ["town-class-exam", "town-class-survey", "town-exam", "town-survey", "town-bank"]


@pytest.fixture
def pages(closed, bank) -> dict[str, str]:
    exam, survey = Exam.objects.get(), Survey.objects.get()
    keys = {"town-exam-set-up": closed.pk, "town-class-exam": closed.pk, "town-class-survey": closed.pk}
    keys |= {"town-exam": exam.pk, "town-exam-release": exam.pk, "town-survey": survey.pk}
    keys |= {"town-make-up": MakeUp.objects.get().pk, "town-bank": bank.pk, "town-bank-import": bank.pk}
    question = Question.objects.first().pk
    keys |= {"town-question-add": bank.pk, "town-question-edit": question, "town-question-retire": question}
    return {name: url(name, key) for name, key in keys.items()}


def test_another_towns_rows_are_not_found(client, other_clerk, pages):
    client.force_login(other_clerk)
    found = {(name, method): getattr(client, method)(page).status_code for name, page in pages.items()
             for method in ("get", "post")}  # fmt: skip
    by_method = {"town-exam-release": "get", "town-question-retire": "get"}
    wrong = {key: status for key, status in found.items() if status != 404 and by_method.get(key[0]) != key[1]}
    assert wrong == {}


def test_members_and_strangers_stay_outside(client, people, pages):
    client.force_login(people[0].member.user)
    plain = {"town-remedies": url("town-remedies"), "town-banks": url("town-banks"), "add": url("town-bank-add")}
    assert {client.post(page).status_code for page in (pages | plain).values()} == {403}
    client.logout()
    assert {client.get(page).url for page in pages.values()} == {f"/login/?next={page}" for page in pages.values()}


def test_auditors_read_and_do_not_write(client, auditor, pages):
    client.force_login(auditor)
    assert {name: client.get(pages[name], follow=True).status_code for name in READS} == dict.fromkeys(READS, 200)
    assert {name: client.post(pages[name]).status_code for name in WRITES} == dict.fromkeys(WRITES, 403)


def test_the_county_writes_for_every_town(client, county, running, bank):
    client.force_login(county)
    client.post(url("town-exam-set-up", running.pk), _form(bank))
    assert Exam.objects.count() == 1


# Desk and figures ------------------------------------------------------------------------------------
def test_the_desk_says_what_to_do_next(clerk, town: Town, running, bank, exam, time_machine):
    other = ClassFactory(town=town, state="approved", created_by=clerk, title="新班")
    now = timezone.now()
    assert [(row.what, row.url) for row in desk_work(town, now)] == [
        ("安排结业考试：新班", url("town-exam-set-up", other.pk))
    ]
    later = exam.closes_at + timedelta(minutes=1)
    assert [row.button for row in desk_work(town, later)] == ["去公布", "去安排"]


def test_the_desk_and_the_figures_count_from_rows(closed, town, other_town):
    assert [row.what for row in desk_work(town, timezone.now())] == [f"安排补课：{closed.title}，1 人"]
    assert desk_work(other_town, timezone.now()) == []
    assert (open_retakes(), open_make_ups(), open_retakes([other_town])) == (4, 1, 0)
    assert (pass_rate().part, pass_rate().whole, pass_rate([other_town]).percent) == (2, 4, None)
    assert (survey_answers().part, survey_answers().whole) == (0, 5)


def test_the_county_narrows_remedies_to_a_town_and_to_overdue_ones(client, county, clerk, closed, other_town):
    MakeUp.objects.update(due_on=timezone.localdate() - timedelta(days=3))
    code = closed.town.code

    def found(query):
        page = client.get(url("town-remedies") + query)
        return page, (page.context["retakes"].paginator.count, page.context["make_ups"].paginator.count)

    client.force_login(county)
    page, counts = found(f"?town={code}&overdue=1")
    assert counts == (0, 1)
    assert "逾期 3 天" in page.content.decode()
    assert page.content.decode().count(f"<td>{closed.town.name}</td>") == 1
    assert [found(query)[1] for query in ("", f"?town={other_town.code}")] == [(4, 1), (0, 0)]
    client.force_login(clerk)
    assert found(f"?town={other_town.code}")[1] == (4, 1)
