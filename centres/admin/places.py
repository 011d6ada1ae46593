"""Centres and their places, for the county."""

from django.contrib import admin

from centres.models import Centre, Room, TeachingPoint
from juxian.people.admin_base import ScopedAdmin, ScopedTabular


class RoomInline(ScopedTabular):
    """Rooms of a centre."""

    model = Room


class TeachingPointInline(ScopedTabular):
    """Teaching points of a centre."""

    model = TeachingPoint
    fields = ["name", "theme", "capacity", "address", "is_ready"]


@admin.register(Centre)
class CentreAdmin(ScopedAdmin):
    """Centres in official code order."""

    list_display = ["name", "town", "venue_source", "opened_on", "closed_on"]
    list_filter = ["venue_source", "opened_on"]
    list_select_related = ["town"]
    search_fields = ["name", "town__name", "address"]
    inlines = [RoomInline, TeachingPointInline]


@admin.register(Room)
class RoomAdmin(ScopedAdmin):
    """Rooms of all centres."""

    list_display = ["name", "centre", "capacity"]
    list_filter = ["centre__town"]
    list_select_related = ["centre__town"]
    search_fields = ["name", "centre__name"]
    autocomplete_fields = ["centre"]


@admin.register(TeachingPoint)
class TeachingPointAdmin(ScopedAdmin):
    """现场教学点 of all centres."""

    list_display = ["name", "centre", "theme", "capacity", "is_ready"]
    list_filter = ["theme", "is_ready", "centre__town"]
    list_select_related = ["centre__town", "theme"]
    search_fields = ["name", "centre__name", "address"]
    autocomplete_fields = ["centre"]
