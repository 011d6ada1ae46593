"""The pool, for the county: only the county appoints."""

from django import forms
from django.contrib import admin

from centres.actions.brands import locked_brand
from centres.models import Brand
from juxian.people.admin_base import ReadOnly, SharedAdmin, SharedTabular
from lecturers.models import Appointment, FeeCap, Lecturer, LecturerKind, LecturerTitle


@admin.register(LecturerKind)
class LecturerKindAdmin(SharedAdmin):
    """An open list."""

    list_display = ["name", "order"]
    search_fields = ["name"]


class AppointmentInline(ReadOnly, SharedTabular):
    """Terms of a lecturer; the county appoints on the pages of the pool, where the longest term is kept."""

    model = Appointment


class LecturerForm(forms.ModelForm):
    """A lecturer; the brand it is the key of is locked until it is saved, so that two cannot become its key at once."""

    def clean_key_of(self) -> Brand | None:
        brand: Brand | None = self.cleaned_data["key_of"]
        return locked_brand(brand) if brand else None


@admin.register(Lecturer)
class LecturerAdmin(SharedAdmin):
    """Everybody who may teach."""

    form = LecturerForm
    list_display = ["name", "kind", "unit", "town", "key_of", "topics"]
    list_filter = ["kind", "appointments__tier", "town"]
    list_select_related = ["kind", "town", "key_of__town"]
    search_fields = ["search_text", "unit", "topics"]
    readonly_fields = ["is_demo"]
    inlines = [AppointmentInline]


@admin.register(Appointment)
class AppointmentAdmin(ReadOnly, SharedAdmin):
    """Terms in a tier."""

    list_display = ["lecturer", "tier", "starts_on", "ends_on", "number", "end_kind"]
    list_filter = ["tier", "starts_on", "end_kind"]
    list_select_related = ["lecturer"]
    search_fields = ["lecturer__search_text"]
    date_hierarchy = "starts_on"


class FeeCapInline(SharedTabular):
    """Caps of a title, newest first; a change is a new row."""

    model = FeeCap


@admin.register(LecturerTitle)
class LecturerTitleAdmin(SharedAdmin):
    """Titles and their dated caps on lecture fees."""

    list_display = ["name", "order"]
    inlines = [FeeCapInline]
