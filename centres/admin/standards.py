"""The standard and its versions, for the county: drafts are edited, what is published is only read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from centres.models import Standard, StandardItem
from juxian.people.admin_base import SharedAdmin, SharedTabular


class DraftOnly:
    """Mixed in before an admin or inline base: rows of a published version are only read."""

    def has_add_permission(self, request: HttpRequest, obj: Standard | None = None) -> bool:
        return not _is_published(obj) and super().has_add_permission(request, *self._about(obj))  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Standard | None = None) -> bool:
        return not _is_published(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Standard | None = None) -> bool:
        return not _is_published(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def _about(self, obj: Standard | None) -> tuple[Standard | None, ...]:
        """An admin's `has_add_permission` knows no object, an inline's does."""
        return (obj,) if isinstance(self, admin.TabularInline) else ()


def _is_published(obj: Any) -> bool:
    return isinstance(obj, Standard) and obj.is_published


class StandardItemInline(DraftOnly, SharedTabular):
    """Items of a version of the standard."""

    model = StandardItem
    can_delete = True


@admin.register(Standard)
class StandardAdmin(DraftOnly, SharedAdmin):
    """Versions by day; a new version never changes what an old one said."""

    list_display = ["label", "valid_from", "state", "source"]
    list_filter = ["state"]
    search_fields = ["label"]
    inlines = [StandardItemInline]
