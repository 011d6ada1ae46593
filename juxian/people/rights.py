"""Who may write for a town and who decides; what actions of every floor begin with."""

from unicodedata import category

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from juxian.people.models import Grant, Town, User

FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that look like a blank


def must_run(by: User, town: Town) -> None:
    """Only the county and the clerks of `town` write for it. Raises PermissionDenied."""
    own = any(grant.kind == Grant.Kind.CLERK and grant.town_id == town.pk for grant in by.active_grants)
    if not (own or by.is_county):
        raise PermissionDenied


def deciders() -> QuerySet[User]:
    """Everybody who decides for the county today."""
    holders = Grant.objects.in_force(timezone.localdate()).filter(kind=Grant.Kind.COUNTY)
    return User.objects.filter(pk__in=holders.values("user"), is_active=True)


def must_decide(by: User, submitted_by_id: int | None) -> None:
    """Only the county decides, and nobody decides what they submitted."""
    if not by.is_county:
        raise PermissionDenied
    if submitted_by_id == by.pk:
        raise ValidationError("这是您自己送审的，要由另一位县级管理员审批。", code="own")


def visible(text: str) -> str:
    """`text` without blanks around it; empty when nothing of it can be seen."""
    blank = all(category(one)[0] in "CMZ" or one in FILLERS for one in text)
    return "" if blank else text.strip()


def need_text(text: str, message: str) -> str:
    """`text` without blanks around it; refused when nothing is left that can be seen."""
    if not visible(text):
        raise ValidationError(message, code="reason")
    return visible(text)
