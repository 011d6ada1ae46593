"""The pages of inspections: who gets in, what they do, what they ask the database."""

import json
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from centres import actions
from centres.models import Centre, Finding, Inspection, InspectionPhoto, InspectionResult
from juxian.messages.models import InboxMessage
from juxian.obligations.models import Obligation
from juxian.people.models import Grant, User
from tests.centres.inspecting import in_days, inspected, judge, make_standard, picture, result_of
from tests.factories import CentreFactory, GrantFactory, UserFactory

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def centre(town) -> Centre:
    make_standard()
    return CentreFactory(town=town)


@pytest.fixture
def inspector(db) -> User:
    return GrantFactory(user=UserFactory(username="inspector", name="示例检查员"), kind=Grant.Kind.INSPECTOR).user


@pytest.fixture
def auditor(db) -> User:
    return GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def save(client: Client, row: InspectionResult, **sent):
    body = {"verdict": "met", "note": "", "seq": 1, "base": 0} | sent
    return client.post(f"/inspect/results/{row.pk}/", json.dumps(body), content_type="application/json", headers=JSON)


def test_start_from_the_list_and_go_on(centre, inspector) -> None:
    client = as_(inspector)
    for _ in range(2):
        answer = client.post(f"/inspect/centres/{centre.pk}/start/", {"kind": "county"}, follow=True)
    one = Inspection.objects.get()
    assert answer.request["PATH_INFO"] == f"/inspect/{one.pk}/"
    assert [(name, len(rows)) for name, rows in answer.context["groups"]] == [("四区", 2), ("六有", 2)]
    answer = client.post(f"/inspect/centres/{centre.pk}/start/", {"kind": "dance"}, follow=True)
    assert said(answer) == ["请选是自查、检查还是复查。"]


def test_who_may_start(centre, auditor, other_clerk, member, clerk, inspector) -> None:
    path = f"/inspect/centres/{centre.pk}/start/"
    statuses = [
        as_(auditor).post(path, {"kind": "county"}).status_code,
        as_(other_clerk).post(path, {"kind": "self"}).status_code,
        as_(member.user).post(path, {"kind": "self"}).status_code,
        as_(clerk).post(path, {"kind": "county"}).status_code,
        as_(inspector).post(path, {"kind": "self"}).status_code,
        Client().post(path).status_code,
    ]
    assert (statuses, Inspection.objects.count()) == ([403, 404, 403, 403, 403, 302], 0)


@time_machine.travel("2026-11-23 10:05+08:00", tick=False)
def test_an_item_is_saved_by_itself(centre, inspector, clerk, other_clerk, auditor) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    row, client = result_of(one, "have-signs"), as_(inspector)
    answer = save(client, row, verdict="unmet", note="牌子掉了", seq=5)
    assert (answer.status_code, answer.json()) == (
        200,
        {"verdict": "unmet", "note": "牌子掉了", "seq": 5, "saved_at": "10:05"},
    )
    late = save(client, row, seq=6, base=0)
    assert (late.status_code, late.json()["code"], late.json()["now"]) == (409, "changed", answer.json())
    assert save(client, row, verdict="partly", seq=6, base=5).json()["seq"] == 6
    assert (save(client, row, seq="x").status_code, save(client, row, verdict=7).status_code) == (400, 400)
    broken = client.post(f"/inspect/results/{row.pk}/", "{", content_type="application/json", headers=JSON)
    assert broken.status_code == 400
    assert [save(as_(who), row, seq=9).status_code for who in (clerk, other_clerk, auditor)] == [403, 404, 403]
    judge(one, inspector)
    actions.submit_inspection(inspection=one, rectify_by=None, by=inspector)
    refused = save(client, row, seq=10**9)
    assert (refused.status_code, refused.json()["code"]) == (409, "finished")


