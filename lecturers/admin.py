"""The pool, for the county: only the county appoints."""

from django.contrib import admin

from juxian.people.admin_base import SharedAdmin, SharedTabular
from lecturers.models import Appointment, Lecturer, LecturerKind


@admin.register(LecturerKind)
class LecturerKindAdmin(SharedAdmin):
    """An open list."""

    list_display = ["name", "order"]
    search_fields = ["name"]


class AppointmentInline(SharedTabular):
    """Terms of a lecturer."""

    model = Appointment


@admin.register(Lecturer)
class LecturerAdmin(SharedAdmin):
    """Everybody who may teach."""

    list_display = ["name", "kind", "unit", "town", "topics"]
    list_filter = ["kind", "appointments__tier", "town"]
    list_select_related = ["kind", "town"]
    search_fields = ["name", "unit", "topics"]
    readonly_fields = ["is_demo"]
    inlines = [AppointmentInline]


@admin.register(Appointment)
class AppointmentAdmin(SharedAdmin):
    """Terms in a tier."""

    list_display = ["lecturer", "tier", "starts_on", "ends_on"]
    list_filter = ["tier", "starts_on"]
    list_select_related = ["lecturer"]
    search_fields = ["lecturer__name"]
    autocomplete_fields = ["lecturer"]
    date_hierarchy = "starts_on"
