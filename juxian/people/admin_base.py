"""Bases of every ModelAdmin: rows in scope, choices in scope, no deleting, an audit row per change.

County staff edit; auditors read (their `has_perm` answers only to view permissions).
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.forms import BaseInlineFormSet, BaseModelFormSet
from django.http import HttpRequest

from juxian.audit import log


def town_code_of(row: models.Model) -> str:
    """The code of the town `row` belongs to, followed along its queryset's `town_path`; empty for shared rows."""
    if row._meta.label == "people.Town":
        return str(getattr(row, "code", ""))
    path = getattr(type(row)._default_manager.all(), "town_path", "")
    found: Any = row
    for name in filter(None, path.split("__")):
        found = getattr(found, name, None)
    return "" if found is row or found is None else str(found.code)


def scoped(model: type[models.Model], request: HttpRequest) -> models.QuerySet | None:
    """The rows of `model` this request may see; None for a model shared by all."""
    visible_to = getattr(model._default_manager.all(), "visible_to", None)
    return None if visible_to is None else visible_to(request.user)


class ScopedChoices:
    """For admins and inlines: foreign keys and many-to-many offer (and accept) rows in scope only."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        self._scope_choices(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        self._scope_choices(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    @staticmethod
    def _scope_choices(db_field: Any, request: HttpRequest, options: dict[str, Any]) -> None:
        rows = options.get("queryset")
        if rows is None:
            rows = scoped(db_field.related_model, request)
        elif hasattr(rows, "visible_to"):
            rows = rows.visible_to(request.user)
        if rows is not None:
            options["queryset"] = rows


class Worded:
    """For sets of rows: rows that repeat one another are told so by the labels of their fields; Django says their names."""

    model: Any

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        parent = getattr(self, "fk", None)
        names = [name for name in unique_check if parent is None or name != parent.name]
        labels = "、".join(str(self.model._meta.get_field(name).verbose_name) for name in names)
        return f"有两行的{labels or '内容'}相同，请改掉或去掉一行。"

    def get_form_error(self) -> str:
        return "这一行和另一行重复。"


class WordedInlines(Worded, BaseInlineFormSet):
    """Inline rows."""


class WordedRows(Worded, BaseModelFormSet):
    """Rows of a list that is edited in place."""


class SharedTabular(ScopedChoices, admin.TabularInline):
    """Inline rows of a model that has no town of its own."""

    formset = WordedInlines
    extra = 0
    can_delete = False


class ScopedTabular(SharedTabular):
    """Inline rows of a scoped model."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: models.QuerySet = self.model.objects.visible_to(request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows


class SharedAdmin(ScopedChoices, admin.ModelAdmin):
    """A model shared by all towns: the county edits, auditors read, nobody deletes, each change is on record."""

    deletable: ClassVar[bool] = False
    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and super().has_delete_permission(request, obj)

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=WordedRows, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Actions change state, so they are for those who may change."""
        actions = super().get_actions(request)
        return actions if self.has_change_permission(request) else {}

    # Every way the admin changes a row ends in one of these -------------------------------------------
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._audit(request, "added", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._audit(request, "changed", obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> Any:
        rows = list(queryset)
        for row in rows:
            self._audit(request, "deleted", row, None)
        return super().log_deletions(request, rows)  # type: ignore[arg-type]

    def _audit(self, request: HttpRequest, verb: str, obj: Any, message: Any) -> None:
        body = {"changes": message} if message else None
        log.record_edit(by=request.user, verb=verb, row=obj, town_code=town_code_of(obj), body=body)


class ScopedAdmin(SharedAdmin):
    """A model whose rows belong to towns: the list starts at `visible_to`."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: models.QuerySet = self.model.objects.visible_to(request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows


class ReadOnly:
    """Mixed in before an admin or inline base whose rows only actions write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
