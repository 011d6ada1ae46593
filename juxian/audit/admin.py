"""The log as the county and auditors read it. Nothing here can be changed."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html

from juxian.audit.models import AuditEntry, AuditSeal
from juxian.audit.words import PARTS, in_words, model_name


class SealedFilter(admin.SimpleListFilter):
    """Whether the sweep has put an entry into the chain yet."""

    title = "封存"
    parameter_name = "sealed"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "已封存"), ("no", "待封存")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(seal__isnull=self.value() == "no") if self.value() in {"yes", "no"} else queryset


class AppFilter(admin.SimpleListFilter):
    """Actions by the part of the portal they belong to."""

    title = "模块"
    parameter_name = "app"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(code, name) for code, (name, _) in PARTS.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        wanted = models.Q()
        for start in PARTS.get(self.value() or "", ("", ()))[1]:
            wanted |= models.Q(action__startswith=start)
        return queryset.filter(wanted)


class FrozenAdmin(admin.ModelAdmin):
    """Read by whoever may open the admin, written by nobody here."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(FrozenAdmin):
    list_display = ["at", "actor_name", "summary", "did", "town_code", "sealed"]
    list_display_links = ["summary"]
    list_filter = ["at", AppFilter, SealedFilter]
    list_select_related = ["seal"]
    search_fields = ["actor_name", "summary", "action", "town_code"]
    date_hierarchy = "at"
    fields = ["at", "actor_name", "did", "summary", "subject", "town_code", "body", "body_digest"]

    @admin.display(description="动作", ordering="action")
    def did(self, entry: AuditEntry) -> str:
        return format_html('{} <span class="code">{}</span>', in_words(entry.action) or "其他", entry.action)

    @admin.display(description="对象")
    def subject(self, entry: AuditEntry) -> str:
        return f"{model_name(entry.subject_kind)}，编号 {entry.subject_id}"

    @admin.display(description="封存", boolean=True)
    def sealed(self, entry: AuditEntry) -> bool:
        return hasattr(entry, "seal")


@admin.register(AuditSeal)
class AuditSealAdmin(FrozenAdmin):
    list_display = ["number", "entry", "digest"]
    list_select_related = ["entry"]
