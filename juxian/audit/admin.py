"""The log as the county and auditors read it. Nothing here can be changed."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from juxian.audit.models import AuditEntry, AuditSeal


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
        return [
            ("people", "人员与账号"),
            ("trainings", "培训班"),
            ("assessments", "考试与测评"),
            ("centres", "培训中心"),
            ("courses", "课程"),
            ("lecturers", "师资"),
            ("rules", "县级设置"),
        ]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(action__startswith=f"{self.value()}.") if self.value() else queryset


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
    list_display = ["at", "actor_name", "summary", "action", "town_code", "sealed"]
    list_display_links = ["summary"]
    list_filter = ["at", AppFilter, SealedFilter]
    list_select_related = ["seal"]
    search_fields = ["actor_name", "summary", "action", "town_code"]
    date_hierarchy = "at"

    @admin.display(description="封存", boolean=True)
    def sealed(self, entry: AuditEntry) -> bool:
        return hasattr(entry, "seal")


@admin.register(AuditSeal)
class AuditSealAdmin(FrozenAdmin):
    list_display = ["number", "entry", "digest"]
    list_select_related = ["entry"]
