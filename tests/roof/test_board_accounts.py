"""Accounts wait on the board of those who may approve them, not of who checked them."""

from juxian.board import waiting
from tests.centres.disclosure_rows import LAST, checked, drafted, second_county

__all__ = ["second_county"]  # a fixture


def test_who_checked_has_nothing_to_approve(town, clerk, county, second_county) -> None:
    checked(drafted(town, clerk), clerk, county)
    shown = [[row.title for row in waiting(user, LAST)] for user in (county, second_county)]
    assert shown == [[], ["账目公开审批"]]
