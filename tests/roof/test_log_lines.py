"""What a refused page leaves in the log."""

import logging

import pytest
from django.conf import settings
from django.test import Client

from juxian.log_lines import OneLineRefusals


@pytest.fixture
def logged(capsys):
    """What the portal's own handler writes, with the format and the filters of the settings."""
    plain = settings.LOGGING["formatters"]["plain"]["format"]
    handler = next(
        one for one in logging.getLogger().handlers if any(isinstance(f, OneLineRefusals) for f in one.filters)
    )
    lines: list[str] = []
    before, handler.stream = handler.stream, type("Lines", (), {"write": lines.append, "flush": lambda self: None})()
    assert handler.formatter._fmt == plain
    yield lines
    handler.stream = before


def said(lines: list[str]) -> list[str]:
    """The first lines of records, without their moment."""
    return [line.split(" ", 2)[2] for line in "".join(lines).splitlines() if line.startswith("20")]


def test_a_refusal_is_one_line_without_query_and_stack(client, member, logged) -> None:
    client.force_login(member.user)

    assert client.get("/town/members/?q=示例甲").status_code == 403

    assert said(logged) == [f"WARNING django.request 403 user {member.user.pk} GET /town/members/: staff only"]


def test_a_refusal_without_words_names_the_function(client, clerk, logged) -> None:
    client.force_login(clerk)

    assert client.get("/teach/courses/?x=1").status_code == 403

    assert said(logged) == [f"WARNING django.request 403 user {clerk.pk} GET /teach/courses/: teach_courses"]


def test_a_missing_form_token_is_one_line(clerk, logged) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk)
    assert strict.post("/logout/").status_code == 403

    assert said(logged)[-1] == f"WARNING django.security.csrf 403 user {clerk.pk} POST /logout/: CSRF cookie not set."


def test_other_records_keep_their_stack(logged) -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        logging.getLogger("juxian.trial").exception("broke")
    assert [said(logged)[0], "ValueError: boom" in "".join(logged)] == ["ERROR juxian.trial broke", True]
