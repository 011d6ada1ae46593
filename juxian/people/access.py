"""Who may see and do what: the one gate for rows (`visible_to`) and the role decorators for views.

Another town's object → 404; wrong role → 403 without hints; not signed in → sign-in page.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from juxian.people.models import User

View = Callable[..., HttpResponse]


class TownQuerySet(models.QuerySet[Any]):
    """Base of every queryset whose rows belong to a town; `town_path` leads from the row to its town."""

    town_path: ClassVar[str] = "town"

    def visible_to(self, user: Any) -> Self:
        """Rows of the towns `user` holds a grant for; none for a member, a lecturer or nobody.

        `user` is a User or whoever `request.user` is before sign-in.
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(**{f"{self.town_path}__in": user.towns()})

    def editable_by(self, user: Any) -> Self:
        """Rows of the towns `user` writes for: all for the county, the own ones for a clerk, none for who only reads."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(**{f"{self.town_path}__in": user.editable_towns()})


class PersonalQuerySet(TownQuerySet):
    """Rows about one person; `member_path` leads from the row to the member."""

    member_path: ClassVar[str] = "member"

    def mine(self, user: Any) -> Self:
        """Rows about the member linked to `user`, whatever else that user may see; none before sign-in."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(**{f"{self.member_path}__user_id": user.pk})


def signed_in(request: HttpRequest) -> "User":
    """The user of a request that passed the sign-in gate; 403 where the gate was left open by mistake."""
    if not request.user.is_authenticated:
        raise PermissionDenied("not signed in")
    return request.user


def _only(who: str, allowed: Callable[["User"], bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allowed(request.user):  # type: ignore[arg-type]  # nobody gets here before sign-in
                raise PermissionDenied(f"{who} only")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


clerk_required = _only("clerks", lambda user: user.is_clerk)
editor_required = _only("clerks and county", lambda user: user.is_clerk or user.is_county)
county_required = _only("county", lambda user: user.is_county)
staff_required = _only("staff", lambda user: user.is_clerk or user.is_county or user.is_auditor or user.is_inspector)
member_required = _only("members", lambda user: user.member_or_none is not None)
