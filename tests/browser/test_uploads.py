"""A telephone hands in photos: each on its own, bad ones named, what did not arrive stays chosen."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from centres.models import Evidence
from tests.centres.evidence_files import standard_from
from tests.factories import CentreFactory
from tests.files.pictures import picture

pytestmark = pytest.mark.db_engine


@pytest.fixture
def phone(chromium, live_server, clerk) -> Page:
    """The page of an item at 390 pixels."""
    CentreFactory(town=clerk.grants.get().town)
    standard_from(date(2021, 1, 1), "zone-office")
    client = Client()
    client.force_login(clerk)
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/town/centre/standard/zone-office/")
    yield page
    context.close()


def photo(name: str, width: int = 300) -> dict:
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(size=(width, 100))}


def send(page: Page, *files: dict) -> None:
    if files:
        page.set_input_files("#id_uploads", list(files))
    page.click("form[data-uploads] button[type=submit]")


def chosen(page: Page) -> list[str]:
    return page.evaluate("Array.from(document.querySelector('#id_uploads').files, (file) => file.name)")


def test_good_ones_arrive_and_the_bad_one_stays_with_its_reason(phone) -> None:
    send(phone, photo("甲.jpg"), {"name": "坏.jpg", "mimeType": "image/jpeg", "buffer": b"MZ"}, photo("乙.jpg", 310))
    states = phone.locator(".up-list .st")
    expect(states).to_have_text(
        ["已收到", "“坏.jpg”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。", "已收到"], timeout=60000
    )
    expect(phone.locator("form[data-uploads] button[type=submit]")).to_be_enabled()
    assert (chosen(phone), Evidence.objects.count()) == (["坏.jpg"], 2)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_a_wrong_day_is_said_at_its_box(phone) -> None:
    phone.fill("#id_taken_on", "1800-01-01")
    send(phone, photo("甲.jpg"))
    expect(phone.locator("#id_taken_on + [data-said]")).to_have_text("不能早于 1949 年，请核对年份。", timeout=60000)
    expect(phone.locator("#id_taken_on")).to_be_focused()
    expect(phone.locator(".up-list .st")).to_have_text(["没有上传，请先改日期"])
    phone.fill("#id_taken_on", "2026-01-01")
    send(phone)
    expect(phone.locator(".ev-rows li")).to_have_count(1, timeout=60000)


def test_without_a_network_nothing_is_lost(phone) -> None:
    phone.context.set_offline(True)
    send(phone, photo("甲.jpg"), photo("乙.jpg", 310))
    states = phone.locator(".up-list .st")
    expect(states).to_have_text(["没有传上去，网络好了再点一次“上传”"] * 2)
    assert chosen(phone) == ["甲.jpg", "乙.jpg"]
    phone.context.set_offline(False)
    send(phone)
    expect(phone.locator(".ev-rows li")).to_have_count(2, timeout=60000)
    assert Evidence.objects.count() == 2
