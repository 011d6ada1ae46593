"""Figures by appointment, the clerk's list, constraints."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from lecturers.figures import experts, pool
from lecturers.models import Appointment
from tests.factories import LecturerFactory, LecturerKindFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
SINCE = date(2025, 1, 1)


def appoint(tier: str, **given):
    lecturer = given.pop("lecturer", None) or LecturerFactory()
    return Appointment.objects.create(lecturer=lecturer, tier=tier, starts_on=given.pop("starts_on", SINCE), **given)


def test_figures_count_terms_in_force() -> None:
    both = appoint("expert").lecturer
    appoint("pool", lecturer=both)
    appoint("pool", ends_on=TODAY)
    appoint("pool", starts_on=date(2027, 1, 1))
    LecturerFactory()
    assert (experts(TODAY), pool(TODAY)) == (1, 1)
    Appointment.objects.filter(tier="expert").delete()
    assert (experts(TODAY), pool(TODAY)) == (0, 1)


def test_list_shows_those_in_office_and_finds_by_words(client: Client, clerk) -> None:
    tea = appoint("pool", lecturer=LecturerFactory(name="示例甲子", topics="茶园管理", unit="示例合作社")).lecturer
    law = appoint("expert", lecturer=LecturerFactory(name="示例乙丑", topics="党章党规")).lecturer
    LecturerFactory(name="示例丙寅")
    client.force_login(clerk)
    assert set(client.get("/town/lecturers/").context["page"]) == {tea, law}
    assert list(client.get("/town/lecturers/?q=茶园 合作社").context["page"]) == [tea]
    assert list(client.get("/town/lecturers/?tier=expert").context["page"]) == [law]
    assert "没有找到合适的讲师" in client.get("/town/lecturers/?q=无").content.decode()


def test_list_is_for_staff(client: Client, member) -> None:
    assert client.get("/town/lecturers/").headers["Location"] == "/login/?next=/town/lecturers/"
    client.force_login(member.user)
    assert client.get("/town/lecturers/").status_code == 403


def test_same_queries_for_one_and_for_three(client: Client, clerk, django_assert_num_queries) -> None:
    client.force_login(clerk)
    for count in (1, 2):
        for _ in range(count):
            appoint("pool", lecturer=LecturerFactory(kind=LecturerKindFactory()))
        client.get("/town/lecturers/")
        with django_assert_num_queries(13):
            client.get("/town/lecturers/")


def test_pages_keep_the_search(client: Client, clerk) -> None:
    for _ in range(31):
        appoint("pool")
    client.force_login(clerk)
    assert client.get("/town/lecturers/?q=示例&page=2").context["query"] == "q=%E7%A4%BA%E4%BE%8B&"


def test_one_open_term_a_tier() -> None:
    term = appoint("pool")
    with pytest.raises(ValidationError, match="已有一份没有结束日期的聘任"):
        Appointment(lecturer=term.lecturer, tier="pool", starts_on=TODAY).full_clean()
    Appointment(lecturer=term.lecturer, tier="expert", starts_on=TODAY).full_clean()


def test_term_ends_after_it_starts() -> None:
    with pytest.raises(ValidationError, match="“至”要晚于“自”"):
        Appointment(lecturer=LecturerFactory(), tier="pool", starts_on=TODAY, ends_on=TODAY).full_clean()
