"""Centres and their places, for the county."""

from django.contrib import admin

from centres.models import Centre, ReceptionSite, Room, TeachingPoint, VenueKind, Zone
from juxian.people.admin_base import ScopedAdmin, ScopedTabular, SharedAdmin


@admin.register(VenueKind)
class VenueKindAdmin(SharedAdmin):
    """The list of venue sources."""

    list_display = ["name", "order", "is_active"]
    search_fields = ["name"]


class ZoneInline(ScopedTabular):
    """Zones of a centre."""

    model = Zone


class RoomInline(ScopedTabular):
    """Rooms of a centre."""

    model = Room


class TeachingPointInline(ScopedTabular):
    """Teaching points of a centre."""

    model = TeachingPoint
    fields = ["name", "theme", "capacity", "address", "is_ready", "unready_reason"]


@admin.register(Centre)
class CentreAdmin(ScopedAdmin):
    """Centres in official code order."""

    list_display = ["name", "town", "venue", "principal", "opened_on", "closed_on"]
    list_filter = ["venue", "opened_on"]
    list_select_related = ["town", "venue"]
    search_fields = ["name", "town__name", "address"]
    inlines = [ZoneInline, RoomInline, TeachingPointInline]


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

    list_display = ["name", "centre", "theme", "capacity", "season", "is_ready"]
    list_filter = ["theme", "is_ready", "centre__town"]
    list_select_related = ["centre__town", "theme"]
    search_fields = ["name", "centre__name", "address"]
    autocomplete_fields = ["centre"]


@admin.register(ReceptionSite)
class ReceptionSiteAdmin(ScopedAdmin):
    """接收站点 of all towns."""

    list_display = ["name", "centre", "village", "kind", "working_since", "checked_on", "is_working"]
    list_filter = ["kind", "is_working", "centre__town"]
    list_select_related = ["centre__town"]
    search_fields = ["name", "village", "centre__name"]
    autocomplete_fields = ["centre"]
