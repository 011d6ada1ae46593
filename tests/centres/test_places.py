"""A centre's own pages and the one everybody reads."""

import gzip
import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from centres.actions import places
from centres.figures import reception_sites
from centres.models import BrandRevision, Centre, ReceptionSite, Room, TeachingPoint, VenueKind, Zone, ZonePhoto
from juxian.audit.models import AuditEntry
from juxian.files.models import StoredFile
from juxian.files.store import path_of
from juxian.people.models import Grant
from tests.factories import BrandRevisionFactory, CentreFactory, GrantFactory, RoomFactory, UserFactory

pytestmark = pytest.mark.django_db
SINCE = date(2026, 1, 1)
POINT = {"name": "茶园", "capacity": 60, "is_ready": "on", "opens_in": "4", "closes_in": "10", "safety_note": "慢走"}
SITE = {"name": "村部大屏", "village": "甲村", "kind": "outdoor", "capacity": 40, "working_since": "2026-01-01"}


@pytest.fixture
def centre(town) -> Centre:
    return CentreFactory(town=town)


@pytest.fixture
def other_centre(other_town) -> Centre:
    return CentreFactory(town=other_town)


def site(centre: Centre, **given) -> ReceptionSite:
    return ReceptionSite.objects.create(
        **{"centre": centre, "name": "站", "village": "村", "working_since": SINCE} | given
    )


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (64, 48), "white").save(out, "PNG")
    return SimpleUploadedFile("教学区.png", out.getvalue())


# The clerk keeps the own centre ------------------------------------------------------------------------
def test_clerk_describes_the_own_centre(client: Client, clerk, centre) -> None:
    venue = VenueKind.objects.create(name="闲置校舍")
    client.force_login(clerk)
    said = {"venue": venue.pk, "address": "校园路", "principal": "示例书记", "introduction": "由小学改建。"}
    assert client.post("/town/centre/edit/", said).headers["Location"] == "/town/centre/"
    centre.refresh_from_db()
    assert (centre.venue, centre.address, centre.principal) == (venue, "校园路", "示例书记")
    assert AuditEntry.objects.get().summary == f"修改培训中心（党校）：{centre.name}"


def test_saying_the_same_again_changes_nothing(clerk, centre) -> None:
    for _ in range(2):
        places.change_centre(centre=centre, by=clerk, address="校园路")
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "model", "said"),
    [
        ("zones", Zone, {"name": "研讨区", "area": "88.5", "note": "二楼"}),
        ("rooms", Room, {"name": "第一教室", "capacity": 80}),
        ("points", TeachingPoint, POINT),
        ("sites", ReceptionSite, SITE),
    ],
)
def test_clerk_adds_a_part_once_and_changes_it(client: Client, clerk, centre, kind, model, said) -> None:
    client.force_login(clerk)
    for _ in range(2):
        client.post(f"/town/centre/{kind}/add/", said)
    row = model.objects.get()
    assert (row.centre, row.name) == (centre, said["name"])
    client.post(f"/town/centre/{kind}/{row.pk}/edit/", said | {"name": "新名"})
    assert model.objects.get().name == "新名"
    verbs = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    name = model._meta.model_name
    assert verbs == [f"centres.{name}_added", f"centres.{name}_changed"]


@pytest.mark.parametrize("kind", ["zones", "rooms", "points", "sites"])
def test_another_towns_part_is_not_found(client: Client, clerk, centre, other_centre, kind) -> None:
    rows = {
        "zones": lambda: Zone.objects.create(centre=other_centre, name="区"),
        "rooms": lambda: RoomFactory(centre=other_centre),
        "points": lambda: TeachingPoint.objects.create(centre=other_centre, name="点"),
        "sites": lambda: site(other_centre),
    }
    client.force_login(clerk)
    assert client.get(f"/town/centre/{kind}/{rows[kind]().pk}/edit/").status_code == 404
    assert client.get(f"/town/centre/{kind}/add/?town={other_centre.town.code}").status_code == 404


def test_the_action_refuses_another_towns_clerk(other_clerk, centre) -> None:
    with pytest.raises(PermissionDenied):
        places.add_part(model=Room, centre=centre, by=other_clerk, name="教室", capacity=5)
    assert Room.objects.count() == 0


def test_who_only_reads_sees_and_changes_nothing(client: Client, centre) -> None:
    client.force_login(GrantFactory(user=UserFactory(username="i"), kind=Grant.Kind.INSPECTOR).user)
    assert client.get(f"/town/centre/?town={centre.town.code}").status_code == 200
    assert client.get(f"/town/centre/sites/?town={centre.town.code}").status_code == 200
    assert client.get("/town/centre/sites/").status_code == 404
    assert client.get(f"/town/centre/edit/?town={centre.town.code}").status_code == 403


