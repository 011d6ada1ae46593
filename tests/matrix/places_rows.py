"""Zones, photos, reception sites and posts of a town of the matrix."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from centres.models import Post, PostHolding, ReceptionSite, StaffingDocument, StaffingNumber, Zone, ZonePhoto
from juxian.files.store import store


def add_places(data: Any) -> None:
    """One row of each kind; a second post nobody holds."""
    today = timezone.localdate()
    since = today - timedelta(days=300)
    data.add("zone", Zone, centre=data.centre)
    picture = store([b"KANARI"], name=f"{data.canary}.jpg", kind="jpeg")
    data.add("photo", ZonePhoto, zone=data.zone, file=picture, thumbnail=picture, added_at=timezone.now())
    data.add("site", ReceptionSite, centre=data.centre, working_since=since)
    document = StaffingDocument.objects.create(title="编制批复", number=f"示例〔{data.town.code}〕1号", issued_on=since)
    data.add("staffing", StaffingNumber, document=document, town=data.town, posts=3)
    for slot, name in enumerate(("post", "vacant_post"), start=1):
        data.add(name, Post, town=data.town, staffing=data.staffing, slot=slot, opened_on=since)
    data.add("holding", PostHolding, post=data.post, user=data.clerk_user, starts_on=since)
