"""Candidates, suspensions and reviews, to look at: the pages of the pool write them."""

from django.contrib import admin

from juxian.people.admin_base import ReadOnly, ScopedAdmin, SharedAdmin
from lecturers.models import Candidacy, Suspension, YearlyReview


@admin.register(Candidacy)
class CandidacyAdmin(ReadOnly, ScopedAdmin):
    """Recommendations of all towns."""

    list_display = ["name", "tier", "source", "town", "state", "proposed_at"]
    list_filter = ["state", "tier", "source", "town"]
    list_select_related = ["town"]
    search_fields = ["name", "unit", "topics"]


@admin.register(Suspension)
class SuspensionAdmin(ReadOnly, SharedAdmin):
    """Who was not to be planned in, and when."""

    list_display = ["lecturer", "starts_on", "ends_on", "reason"]
    list_filter = ["starts_on"]
    list_select_related = ["lecturer"]
    search_fields = ["lecturer__search_text"]


@admin.register(YearlyReview)
class YearlyReviewAdmin(ReadOnly, SharedAdmin):
    """Reviews by year."""

    list_display = ["lecturer", "year", "result", "note"]
    list_filter = ["year", "result"]
    list_select_related = ["lecturer"]
    search_fields = ["lecturer__search_text"]