def test_county_changes_a_towns_centre_and_comes_back_to_it(client: Client, county, centre) -> None:
    client.force_login(county)
    back = f"/town/centre/?town={centre.town.code}"
    answer = client.post(f"/town/centre/rooms/add/?town={centre.town.code}", {"name": "礼堂", "capacity": 300})
    assert answer.headers["Location"] == back
    assert client.get(back).context["centre"] == centre


def test_same_queries_for_one_part_and_for_three(client: Client, clerk, centre, django_assert_num_queries) -> None:
    client.force_login(clerk)
    for number in range(1, 4):
        zone = Zone.objects.create(centre=centre, name=f"区{number}")
        file = StoredFile.objects.create(sha256="0", size=1, kind="jpeg", original_name="a", path=f"p{number}")
        ZonePhoto.objects.create(zone=zone, file=file, thumbnail=file, caption="照片", added_at=timezone.now())
        RoomFactory(centre=centre)
        TeachingPoint.objects.create(centre=centre, name=f"点{number}")
        site(centre, name=f"站{number}")
        if number in (1, 3):
            with django_assert_num_queries(14):
                client.get("/town/centre/")
            with django_assert_num_queries(8):
                client.get("/town/centre/sites/")


# What cannot be ----------------------------------------------------------------------------------------
def test_an_unready_point_says_why(client: Client, clerk, centre) -> None:
    client.force_login(clerk)
    said = {key: value for key, value in POINT.items() if key != "is_ready"}
    page = client.post("/town/centre/points/add/", said)
    assert page.context["form"].non_field_errors() == ["不能使用的教学点要写明原因。"]
    with pytest.raises(IntegrityError), transaction.atomic():
        TeachingPoint.objects.create(centre=centre, name="茶园", is_ready=False)


@pytest.mark.parametrize("months", [(4, None), (None, 10), (0, 5), (4, 13)])
def test_a_season_is_two_months_or_none(centre, months) -> None:
    with pytest.raises(ValidationError, match="月份"):
        TeachingPoint(centre=centre, name="茶园", opens_in=months[0], closes_in=months[1]).full_clean()


@pytest.mark.parametrize(
    ("months", "month", "is_open"),
    [((None, None), 1, True), ((4, 10), 4, True), ((4, 10), 10, True), ((4, 10), 11, False), ((11, 3), 1, True),
     ((11, 3), 3, True), ((11, 3), 4, False), ((5, 5), 5, True)],
)  # fmt: skip
def test_a_season_may_go_across_new_year(months, month, is_open) -> None:
    assert TeachingPoint(opens_in=months[0], closes_in=months[1]).is_open(date(2026, month, 1)) is is_open


def test_a_site_is_not_checked_before_it_worked(client: Client, clerk, centre) -> None:
    client.force_login(clerk)
    page = client.post("/town/centre/sites/add/", SITE | {"checked_on": "2025-12-31"})
    assert page.context["form"].non_field_errors() == ["检查日期不能早于启用日期。"]
    assert ReceptionSite.objects.count() == 0


@pytest.mark.parametrize("area", ["0", "-5"])
def test_an_area_is_more_than_nothing(centre, area) -> None:
    with pytest.raises(ValidationError, match="面积要大于 0"):
        Zone(centre=centre, name="区", area=Decimal(area)).full_clean()


@pytest.mark.parametrize(
    ("kind", "said", "field", "words"),
    [
        ("zones", {"name": "区", "area": "100000.1"}, "area", "面积最多 100000 平方米，请核对单位。"),
        ("rooms", {"name": "厅", "capacity": 5001}, "capacity", "人数填 1 到 5000，请核对。"),
        ("rooms", {"name": "厅", "capacity": 0}, "capacity", "人数填 1 到 5000，请核对。"),
        ("points", POINT | {"capacity": 10**30}, "capacity", "人数填 1 到 5000，请核对。"),
        ("sites", SITE | {"capacity": 99999}, "capacity", "人数填 1 到 5000，请核对。"),
        (
            "sites",
            SITE | {"working_since": "0202-01-01"},
            "working_since",
            "日期要在 1949 年到 2027 年之间，请核对年份。",
        ),
        ("sites", SITE | {"checked_on": "2026-11-24"}, "checked_on", "日期不能晚于今天，到那天再登记。"),
    ],
)
@time_machine.travel("2026-11-23 09:00+08:00", tick=False)
def test_a_slip_of_the_finger_is_said_at_its_field(client: Client, clerk, centre, kind, said, field, words) -> None:
    client.force_login(clerk)
    page = client.post(f"/town/centre/{kind}/add/", said)
    assert page.context["form"].errors == {field: [words]}