def test_a_picture_is_kept_once_and_drawn_anew(centre, inspector, clerk, other_clerk) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    row, client, key = result_of(one, "have-signs"), as_(inspector), uuid4().hex
    path = f"/inspect/results/{row.pk}/"
    answers = [client.post(path, {"photos": picture(), "key": key}, headers=JSON).json() for _ in range(2)]
    photo = InspectionPhoto.objects.get()
    assert [answer["photo"] for answer in answers] == [photo.pk, photo.pk]
    assert (photo.file.kind, photo.file.original_name) == ("jpeg", "示例.jpg")
    shown = as_(clerk).get(answers[0]["url"])
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"
    assert as_(other_clerk).get(answers[0]["url"]).status_code == 404
    wrong = picture("示例.exe")
    wrong.file.seek(0)
    wrong.file.write(b"MZ")
    wrong.file.seek(0)
    refused = client.post(path, {"photos": wrong, "key": uuid4().hex}, headers=JSON)
    assert (refused.status_code, refused.json()["error"][:14]) == (400, "“示例.exe”不是照片。请")
    client.post(answers[0]["drop"])
    assert InspectionPhoto.objects.count() == 0


def test_the_plain_form_saves_an_item_with_pictures(centre, inspector) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    row = result_of(one, "have-signs")
    sent = {"verdict": "unmet", "note": "牌子掉了", "base": "0", "photos": [picture("一.jpg"), picture("二.jpg")]}
    answer = as_(inspector).post(f"/inspect/results/{row.pk}/", sent)
    assert answer.headers["Location"] == f"/inspect/{one.pk}/#i{row.pk}"
    row.refresh_from_db()
    assert (row.verdict, row.note, row.photos.count()) == ("unmet", "牌子掉了", 2)


def items(answer) -> dict[str, list[str]]:
    """What is said at the items of the hall."""
    rows = [item for _, rows in answer.context["groups"] for item in rows]
    return {item.result.item.name: item.said for item in rows if item.said}


def test_the_plain_form_says_at_the_item_what_it_did_not_keep(centre, inspector) -> None:
    row = result_of(actions.start_inspection(centre=centre, kind="county", by=inspector), "have-signs")
    wrong = SimpleUploadedFile("示例.exe", b"MZ")
    sent = {"verdict": "unmet", "note": "牌子掉了", "base": "0", "photos": [wrong, picture()]}
    answer = as_(inspector).post(f"/inspect/results/{row.pk}/", sent)
    row.refresh_from_db()
    assert (row.verdict, row.photos.count(), said(answer)) == ("unmet", 1, [])
    assert items(answer) == {"标识": ["“示例.exe”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。"]}


def test_the_plain_form_of_an_older_page_is_shown_what_stands_and_may_choose(centre, inspector, county) -> None:
    row = result_of(actions.start_inspection(centre=centre, kind="county", by=inspector), "have-signs")
    path, mine = f"/inspect/results/{row.pk}/", {"verdict": "met", "note": "看过了"}
    as_(county).post(path, {"verdict": "unmet", "note": "牌子掉了", "base": "0"})
    answer = as_(inspector).post(path, mine | {"base": "0"})
    (text,) = items(answer)["标识"]
    assert "记为“未达标”，情况是“牌子掉了”。您这里的还没有存，请选留哪一个。" in text
    (shown,) = [item for _, rows in answer.context["groups"] for item in rows if item.said]
    row.refresh_from_db()
    assert (row.verdict, shown.stands, shown.result.verdict, shown.result.note) == ("unmet", True, "met", "看过了")
    assert shown.result.client_seq == row.client_seq  # what the form is based on now
    assert as_(inspector).post(path, mine | {"base": str(row.client_seq)}).status_code == 302
    row.refresh_from_db()
    assert (row.verdict, row.note) == ("met", "看过了")
    assert items(as_(inspector).post(path, mine | {"base": "x"})) == {"标识": ["这一条读不出来，请刷新页面再选一次。"]}


