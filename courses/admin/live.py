"""Series, their programme, and channels of others: the county's."""

from django.contrib import admin

from courses.models import Broadcast, Channel, Series
from juxian.people.admin_base import SharedAdmin


@admin.register(Series)
class SeriesAdmin(SharedAdmin):
    """Series and whether they go on."""

    list_display = ["name", "organiser", "order", "is_active"]
    search_fields = ["name"]


@admin.register(Broadcast)
class BroadcastAdmin(SharedAdmin):
    """The programme."""

    list_display = ["title", "series", "starts_at", "source", "hours", "cancelled"]
    list_filter = ["series", "cancelled"]
    list_select_related = ["series"]
    search_fields = ["title", "speaker"]
    date_hierarchy = "starts_at"


@admin.register(Channel)
class ChannelAdmin(SharedAdmin):
    """Links to others."""

    list_display = ["name", "owner", "link", "order", "is_active"]
    search_fields = ["name", "owner"]
