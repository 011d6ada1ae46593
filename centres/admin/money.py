"""Heads of cost for the county to edit; what was budgeted and spent, to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from centres.models import (
    Budget,
    BudgetAdjustment,
    BudgetLine,
    BudgetReturn,
    CostHead,
    Expense,
    ExpenseScan,
    YearClosing,
)
from juxian.people.admin_base import ReadOnly, ScopedAdmin, ScopedTabular, SharedAdmin


@admin.register(CostHead)
class CostHeadAdmin(SharedAdmin):
    """Seven heads are shipped; the county names others or takes some out of use."""

    list_display = ["name", "key", "order", "is_active", "source"]
    ordering = ["order"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["key"] if obj else []


class BudgetLineInline(ReadOnly, ScopedTabular):
    """What an approved or drafted budget says of each head."""

    model = BudgetLine


@admin.register(Budget)
class BudgetAdmin(ReadOnly, ScopedAdmin):
    """Budgets of all towns."""

    list_display = ["town", "year", "state", "saved_by", "approved_by", "approved_at"]
    list_filter = ["year", "state", "town"]
    list_select_related = ["town", "saved_by", "approved_by"]
    inlines = [BudgetLineInline]


@admin.register(BudgetReturn)
class BudgetReturnAdmin(ReadOnly, ScopedAdmin):
    """Drafts the county sent back."""

    list_display = ["budget", "comment", "by", "at"]
    list_filter = ["budget__year", "budget__town"]
    list_select_related = ["budget__town", "by"]
    search_fields = ["comment"]


@admin.register(BudgetAdjustment)
class BudgetAdjustmentAdmin(ReadOnly, ScopedAdmin):
    """Changes of approved budgets."""

    list_display = ["budget", "head", "amount", "reason", "by", "at"]
    list_filter = ["budget__year", "head", "budget__town"]
    list_select_related = ["budget__town", "head", "by"]
    search_fields = ["reason"]


@admin.register(Expense)
class ExpenseAdmin(ReadOnly, ScopedAdmin):
    """Vouchers of all towns, reversals among them."""

    list_display = ["voucher", "town", "year", "head", "amount", "spent_on", "payee", "purpose", "by"]
    list_filter = ["year", "head", "town"]
    list_select_related = ["town", "head", "by"]
    search_fields = ["voucher", "payee", "purpose"]


@admin.register(ExpenseScan)
class ExpenseScanAdmin(ReadOnly, ScopedAdmin):
    """Scans of vouchers."""

    list_display = ["expense", "file", "by", "at"]
    list_filter = ["expense__year", "expense__town"]
    list_select_related = ["expense__town", "file", "by"]
    search_fields = ["expense__voucher"]


@admin.register(YearClosing)
class YearClosingAdmin(ReadOnly, ScopedAdmin):
    """Who closed a year, and who opened it again."""

    list_display = ["town", "year", "number", "is_closed", "budget", "spent", "reason", "by", "at"]
    list_filter = ["year", "is_closed", "town"]
    list_select_related = ["town", "by"]