def test_what_keeps_it_from_being_handed_in_is_said_where_it_is(centre, inspector) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    client, rows = as_(inspector), {key: result_of(one, key) for key in ("zone-office", "have-signs")}
    unseen, untold = "这一项还没有结果，请选一个。", "请在“情况”里写明问题。"
    save(client, rows["zone-office"], verdict="met")
    save(client, rows["have-signs"], verdict="unmet")
    answer = client.post(f"/inspect/{one.pk}/submit/", {"rectify_by": "2026-01-01"})
    first = result_of(one, "zone-teaching").pk
    assert answer.headers["Location"] == f"/inspect/{one.pk}/?rectify_by=2026-01-01#i{first}"
    page = client.get(answer.headers["Location"])
    assert items(page) == {"教学区": [unseen], "标识": [untold], "党建书籍": [unseen]}
    assert page.context["form"].errors == {"rectify_by": ["整改期限不能早于今天。"]}
    assert page.context["form"]["rectify_by"].value() == "2026-01-01"
    judge(one, inspector, have_signs="牌子掉了")
    answer = client.post(f"/inspect/{one.pk}/submit/", {"rectify_by": "nonsense"})
    assert answer.headers["Location"] == f"/inspect/{one.pk}/?rectify_by=nonsense#in-submit"
    page = client.get(answer.headers["Location"])
    assert (items(page), list(page.context["form"].errors)) == ({}, ["rectify_by"])


def test_hand_in_sign_and_send_back(centre, inspector, clerk) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    judge(one, inspector, have_signs="牌子掉了")
    as_(inspector).post(f"/inspect/{one.pk}/submit/", {"rectify_by": in_days(9).isoformat()})
    assert InboxMessage.objects.get(town=centre.town).link == f"/inspect/{one.pk}/"
    assert as_(inspector).post(f"/inspect/{one.pk}/confirm/").status_code == 403
    as_(clerk).post(f"/inspect/{one.pk}/return/", {"reason": "牌子在门内"})
    one.refresh_from_db()
    assert (one.state, one.returned_reason) == ("draft", "牌子在门内")
    as_(inspector).post(f"/inspect/{one.pk}/submit/", {"rectify_by": in_days(9).isoformat()})
    as_(clerk).post(f"/inspect/{one.pk}/confirm/", {"remark": "属实"})
    one.refresh_from_db()
    assert (one.state, one.remark, Finding.objects.get().due_on) == ("confirmed", "属实", in_days(9))


def test_drop_what_was_started_by_mistake(centre, clerk) -> None:
    one = actions.start_inspection(centre=centre, kind="self", by=clerk)
    answer = as_(clerk).post(f"/inspect/{one.pk}/drop/")
    assert (answer.headers["Location"], Inspection.objects.count()) == ("/town/centre/inspections/", 0)


def test_rectify_by_the_page_keeps_what_was_typed(centre, inspector, clerk, county, other_clerk) -> None:
    actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
    path = f"/town/centre/findings/{Finding.objects.get().pk}/"
    assert as_(county).get(path).context["form"] is None
    assert (as_(other_clerk).get(path).status_code, as_(county).post(f"{path}rectify/").status_code) == (404, 403)
    client, key = as_(clerk), uuid4().hex
    page = client.post(f"{path}rectify/", {"text": "换了新的", "key": key})
    assert page.context["form"].non_field_errors() == ["请至少传一张整改后的照片。"]
    assert page.context["form"]["text"].value() == "换了新的"
    for _ in range(2):
        client.post(f"{path}rectify/", {"text": "换了新的", "key": key, "photos": [picture(), picture("二.jpg")]})
    page = client.get(path)
    assert [(what, row.text, row.photos.count()) for _, what, row in page.context["steps"]] == [("done", "换了新的", 2)]
    client.post(f"{path}assign/", {"owner": "示例乙"})
    finding = Finding.objects.get()
    assert (finding.owner, finding.state) == ("示例乙", "rectified")
    assert said(client.post(f"{path}assign/", {"owner": " "}, follow=True))[-1:] == ["请填责任人姓名。"]


def test_the_towns_page(centre, clerk, inspector, county, other_clerk, member) -> None:
    one = inspected(centre, inspector, have_signs="牌子掉了")
    page = as_(clerk).get("/town/centre/inspections/")
    assert (page.context["waiting"], page.context["may_write"]) == ([one], True)
    read = as_(county).get("/town/centre/inspections/?town=371327102")
    assert (read.context["inspections"], read.context["may_write"]) == ([one], False)
    assert as_(county).get("/town/centre/inspections/").headers["Location"] == "/inspect/"
    CentreFactory(town=other_clerk.clerk_town)
    assert as_(other_clerk).get("/town/centre/inspections/?town=371327102").status_code == 404
    assert as_(other_clerk).get(f"/inspect/{one.pk}/").status_code == 404
    assert as_(member.user).get("/town/centre/inspections/").status_code == 403


