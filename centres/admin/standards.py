"""The standard and its versions, for the county: drafts are edited, what is published is only read."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from centres.actions.standards import copy_standard, publish_standard
from centres.models import Standard, StandardItem
from juxian.people.access import signed_in
from juxian.people.admin_base import ScopedChoices, SharedAdmin, WordedInlines


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
        return (obj,) if isinstance(self, InlineModelAdmin) else ()


def _is_published(obj: Any) -> bool:
    return isinstance(obj, Standard) and obj.is_published


class StandardItemForm(forms.ModelForm):
    """Room for whole sentences."""

    class Meta:
        model = StandardItem
        fields = ["name", "key", "group", "order", "need", "weight", "evidence", "valid_months", "text", "guidance"]
        widgets: ClassVar = {name: AdminTextareaWidget({"rows": 2}) for name in ("text", "guidance")}


class StandardItemInline(DraftOnly, ScopedChoices, admin.StackedInline):
    """Items of a version of the standard."""

    model = StandardItem
    form = StandardItemForm
    formset = WordedInlines
    extra = 0
    fields: ClassVar = [
        ("name", "key"), ("group", "order"), ("need", "weight"), ("evidence", "valid_months"), "text", "guidance",
    ]  # fmt: skip


@admin.register(Standard)
class StandardAdmin(DraftOnly, SharedAdmin):
    """Versions by day. A new one is copied, changed as a draft and published; an old one stays what it said."""

    list_display = ["label", "valid_from", "state", "source"]
    list_filter = ["state"]
    search_fields = ["label"]
    inlines = [StandardItemInline]
    actions = ["copy", "publish"]

    @admin.action(description="复制成新草稿（选一版）", permissions=["change"])
    def copy(self, request: HttpRequest, queryset: QuerySet[Standard]) -> HttpResponse | None:
        """One version into a draft, which is opened at once."""
        if queryset.count() != 1:
            messages.error(request, "请只选一版来复制。")
            return None
        draft = copy_standard(standard=queryset.get(), by=signed_in(request))
        messages.success(request, "这是草稿。改好条目、填好从哪一天起，保存后回到列表选“发布”。")
        return redirect("admin:centres_standard_change", draft.pk)

    @admin.action(description="发布草稿", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Standard]) -> None:
        """Let the drafts count from the day they name; what is refused says why."""
        for draft in queryset:
            try:
                done = publish_standard(standard=draft, valid_from=draft.valid_from, by=signed_in(request))
            except ValidationError as refusal:
                messages.error(request, f"{draft}：{'；'.join(refusal.messages)}")
            else:
                messages.success(request, f"{done.label}已发布，{done.valid_from} 起按这一版。以前的检查结果不变。")
