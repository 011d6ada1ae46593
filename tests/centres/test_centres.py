"""Figures, the clerk's page, constraints."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from centres.figures import coverage, teaching_points
from centres.models import BrandTheme, Centre, Room, TeachingPoint
from juxian.people.models import Town
from tests.factories import CentreFactory, RoomFactory, ThemeFactory, TownFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def test_coverage_counts_running_centres_of_the_towns_of_that_day() -> None:
    CentreFactory(opened_on=date(2021, 1, 1))
    CentreFactory(opened_on=None)
    CentreFactory(opened_on=date(2021, 1, 1), closed_on=TODAY)
    CentreFactory(town=TownFactory(active_to=date(2025, 1, 1)))
    found = coverage(TODAY)
    assert (found.running, found.towns, found.is_full) == (1, 3, False)
    Centre.objects.filter(opened_on=None).delete()
    Town.objects.filter(centre=None).delete()
    assert coverage(TODAY).towns == 2


def test_teaching_points_in_use_are_counted() -> None:
    centre = CentreFactory()
    TeachingPoint.objects.create(centre=centre, name="甲")
    TeachingPoint.objects.create(centre=centre, name="乙", is_ready=False, unready_reason="修路")
    assert teaching_points() == 1


def test_clerk_sees_the_own_centre_only(client: Client, clerk, town, other_town) -> None:
    own = CentreFactory(town=town)
    RoomFactory(centre=own, name="第一教室")
    CentreFactory(town=other_town)
    client.force_login(clerk)
    page = client.get("/town/centre/")
    assert page.context["centre"] == own
    assert "第一教室" in page.content.decode()
    assert "坊前镇" not in page.content.decode()


def test_county_sees_all_in_code_order(client: Client, county) -> None:
    for code in ("371327103", "371327001"):
        CentreFactory(town=TownFactory(code=code))
    client.force_login(county)
    assert [c.town.code for c in client.get("/town/centre/").context["centres"]] == ["371327001", "371327103"]


def test_page_is_for_staff(client: Client, member) -> None:
    assert client.get("/town/centre/").headers["Location"] == "/login/?next=/town/centre/"
    client.force_login(member.user)
    assert client.get("/town/centre/").status_code == 403


def test_same_queries_for_one_centre_and_for_three(client: Client, county, django_assert_num_queries) -> None:
    client.force_login(county)
    for count in (1, 2):
        for _ in range(count):
            centre = CentreFactory()
            RoomFactory(centre=centre)
            TeachingPoint.objects.create(centre=centre, name="甲", theme=ThemeFactory())
        client.get("/town/centre/")
        with django_assert_num_queries(9):
            client.get("/town/centre/")


def test_theme_needs_a_name_before_it_is_used() -> None:
    with pytest.raises(ValidationError, match="先给类别命名"):
        BrandTheme(slot=9, name="", is_active=True).full_clean()


@pytest.mark.parametrize("model", [Room, TeachingPoint])
def test_names_are_unique_in_a_centre(model) -> None:
    centre = CentreFactory()
    model.objects.create(centre=centre, name="甲", capacity=5)
    with pytest.raises(ValidationError, match="本中心已有同名"):
        model(centre=centre, name="甲", capacity=5).full_clean()
    model(centre=CentreFactory(), name="甲", capacity=5).full_clean(exclude=["theme"])
