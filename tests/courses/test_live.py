"""The programme of live lectures, and channels of others: links only."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.models import Broadcast, Channel, Series

pytestmark = pytest.mark.db_engine

LINK = "https://example.com/live/1"


@pytest.fixture
def series(db) -> Series:
    return Series.objects.create(name="莒南先锋e讲堂", summary="每月一讲")


def broadcast(series: Series, title: str = "示例节目", hours: int = 24, **given) -> Broadcast:
    starts_at = timezone.now() + timedelta(hours=hours)
    return Broadcast.objects.create(
        series=series, title=title, starts_at=starts_at, source="示例平台", **{"link": LINK, **given}
    )


@pytest.mark.parametrize("link", ["http://example.com/", "javascript:alert(1)", "example.com", "ftp://example.com/"])
def test_only_https_links_are_taken(series, link):
    row = Channel(name="示例频道", link=link)
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert set(refusal.value.messages) == {"链接要以 https:// 开头。请从浏览器地址栏整条复制。"}
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        broadcast(series, link=link)


def test_a_link_is_text_a_word_and_its_site_and_nothing_is_embedded(client, clerk, series):
    broadcast(series)
    Channel.objects.create(name="示例频道", link="https://channel.example.com/a")
    client.force_login(clerk)
    page = client.get("/town/live/").content.decode()
    assert f'<a href="{LINK}" target="_blank" rel="noopener noreferrer external">去看</a>' in page
    assert page.count("外部网站</span>") == 2
    assert "channel.example.com</span>" in page
    assert [mark for mark in ("<iframe", "<video", "<embed", 'src="https:') if mark in page] == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_programme_is_by_series_and_costs_the_same(client, clerk, series, number, django_assert_num_queries):
    other = Series.objects.create(name="学习讲坛")
    for place in range(number):
        broadcast(series, f"将播{place}", 24 + place)
        broadcast(series, f"播过{place}", -24 - place)
        Channel.objects.create(name=f"频道{place}", link=LINK)
    broadcast(other, "别的专栏")
    broadcast(Series.objects.create(name="停办的", is_active=False), "不在办")
    client.force_login(clerk)
    with django_assert_num_queries(10):
        page = client.get(f"/town/live/?series={series.pk}")
    assert [row.title for row in page.context["coming"]] == [f"将播{place}" for place in range(number)]
    assert [row.title for row in page.context["page"]] == [f"播过{place}" for place in range(number)]
    titles = [row.title for row in client.get("/town/live/?series=x").context["coming"]]
    assert sorted(titles) == sorted(["别的专栏", *(f"将播{place}" for place in range(number))])


def test_members_read_it_and_it_says_no_hours_come_of_it(client, member, series):
    broadcast(series, cancelled=True)
    client.force_login(member.user)
    page = client.get("/me/live/").content.decode()
    assert ("自己看不记学时" in page, "停播" in page, LINK in page) == (True, True, False)
    assert client.get("/town/live/").status_code == 403
