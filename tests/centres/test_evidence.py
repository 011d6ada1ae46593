"""Evidence: handed in once, kept as it was, stale by its dates; who may see it."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from centres.actions.evidence import Days, add_file, add_statement, withdraw_evidence
from centres.evidence import FRESH, MISSING, SOON, STALE, standings
from centres.models import Evidence, StandardItem
from centres.reminders import EVIDENCE_ENDING
from juxian.audit.models import AuditEntry
from juxian.files.models import StoredFile
from juxian.files.store import path_of
from juxian.messages.models import InboxMessage
from juxian.obligations.models import Obligation
from juxian.obligations.sweep import sweep
from tests.centres.evidence_files import photo_file, standard_from
from tests.factories import CentreFactory
from tests.files.pictures import flood

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
TODAY = date(2026, 11, 23)
TAKEN = date(2026, 3, 5)  # by the camera of the test's photos


@pytest.fixture
def frozen():
    with time_machine.travel(datetime(2026, 11, 23, 4, tzinfo=UTC)):
        yield


@pytest.fixture
def centre(town):
    return CentreFactory(town=town)


@pytest.fixture
def item() -> StandardItem:
    return standard_from(date(2021, 1, 1), "zone-office", "have-flag").items.get(key="zone-office")


def days(taken: date | None = None, begins: date | None = None, until: date | None = None) -> Days:
    return Days(taken, begins, until)


def hand_in(centre, item, by, when: Days | None = None, **file: object) -> Evidence:
    return add_file(centre=centre, item=item, upload=photo_file(**file), days=when or Days(), by=by)


def test_a_photo_is_kept_with_its_thumbnail_its_day_and_who(centre, item, clerk) -> None:
    row = hand_in(centre, item, clerk)
    assert (row.taken_on, row.effective_from, row.valid_until) == (TAKEN, TAKEN, date(2027, 3, 4))
    assert (row.item_key, row.item_name, row.by_name, row.kind) == ("zone-office", "zone-office", str(clerk), "photo")
    assert len(row.file.sha256) == 64
    with Image.open(path_of(row.file)) as whole, Image.open(path_of(row.thumbnail)) as small:
        assert (dict(whole.getexif()), small.size) == ({}, (300, 100))
    entry = AuditEntry.objects.get(action="centres.evidence_add")
    assert (entry.subject_id, entry.town_code) == (str(row.pk), centre.town.code)


def test_the_same_photo_twice_is_one(centre, item, clerk) -> None:
    assert hand_in(centre, item, clerk).pk == hand_in(centre, item, clerk).pk
    assert (Evidence.objects.count(), StoredFile.objects.count(), AuditEntry.objects.count()) == (1, 2, 1)


def test_an_old_photo_does_not_become_new_by_other_days(centre, item, clerk) -> None:
    hand_in(centre, item, clerk)
    with pytest.raises(ValidationError, match="这张照片 2026年11月23日已经传过"):
        hand_in(centre, item, clerk, days(TODAY))
    assert Evidence.objects.count() == 1


def test_a_paper_and_a_statement_are_kept(centre, clerk) -> None:
    papers = standard_from(date(2021, 1, 1), "have-rules", evidence="paper", months=None).items.get()
    upload = SimpleUploadedFile("制度.pdf", b"%PDF-1.7 x")
    row = add_file(centre=centre, item=papers, upload=upload, days=days(TODAY), by=clerk)
    assert (row.kind, row.file.kind, row.thumbnail, row.valid_until) == ("paper", "pdf", None, None)
    said = standard_from(date(2022, 1, 1), "talk", evidence="statement", months=None).items.get()
    words = [add_statement(centre=centre, item=said, text=" 每周开会。 ", days=Days(), by=clerk) for _ in range(2)]
    assert (words[0].pk, words[0].text, words[0].kind) == (words[1].pk, "每周开会。", "statement")


@pytest.mark.parametrize(
    ("when", "field", "sentence"),
    [
        (days(TODAY + timedelta(days=1)), "taken_on", "这一天还没到"),
        (days(date(1800, 1, 1)), "taken_on", "不能早于 1949 年，请核对年份。"),
        (days(None, date(1800, 1, 1)), "effective_from", "生效日期要在 1949 年到 2027 年之间，请核对年份。"),
        (days(None, date(9999, 12, 31)), "effective_from", "生效日期要在 1949 年到 2027 年之间，请核对年份。"),
        (days(None, None, date(2926, 1, 1)), "valid_until", "有效期到了 2926 年，请核对年份。"),
        (days(TODAY, TODAY, TODAY - timedelta(days=1)), "valid_until", "早于生效日期（2026年11月23日）"),
        (days(TODAY, date(2026, 1, 1), date(2026, 2, 1)), "valid_until", "早于拍摄日期（2026年11月23日）"),
    ],
)
def test_impossible_days_are_refused_and_nothing_is_stored(centre, item, clerk, when, field, sentence) -> None:
    with pytest.raises(ValidationError) as refusal:
        hand_in(centre, item, clerk, when)
    assert sentence in refusal.value.message_dict[field][0]
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("begins", "until"), [(TODAY, TODAY - timedelta(days=1)), (TODAY - timedelta(days=9), TODAY - timedelta(days=1))]
)
def test_the_database_refuses_an_end_before_the_start(centre, clerk, begins, until) -> None:
    row = Evidence(centre=centre, item_key="a", item_name="a", kind="statement", text="字", by=clerk, by_name="x")
    row.taken_on, row.effective_from, row.valid_until = TODAY, begins, until
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    row.valid_until = TODAY
    row.save()


def test_a_camera_without_a_clock_counts_as_today(centre, item, clerk) -> None:
    out = BytesIO()
    Image.new("RGB", (30, 30), "blue").save(out, "JPEG")
    upload = SimpleUploadedFile("x.jpg", out.getvalue())
    row = add_file(centre=centre, item=item, upload=upload, days=Days(), by=clerk)
    assert (row.taken_on, row.valid_until) == (TODAY, date(2027, 11, 22))


def test_a_camera_from_another_century_counts_as_today(centre, item, clerk) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "1800:01:01 00:00:00"
    out = BytesIO()
    Image.new("RGB", (30, 30), "blue").save(out, "JPEG", exif=exif)
    upload = SimpleUploadedFile("x.jpg", out.getvalue())
    assert add_file(centre=centre, item=item, upload=upload, days=Days(), by=clerk).taken_on == TODAY


def test_only_the_town_and_the_county_hand_in(centre, item, other_clerk, county) -> None:
    with pytest.raises(PermissionDenied):
        hand_in(centre, item, other_clerk)
    assert hand_in(centre, item, county).by == county


def test_withdrawn_stays_and_says_why(centre, item, clerk) -> None:
    row = hand_in(centre, item, clerk)
    for _ in range(2):
        withdraw_evidence(evidence=row, reason=" 拍错了 ", by=clerk)
    row.refresh_from_db()
    assert (row.state, row.withdrawn_reason, row.withdrawn_name) == ("withdrawn", "拍错了", str(clerk))
    assert AuditEntry.objects.filter(action="centres.evidence_withdraw").count() == 1
    assert standings([centre], TODAY) == {}
    assert hand_in(centre, item, clerk).pk != row.pk


def test_what_was_handed_in_is_never_edited_or_deleted(centre, item, clerk) -> None:
    row = hand_in(centre, item, clerk)
    for change in ({"valid_until": date(2030, 1, 1)}, {"taken_on": TODAY}, {"by_name": "别人"}, {"item_key": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Evidence.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).delete()
    withdraw_evidence(evidence=row, reason="拍错了", by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(state="standing", withdrawn_at=None, withdrawn_reason="")


# Stale by itself -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("until", "state"),
    [
        (None, FRESH),
        (TODAY + timedelta(days=31), FRESH),
        (TODAY + timedelta(days=30), SOON),
        (TODAY, SOON),
        (TODAY - timedelta(days=1), STALE),
    ],
)
def test_the_dates_alone_make_it_stale(centre, clerk, until, state) -> None:
    open_end = standard_from(date(2021, 1, 1), "have-books", months=None).items.get()
    hand_in(centre, open_end, clerk, days(date(2026, 1, 1), until=until))
    found = standings([centre], TODAY)[centre.pk, "have-books"]
    assert (found.state, found.until) == (state, until)


def test_the_newest_end_counts_and_what_has_not_begun_does_not(centre, item, clerk) -> None:
    hand_in(centre, item, clerk, days(date(2025, 1, 1), until=date(2026, 1, 1)))
    assert standings([centre], TODAY)[centre.pk, "zone-office"].state == STALE
    hand_in(centre, item, clerk, days(TODAY, TODAY + timedelta(days=5)), width=310)
    assert standings([centre], TODAY)[centre.pk, "zone-office"].state == STALE
    assert standings([centre], TODAY + timedelta(days=5))[centre.pk, "zone-office"].state == FRESH
    assert Evidence.objects.filter(item_key="have-flag").count() == 0


def test_a_past_day_shows_what_stood_then(centre, item, clerk) -> None:
    row = hand_in(centre, item, clerk)
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        withdraw_evidence(evidence=row, reason="换新", by=clerk)
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        assert standings([centre], TODAY)[centre.pk, "zone-office"].state == FRESH
        assert standings([centre], TODAY - timedelta(days=1)) == {}
        assert standings([centre], TODAY + timedelta(days=11)) == {}


def test_the_same_queries_however_many_centres(centre, item, clerk, county, django_assert_num_queries) -> None:
    centres = [centre, CentreFactory(), CentreFactory()]
    for one in centres:
        hand_in(one, item, county)
    for some in (centres[:1], centres):
        with django_assert_num_queries(6):
            standings(some, TODAY)


# Told before it ends ---------------------------------------------------------------------------------
def told() -> list[str]:
    return list(InboxMessage.objects.order_by("pk").values_list("title", flat=True))


def at(day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)  # ten in the morning
    with time_machine.travel(moment):
        sweep(now=timezone.now())


def test_the_clerk_is_told_thirty_days_before_once(centre, item, clerk) -> None:
    row = hand_in(centre, item, clerk, days(TODAY, until=date(2027, 3, 1)))
    at(date(2027, 1, 29))
    assert told() == []
    for day in (date(2027, 1, 30), date(2027, 1, 31), date(2027, 3, 9)):
        at(day)
    letter = InboxMessage.objects.get()
    assert (letter.title, letter.town, letter.link) == (
        "“zone-office”的依据 2027年3月1日到期",
        centre.town,
        "/town/centre/standard/zone-office/",
    )
    assert Obligation.objects.get(kind=EVIDENCE_ENDING).subject_id == row.pk


def test_found_late_the_clerk_reads_that_it_has_ended(centre, item, clerk) -> None:
    hand_in(centre, item, clerk, days(TODAY, until=date(2027, 3, 1)))
    at(date(2027, 6, 1))
    assert told() == ["“zone-office”的依据已经到期"]


def test_newer_evidence_silences_the_old(centre, item, clerk) -> None:
    hand_in(centre, item, clerk, days(date(2026, 10, 1), until=date(2026, 12, 1)))
    hand_in(centre, item, clerk, days(TODAY, until=date(2027, 12, 1)), width=310)
    at(TODAY)
    assert (told(), Obligation.objects.filter(kind=EVIDENCE_ENDING).count()) == ([], 0)


def test_a_reminder_that_waits_is_replaced_by_new_evidence(centre, item, clerk) -> None:
    row = hand_in(centre, item, clerk, days(date(2026, 10, 1), until=date(2026, 12, 1)))
    waiting = Obligation.objects.create(
        kind=EVIDENCE_ENDING,
        subject_kind="centres.evidence",
        subject_id=row.pk,
        due_at=timezone.now() - timedelta(days=1),
        next_try_at=timezone.now() - timedelta(days=1),
    )
    hand_in(centre, item, clerk, days(TODAY, until=date(2027, 12, 1)), width=310)
    at(TODAY)
    waiting.refresh_from_db()
    assert (waiting.state, told()) == ("superseded", [])


def test_several_photos_of_a_day_are_one_letter(centre, item, clerk) -> None:
    for width in (300, 310, 320):
        hand_in(centre, item, clerk, days(TODAY, until=date(2026, 12, 1)), width=width)
    at(TODAY)
    assert told() == ["“zone-office”的依据 2026年12月1日到期"]


def test_items_no_longer_asked_for_and_closed_centres_are_silent(centre, item, clerk) -> None:
    hand_in(centre, item, clerk, days(TODAY, until=date(2026, 12, 1)))
    centre.closed_on = TODAY
    centre.save()
    at(TODAY)
    assert told() == []
    centre.closed_on = None
    centre.save()
    standard_from(date(2026, 11, 1), "another")
    at(TODAY)
    assert told() == []
    standard_from(date(2026, 11, 2), "zone-office")
    at(TODAY)
    assert told() == ["“zone-office”的依据 2026年12月1日到期"]


# Pages -----------------------------------------------------------------------------------------------
PAGE = "/town/centre/standard/"
ITEM = f"{PAGE}zone-office/"


def post(client, *files, url: str = f"{ITEM}add/", accept: str = "text/html", **fields: str):
    return client.post(url, {"uploads": list(files), **fields}, headers={"accept": accept})


def test_the_page_counts_what_is_missing(client, centre, item, clerk) -> None:
    client.force_login(clerk)
    page = client.get(PAGE)
    assert [(line.item.key, line.standing.state) for line in page.context["lines"]] == [
        ("zone-office", MISSING),
        ("have-flag", MISSING),
    ]
    hand_in(centre, item, clerk)
    page = client.get(PAGE)
    assert [line.standing.state for line in page.context["lines"]] == [FRESH, MISSING]
    assert page.context["missing"] == 1


def test_several_photos_at_once_good_ones_kept_bad_ones_named(client, centre, item, clerk) -> None:
    client.force_login(clerk)
    bad = SimpleUploadedFile("病毒.jpg", b"MZ\x90\x00")
    page = post(
        client, photo_file(), bad, photo_file(width=310), SimpleUploadedFile("大.png", flood()), taken_on="2026-11-01"
    )
    assert page.status_code == 200
    assert page.context["form"].errors["uploads"] == [
        "“病毒.jpg”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。",
        "“大.png”有 30000×30000 像素，太大了。请用手机相机的普通模式重拍，或缩小后再传。",
    ]
    assert list(Evidence.objects.values_list("taken_on", flat=True)) == [date(2026, 11, 1)] * 2
    assert 'value="2026-11-01"' in page.content.decode()  # nothing typed is lost
    assert "其中 2 份已经收到，不用再传。" in page.content.decode()


def test_good_photos_lead_back_to_the_item(client, centre, item, clerk) -> None:
    client.force_login(clerk)
    assert post(client, photo_file()).headers["Location"] == ITEM


def test_the_script_gets_json(client, centre, item, clerk) -> None:
    client.force_login(clerk)
    good = post(client, photo_file(), accept="application/json")
    assert (good.status_code, good.json()) == (200, {"saved": 1, "errors": []})
    bad = post(client, SimpleUploadedFile("a.jpg", b"<svg"), accept="application/json")
    assert (bad.status_code, bad.json()["saved"], len(bad.json()["errors"])) == (422, 0, 1)
    none = post(client, accept="application/json")
    text = "请先选照片或文件。"
    assert none.json() == {"saved": 0, "errors": [text], "fields": {"uploads": [text]}}


def test_wrong_days_are_said_once_for_all_photos(client, centre, item, clerk) -> None:
    client.force_login(clerk)
    page = post(client, photo_file(), photo_file(width=310), effective_from="2026-11-01", valid_until="2026-10-01")
    assert page.context["form"].errors["valid_until"] == ["有效期的最后一天早于生效日期（2026年11月1日），请改一个。"]
    assert Evidence.objects.count() == 0


def test_too_many_files_are_refused(client, centre, item, clerk) -> None:
    client.force_login(clerk)
    page = post(client, *(SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(21)))
    assert page.context["form"].errors["uploads"] == ["一次最多 20 个，请分几次上传。"]


def test_pictures_come_only_through_the_view(client, centre, item, clerk, other_clerk, county, member) -> None:
    row = hand_in(centre, item, clerk)
    urls = [f"/town/evidence/{row.pk}/", f"/town/evidence/{row.pk}/thumbnail/"]
    assert [client.get(url).status_code for url in urls] == [302, 302]
    for user, status in ((clerk, 200), (county, 200), (other_clerk, 404), (member.user, 403)):
        client.force_login(user)
        answers = [client.get(url) for url in urls]
        assert [answer.status_code for answer in answers] == [status, status]
        if status == 200:
            for answer in answers:
                content = b"".join(answer.streaming_content)
                assert Image.open(BytesIO(content)).format == "JPEG"
                assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
                assert answer["X-Content-Type-Options"] == "nosniff"


def test_another_town_hands_in_and_withdraws_nothing(client, centre, item, clerk, other_clerk, other_town) -> None:
    row = hand_in(centre, item, clerk)
    CentreFactory(town=other_town)
    client.force_login(other_clerk)
    query = f"?town={centre.town.code}"
    assert post(client, photo_file(width=310), url=f"{ITEM}add/{query}").status_code == 404
    assert client.get(ITEM + query).status_code == 404
    assert client.post(f"/town/evidence/{row.pk}/withdraw/", {"reason": "x"}).status_code == 404
    assert Evidence.objects.standing().count() == 1


def test_the_county_reaches_a_town_by_its_code(client, centre, item, county) -> None:
    client.force_login(county)
    query = f"?town={centre.town.code}"
    assert post(client, photo_file(), url=f"{ITEM}add/{query}").headers["Location"] == ITEM + query
    assert client.get(PAGE + query).context["lines"][0].standing.state == FRESH
    assert client.get(PAGE).status_code == 404


def test_withdrawing_asks_for_a_reason(client, centre, item, clerk) -> None:
    row = hand_in(centre, item, clerk)
    client.force_login(clerk)
    url = f"/town/evidence/{row.pk}/withdraw/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).context["form"].errors["reason"] == ["请写明为什么撤回。"]
    assert client.post(url, {"reason": "拍错了"}).headers["Location"] == ITEM
    page = client.get(ITEM)
    assert (page.context["gone"], page.context["standing"].rows) == ([Evidence.objects.get()], [])


def test_an_item_that_is_not_in_force_has_no_page(client, centre, item, clerk) -> None:
    client.force_login(clerk)
    assert client.get(f"{PAGE}nothing/").status_code == 404


def test_same_queries_for_one_photo_and_for_three(client, centre, item, clerk, django_assert_num_queries) -> None:
    client.force_login(clerk)
    for url in (PAGE, ITEM):
        for width in (300, 310, 320):
            hand_in(centre, item, clerk, width=width)
            client.get(url)
            with django_assert_num_queries(QUERIES[url]):
                client.get(url)


QUERIES = {PAGE: 16, ITEM: 17}


def test_the_countys_list_says_how_evidence_stands_today(client, centre, clerk, county) -> None:
    item = standard_from(date(2021, 1, 1), "zone-office", months=None).items.get()
    ends = {"依据过期": TODAY - timedelta(days=1), "依据快到期": TODAY, "依据有效": TODAY + timedelta(days=300)}
    rows = {
        word: hand_in(centre, item, clerk, days(date(2026, 1, 1), None, end), width=300 + number)
        for number, (word, end) in enumerate(ends.items())
    }
    rows["还没生效"] = hand_in(centre, item, clerk, days(TODAY, TODAY + timedelta(days=9)), width=320)
    rows["已撤回"] = hand_in(centre, item, clerk, days(TODAY), width=330)
    withdraw_evidence(evidence=rows["已撤回"], reason="传错了", by=clerk)
    client.force_login(county)
    path = "/admin/centres/evidence/"
    listed = client.get(path).context["cl"]
    assert {listed.model_admin.today(row): row.pk for row in listed.result_list} == {
        word: row.pk for word, row in rows.items()
    }
    stale = client.get(path, {"stands": "stale"}).context["cl"].result_list
    assert [row.pk for row in stale] == [rows["依据过期"].pk]
    page = client.get(f"{path}{rows['依据过期'].pk}/change/").content.decode()
    assert ("依据过期</div>" in page, ">有效</div>" in page) == (True, False)
