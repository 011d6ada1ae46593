"""Evidence of all centres, for the county to read; clerks hand it in and withdraw it on their own pages."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone

from centres.evidence import FRESH, SOON, STALE, WORDS, remind_days
from centres.models import Evidence
from juxian.people.admin_base import ReadOnly, ScopedAdmin

WITHDRAWN, TO_COME = "withdrawn", "to_come"
STANDS = {FRESH: WORDS[FRESH].text, SOON: WORDS[SOON].text, STALE: WORDS[STALE].text}
STANDS |= {TO_COME: "还没生效", WITHDRAWN: Evidence.State.WITHDRAWN.label}


class StandsFilter(admin.SimpleListFilter):
    """How it stands today."""

    title = "今天的状态"
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, str(text)) for code, text in STANDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(stands=self.value()) if self.value() else queryset


@admin.register(Evidence)
class EvidenceAdmin(ReadOnly, ScopedAdmin):
    """The newest first, each as it stands today."""

    list_display = ["item_name", "centre", "kind", "taken_on", "valid_until", "today", "by_name"]
    list_filter = [StandsFilter, "kind", "centre__town"]
    list_select_related = ["centre__town"]
    search_fields = ["item_name", "centre__name"]
    ordering = ["-at"]
    exclude = ["state"]
    readonly_fields = ["today"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        on = timezone.localdate()
        stands = Case(
            When(state=Evidence.State.WITHDRAWN, then=Value(WITHDRAWN)),
            When(effective_from__gt=on, then=Value(TO_COME)),
            When(valid_until__lt=on, then=Value(STALE)),
            When(valid_until__lte=on + timedelta(days=remind_days(on)), then=Value(SOON)),
            default=Value(FRESH),
        )
        rows: QuerySet = super().get_queryset(request).annotate(stands=stands)
        return rows

    @admin.display(description="今天的状态", ordering="stands")
    def today(self, row: Any) -> str:
        """In the words of the town's own page."""
        return str(STANDS[row.stands])
