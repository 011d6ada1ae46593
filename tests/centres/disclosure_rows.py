"""A town with books, and disclosures in every state, made by the actions."""

from datetime import date

import pytest
from django.utils import timezone

from centres.actions import disclosures as way
from centres.models import Disclosure
from juxian.people.models import Grant, User
from tests.centres import money_rows
from tests.factories import GrantFactory, UserFactory

YEAR = timezone.localdate().year - 1
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)


def keep_books(town, by, **purposes: str) -> None:
    """A budget of two heads and three expenses, a reversed one among them."""
    lecturers, meals = money_rows.head("lecturers"), money_rows.head("meals")
    money_rows.approve(money_rows.budget(town, by, YEAR, {lecturers: "20000.00", meals: "8000.50"}), by)
    money_rows.expense(
        town, by, lecturers, "3000.00", on=date(YEAR, 3, 5), payee="示例收款人", purpose=purposes.get("first", "春季轮训讲课费"),
    )  # fmt: skip
    money_rows.expense(town, by, meals, "1200.40", on=date(YEAR, 6, 9), purpose=purposes.get("second", "春季轮训用餐"))
    money_rows.reverse(money_rows.expense(town, by, meals, "99.00", on=date(YEAR, 7, 1)), by)


@pytest.fixture
def second_clerk(town) -> User:
    user = UserFactory(username="clerk-two", name="示例同事")
    return GrantFactory(user=user, kind=Grant.Kind.CLERK, town=town).user


@pytest.fixture
def second_county(db) -> User:
    return GrantFactory(user=UserFactory(username="county-two", name="示例副县管"), kind=Grant.Kind.COUNTY).user


def drafted(town, by, text: str = "全年办班情况。", **purposes: str) -> Disclosure:
    keep_books(town, by, **purposes)
    return way.open_disclosure(town=town, title=f"{YEAR} 年度培训经费", starts_on=FIRST, ends_on=LAST, text=text, by=by)


def checked(row: Disclosure, by: User, other: User) -> Disclosure:
    way.propose_disclosure(disclosure=row, by=by)
    return way.check_disclosure(disclosure=row, by=other)


def published(row: Disclosure, by: User, other: User, county: User, reason: str = "") -> Disclosure:
    checked(row, by, other)
    way.approve_disclosure(disclosure=row, by=county, names_reason=reason)
    return way.publish_disclosure(disclosure=row, by=by)