@pytest.mark.parametrize("others", [0, 2])
def test_the_list_asks_the_same_number_of_times(centre, inspector, clerk, django_assert_num_queries, others) -> None:
    for _ in range(others):
        CentreFactory()
    for row in Centre.objects.all():
        inspected(row, inspector, have_signs="牌子掉了")
    client = as_(inspector)
    client.get("/inspect/")
    with django_assert_num_queries(8):
        client.get("/inspect/")


@pytest.mark.parametrize("times", [1, 3])
def test_the_towns_page_asks_the_same_number_of_times(
    centre, inspector, clerk, django_assert_num_queries, times
) -> None:
    for number in range(times):
        one = inspected(centre, inspector, have_signs="牌子掉了", **({"zone_office": "乱"} if number else {}))
        actions.confirm_inspection(inspection=one, by=clerk)
    client = as_(clerk)
    client.get("/town/centre/inspections/")
    with django_assert_num_queries(8):
        client.get("/town/centre/inspections/")


def test_the_worker_is_for_the_hall_only_and_is_never_kept(centre) -> None:
    """Its address is its reach; a browser asks for it whoever is signed in."""
    answer = Client().get("/inspect/worker.js")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/javascript")
    assert (answer.headers["Cache-Control"], "Service-Worker-Allowed" in answer.headers) == ("no-cache", False)


# Reminders -------------------------------------------------------------------------------------------
def letters(town) -> list[str]:
    rows = InboxMessage.objects.filter(town=town, key__startswith="centres.").exclude(key__contains="submitted")
    return list(rows.order_by("pk").values_list("title", flat=True))


def swept(day: str) -> None:
    with time_machine.travel(f"{day} 10:00+08:00", tick=False):
        for _ in range(2):
            call_command("sweep", drain=True, verbosity=0)


def test_the_town_is_reminded_before_and_after_the_day(centre, inspector, clerk) -> None:
    with time_machine.travel("2026-03-02 10:00+08:00"):
        one = inspected(centre, inspector, have_signs="牌子掉了")
        actions.confirm_inspection(inspection=one, by=clerk)
        assert Finding.objects.get().due_on.isoformat() == "2026-04-01"
    for day in ("2026-03-24", "2026-03-25", "2026-03-31", "2026-04-02"):
        swept(day)
    assert letters(centre.town) == ["整改还有 7 天到期：标识", "整改还有 1 天到期：标识", "整改已逾期 1 天：标识"]
    Finding.objects.update(state="rectified")
    swept("2026-04-09")
    assert len(letters(centre.town)) == 3


def test_a_reminder_whose_reason_is_gone_says_nothing(centre, inspector, clerk) -> None:
    """Twin of the guard: the obligation is there, the town was faster."""
    with time_machine.travel("2026-03-02 10:00+08:00"):
        actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
        finding = Finding.objects.get()
        Obligation.objects.create(
            kind="centres.finding_due", subject_kind="centres.finding", subject_id=finding.pk, stage=1499,
            due_at=timezone.now(), next_try_at=timezone.now(),
        )  # fmt: skip
        Finding.objects.update(state="rectified")
    swept("2026-03-03")
    assert (letters(centre.town), Obligation.objects.get().state) == ([], "superseded")


def test_the_town_is_reminded_to_sign(centre, inspector, clerk) -> None:
    with time_machine.travel("2026-03-02 10:00+08:00"):
        one = inspected(centre, inspector, have_signs="牌子掉了")
    swept("2026-03-04")
    assert letters(centre.town) == []
    swept("2026-03-05")
    assert letters(centre.town) == ["县级检查结果还没确认"]
    with time_machine.travel("2026-03-06 10:00+08:00"):
        actions.confirm_inspection(inspection=one, by=clerk)
    swept("2026-03-10")
    assert letters(centre.town) == ["县级检查结果还没确认"]
