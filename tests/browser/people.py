"""Somebody in front of a browser, for tests that play whole stories."""

from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.browser.portal import Portal

PASSWORD = "wo-men-yi-qi-xue"
PATIENCE = 60_000  # milliseconds until the worker must have done something


class Person:
    """Somebody with a browser of their own. Errors of pages and refusals by the content policy fail the test."""

    def __init__(self, page: Page, portal: Portal) -> None:
        self.page, self.portal = page, portal
        self.trouble: list[str] = []
        page.set_default_timeout(20_000)
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)
        page.on("response", lambda answer: self.trouble.append(answer.url) if answer.status >= 500 else None)

    def go(self, path: str) -> None:
        self.page.goto(self.portal.url + path)

    def sign_in(self, username: str) -> None:
        self.go("/login/")
        self.page.get_by_label("登录名或手机号").fill(username)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.press(self.page.get_by_role("button", name="登录", exact=True))

    def click(self, name: str) -> None:
        """Press the button or follow the link of this name."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        self.press(target.first)

    def press(self, target: Locator) -> None:
        """Click, and if that leads to another page, wait until it is all there and its scripts have run."""
        target.click()
        self.page.wait_for_load_state()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            field = self.page.locator(f"main [name={name}]")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def sees(self, text: str, wait: int = 20_000) -> None:
        expect(self.page.locator("body")).to_contain_text(text, timeout=wait)

    def reloads_until(self, path: str, text: str) -> None:
        """Look again and again, as people do, until the worker has done it."""
        deadline = timezone.now() + timedelta(milliseconds=PATIENCE)
        self.go(path)
        while text not in self.page.locator("body").inner_text():
            assert timezone.now() < deadline, f"{path} never says {text}\n{self.portal.log.read_text()[-4000:]}"
            self.page.wait_for_timeout(500)
            self.page.reload()


@contextmanager
def person(chromium, portal, phone: bool = False):
    size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
    context = chromium.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
    somebody = Person(context.new_page(), portal)
    yield somebody
    context.close()
    assert somebody.trouble == []
