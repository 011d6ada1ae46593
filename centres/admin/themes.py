"""Brand themes, for the county."""

from django.contrib import admin

from centres.models import BrandTheme
from juxian.people.admin_base import SharedAdmin


@admin.register(BrandTheme)
class BrandThemeAdmin(SharedAdmin):
    """Five slots; two wait for their names."""

    list_display = ["slot", "__str__", "is_active"]
    ordering = ["slot"]