def test_the_database_keeps_an_area_within_reason(centre) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Zone.objects.create(centre=centre, name="区", area=Decimal("100000.1"))


def test_sites_are_counted(centre) -> None:
    site(centre)
    site(centre, name="乙站", is_working=False)
    assert reception_sites() == (2, 1)


# Photos ------------------------------------------------------------------------------------------------
def test_a_photo_is_kept_shown_and_taken_away(
    client: Client, clerk, centre, django_capture_on_commit_callbacks
) -> None:
    zone = Zone.objects.create(centre=centre, name="教学区")
    client.force_login(clerk)
    client.post(f"/town/centre/zones/{zone.pk}/photos/add/", {"file": picture(), "caption": "正面"})
    photo = ZonePhoto.objects.get()
    paths = [path_of(photo.file), path_of(photo.thumbnail)]
    for query in ("", "?small"):
        page = client.get(f"/town/centre/photos/{photo.pk}/{query}")
        assert b"".join(page.streaming_content)[:3] == b"\xff\xd8\xff"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/town/centre/photos/{photo.pk}/remove/")
    assert (ZonePhoto.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert [path.exists() for path in paths] == [False, False]


def test_what_is_no_photo_is_refused_and_not_kept(client: Client, clerk, centre) -> None:
    zone = Zone.objects.create(centre=centre, name="教学区")
    client.force_login(clerk)
    renamed = SimpleUploadedFile("照片.jpg", b"MZ\x90\x00")
    page = client.post(f"/town/centre/zones/{zone.pk}/photos/add/", {"file": renamed, "caption": "正面"})
    assert len(page.context["form"].non_field_errors()) == 1
    assert (ZonePhoto.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_only_so_many_photos_a_zone(client: Client, clerk, centre) -> None:
    zone = Zone.objects.create(centre=centre, name="教学区")
    client.force_login(clerk)
    for _ in range(places.PHOTOS_A_ZONE):
        file = StoredFile.objects.create(sha256="0", size=1, kind="jpeg", original_name="a", path=str(_))
        ZonePhoto.objects.create(zone=zone, file=file, thumbnail=file, caption="照片", added_at=timezone.now())
    page = client.post(f"/town/centre/zones/{zone.pk}/photos/add/", {"file": picture(), "caption": "再一张"})
    assert page.context["form"].non_field_errors() == ["教学区已有 6 张照片，先去掉一张再传。"]
    assert StoredFile.objects.count() == places.PHOTOS_A_ZONE


def test_another_towns_photo_is_not_found(client: Client, clerk, other_centre) -> None:
    zone = Zone.objects.create(centre=other_centre, name="教学区")
    file = StoredFile.objects.create(sha256="0", size=1, kind="jpeg", original_name="a", path="x")
    photo = ZonePhoto.objects.create(zone=zone, file=file, thumbnail=file, caption="照片", added_at=timezone.now())
    client.force_login(clerk)
    assert client.get(f"/town/centre/photos/{photo.pk}/").status_code == 404
    assert client.post(f"/town/centre/photos/{photo.pk}/remove/").status_code == 404
    assert client.get(f"/town/centre/zones/{zone.pk}/photos/add/").status_code == 404
    assert ZonePhoto.objects.count() == 1


# The public page ---------------------------------------------------------------------------------------
def test_everybody_reads_the_public_page_without_names(client: Client, centre) -> None:
    Centre.objects.update(principal="示例书记")
    Zone.objects.create(centre=centre, name="研讨区", area=Decimal(90))
    TeachingPoint.objects.create(centre=centre, name="茶园", guide="示例讲解人", opens_in=4, closes_in=10)
    TeachingPoint.objects.create(centre=centre, name="老磨坊", is_ready=False, unready_reason="修路")
    page = client.get(f"/centres/{centre.town.code}/").content.decode()
    shown = [word in page for word in (centre.name, centre.education_centre_name, "研讨区", "茶园", "4 月至 10 月")]
    hidden = [word in page for word in ("示例书记", "示例讲解人", "老磨坊")]
    assert (shown, hidden) == ([True] * 5, [False] * 3)


def test_the_principal_is_named_once_that_person_agreed(client: Client, centre) -> None:
    Centre.objects.update(principal="示例书记", principal_agreed_on=SINCE)
    assert "示例书记" in client.get(f"/centres/{centre.town.code}/").content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Centre.objects.update(principal="")


@pytest.mark.parametrize("code", ["000000000", "x", "371327999"])
def test_no_public_page_for_a_code_of_no_centre(client: Client, centre, code) -> None:
    assert client.get(f"/centres/{code}/").status_code == 404


def test_no_public_page_of_a_centre_that_does_not_run(client: Client, centre) -> None:
    Centre.objects.update(opened_on=None)
    assert client.get(f"/centres/{centre.town.code}/").status_code == 404


def test_the_brand_is_shown_once_the_county_approved_it(client: Client, centre) -> None:
    BrandRevisionFactory(brand__town=centre.town, slogan="茶香引路")
    draft = {"state": BrandRevision.State.DRAFT, "source": "", "used_from": None}
    BrandRevisionFactory(brand__town=centre.town, number=2, slogan="还没批的", **draft)
    page = client.get(f"/centres/{centre.town.code}/").content.decode()
    assert ("茶香引路" in page, "还没批的" in page) == (True, False)


def test_the_public_page_costs_the_same_however_much_there_is(
    client: Client, centre, django_assert_num_queries
) -> None:
    for number in range(1, 4):
        Zone.objects.create(centre=centre, name=f"区{number}")
        RoomFactory(centre=centre)
        TeachingPoint.objects.create(centre=centre, name=f"点{number}")
        if number in (1, 3):
            with django_assert_num_queries(6):
                client.get(f"/centres/{centre.town.code}/")


def test_what_everybody_reads_holds_no_number_and_no_consent_to_come(clerk, town) -> None:
    centre = CentreFactory(town=town)
    with pytest.raises(ValidationError, match="简介有手机号码"):
        places.change_centre(centre=centre, by=clerk, introduction="请打 13812345678 找我")
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        places.change_centre(centre=centre, by=clerk, principal="示例甲", principal_agreed_on=tomorrow)
    centre.refresh_from_db()
    assert (centre.introduction, centre.principal) == ("", "")


def test_nobody_is_named_by_the_way_on_what_everybody_reads(client: Client, clerk, centre) -> None:
    client.force_login(clerk)
    said = {"principal": "示例王书记", "introduction": "由示例王书记主持。", "address": "校园路"}
    assert list(client.post("/town/centre/edit/", said).context["form"].errors) == ["introduction"]
    agreed = said | {"principal_agreed_on": str(timezone.localdate())}
    assert client.post("/town/centre/edit/", agreed).headers["Location"] == "/town/centre/"
    guided = POINT | {"guide": "示例赵茶农", "route": "到村口找示例赵茶农"}
    assert list(client.post("/town/centre/points/add/", guided).context["form"].errors) == ["route"]
    role = POINT | {"guide": "村讲解员", "route": "听从村讲解员安排"}
    assert client.post("/town/centre/points/add/", role).headers["Location"] == "/town/centre/"
    called = POINT | {"safety_note": "先打 13812345678"}
    assert list(client.post("/town/centre/points/add/", called).context["form"].errors) == ["safety_note"]
    assert TeachingPoint.objects.get().route == "听从村讲解员安排"


def test_the_public_page_is_light(client: Client, centre) -> None:
    """The whole page as a browser fetches it, styles packed: no script, no picture, no foreign host."""
    for number in range(20):
        Zone.objects.create(centre=centre, name=f"功能区{number}", area=Decimal(number + 1))
        text = "从培训中心向东，" * 20
        TeachingPoint.objects.create(centre=centre, name=f"教学点{number}", route=text, safety_note=text)
    page = client.get(f"/centres/{centre.town.code}/").content.decode()
    styles = re.findall(r'<link rel="stylesheet" href="/static/([^"]+)"', page)
    packed = [gzip.compress(Path(finders.find(style)).read_bytes()) for style in styles]
    assert (page.count("<script"), page.count("<img"), page.count("//"), len(styles)) == (0, 0, 0, 3)
    assert len(gzip.compress(page.encode())) + sum(map(len, packed)) < 60_000


def test_a_clerk_whose_town_has_no_centre_yet_is_told_so(client: Client, clerk) -> None:
    client.force_login(clerk)
    page = client.get("/town/centre/")
    assert (page.status_code, "还没有登记培训中心" in page.content.decode()) == (200, True)
