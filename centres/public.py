"""What a centre's public page shows: the place and what it offers. No person's name that was not agreed to."""

from datetime import date

from centres.models import BrandRevision, Centre, Room, TeachingPoint, Zone


def public(centre: Centre, today: date) -> dict[str, object]:
    """The whole page; a handful of queries, however much there is. The brand once the county approved it."""
    brands = BrandRevision.objects.in_force().filter(brand__town=centre.town_id)
    return {
        "centre": centre,
        "today": today,
        "zones": list(Zone.objects.filter(centre=centre)),
        "rooms": list(Room.objects.filter(centre=centre)),
        "points": list(TeachingPoint.objects.filter(centre=centre, is_ready=True).select_related("theme")),
        "brand": brands.select_related("theme", "key_point").first(),
    }
