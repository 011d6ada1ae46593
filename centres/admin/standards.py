"""The standard and its versions, for the county."""

from django.contrib import admin

from centres.models import Standard, StandardItem
from juxian.people.admin_base import SharedAdmin, SharedTabular


class StandardItemInline(SharedTabular):
    """Items of a version of the standard."""

    model = StandardItem


@admin.register(Standard)
class StandardAdmin(SharedAdmin):
    """Versions by day; a new version never changes what an old one said."""

    list_display = ["label", "valid_from", "source"]
    search_fields = ["label"]
    inlines = [StandardItemInline]
