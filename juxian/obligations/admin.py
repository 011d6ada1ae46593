"""Due work for the county: to look at, and to try parked rows again."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest

from juxian.audit.words import model_name
from juxian.obligations import heartbeat
from juxian.obligations.actions import retry
from juxian.obligations.models import Heartbeat, Obligation
from juxian.obligations.registry import registry


class _ReadOnly(admin.ModelAdmin):
    """Only the machinery writes these rows."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KindFilter(admin.SimpleListFilter):
    """Kinds by their Chinese names."""

    title = "类别"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.code, kind.label) for kind in registry.kinds.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Obligation)
class ObligationAdmin(_ReadOnly):
    list_display = ["label", "state", "due_at", "subject", "attempts", "last_error"]
    list_filter = ["state", KindFilter]
    search_fields = ["=subject_id", "subject_kind"]
    date_hierarchy = "due_at"
    actions = ["retry_parked"]
    fields = [
        *["label", "subject", "due_at", "expires_at", "state", "outcome", "done_at"],
        *["attempts", "next_try_at", "last_error", "lease_until", "created_at"],
    ]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """Headed by what is to be done, not by its code."""
        row = self.get_object(request, unquote(object_id))
        words = {"subtitle": f"{self.label(row)}：{self.subject(row)}"} if row else {}
        return super().change_view(request, object_id, form_url, words | (extra_context or {}))

    @admin.display(description="类别", ordering="kind")
    def label(self, row: Obligation) -> str:
        return registry.label(row.kind)

    @admin.display(description="对象")
    def subject(self, row: Obligation) -> str:
        stage = f" 第 {row.stage} 次" if row.stage else ""
        return f"{model_name(row.subject_kind)} {row.subject_id}{stage}"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """County staff; auditors only look."""
        return request.user.has_perm("obligations.change_obligation")

    @admin.action(description="再办一次（只对“需要人看”的）", permissions=["retry"])
    def retry_parked(self, request: HttpRequest, queryset: QuerySet[Obligation]) -> None:
        rows = list(queryset.parked())  # type: ignore[attr-defined]
        for row in rows:
            retry(obligation=row, by=request.user)
        if rows:
            messages.success(request, f"已让 {len(rows)} 件重新排队，一分钟内会再办。")
        else:
            messages.warning(request, "选中的事务里没有“需要人看”的，什么也没有改。")


@admin.register(Heartbeat)
class HeartbeatAdmin(_ReadOnly):
    list_display = ["who", "last_ok_at", "host", "last_error"]
    fields = ["who", "last_ok_at", "host", "last_error"]

    @admin.display(description="名称", ordering="name")
    def who(self, beat: Heartbeat) -> str:
        return {heartbeat.SWEEP: "办理到期事务", heartbeat.WORKER: "后台程序"}.get(beat.name, beat.name)
