"""Zones and photos, reception sites, posts of the demo county."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from centres.models import (
    Centre,
    Post,
    PostHolding,
    ReceptionSite,
    StaffingDocument,
    StaffingNumber,
    TeachingPoint,
    Zone,
    ZonePhoto,
)
from juxian.demo.papers import keep
from juxian.demo.people import place_name
from juxian.demo.plot import Plot, save_all
from juxian.demo.supply import TEA_POINT, rows_of_villages
from juxian.papers.setting import FONTS
from juxian.people.models import Grant
from trainings.models import Session

FONT = FONTS / "NotoSerifSC-Regular.ttf"
PHOTO_TOWNS = ("371327102", "371327107")
AREAS = {"办公区": 60, "教学区": 240, "研讨区": 90, "生活区": 120}
TINTS = {"办公区": "#7d4a3a", "教学区": "#8a2f2a", "研讨区": "#5d6b4a", "生活区": "#3f5a6b"}
DOCUMENT = ("示例县委编办关于镇街党员教育中心岗位设置的批复", "示例编〔2021〕16号")
POSTS = 3


def write_places(plot: Plot) -> None:
    """Whatever the county's other rows need no more of."""
    centres = list(Centre.objects.filter(town__in=plot.towns).select_related("town").order_by("town__code"))
    _describe(plot, centres)
    _zones(plot, centres)
    _points()
    _sites(plot, centres)
    _posts(plot)


def _describe(plot: Plot, centres: list[Centre]) -> None:
    for index, centre in enumerate(centres):
        centre.principal = f"{centre.town.name}示例书记"
        centre.principal_agreed_on = plot.day(-300) if index % 2 else None
        centre.introduction = f"{centre.town.name}党员的培训阵地，用现有场所改建而成。（示例）"
    Centre.objects.bulk_update(centres, ["principal", "principal_agreed_on", "introduction"])


def _zones(plot: Plot, centres: list[Centre]) -> None:
    """Areas everywhere, photos in two towns, a zone without anything in one."""
    zones = list(Zone.objects.filter(centre__in=centres).select_related("centre__town").order_by("pk"))
    for number, zone in enumerate(zones):
        zone.area = None if number == len(zones) - 1 else AREAS.get(zone.name, 50) + number % 7
    Zone.objects.bulk_update(zones, ["area"])
    photos = []
    for zone in zones:
        if zone.centre.town.code in PHOTO_TOWNS:
            name = f"{zone.centre.town.name}{zone.name}.jpg"
            file, thumbnail = (keep(plot, _tile(zone.name, edge), name, "jpeg") for edge in (800, 320))
            at = plot.moment(plot.day(-200))
            photos.append(
                ZonePhoto(zone=zone, file=file, thumbnail=thumbnail, caption=f"{zone.name}（示例）", added_at=at)
            )
    save_all(ZonePhoto, photos)


def _tile(words: str, width: int) -> bytes:
    """A coloured tile that nobody takes for a photo."""
    height = width * 3 // 4
    picture = Image.new("RGB", (width, height), TINTS.get(words, "#555555"))
    font = ImageFont.truetype(str(FONT), width // 10)
    ImageDraw.Draw(picture).text((width // 2, height // 2), f"演示照片\n{words}", "white", font, "mm", align="center")
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _points() -> None:
    """Routes and safety notes; some that no class uses are closed, the tea garden has its season and its guide."""
    points = list(TeachingPoint.objects.select_related("centre__town").order_by("centre__town__code", "pk"))
    used = set(Session.objects.standing().exclude(point=None).values_list("point_id", flat=True))
    spare = [point.pk for point in points if point.pk not in used]
    for number, point in enumerate(points):
        point.route = f"从培训中心乘车约 {5 + number % 20} 分钟，大客车可到门口（示例）"
        point.safety_note = "走指定路线，听从引导，注意脚下。"
        if point.pk in spare[::5]:
            point.is_ready, point.unready_reason = False, "道路维修（示例）"
        if point.name == TEA_POINT:
            point.is_ready, point.unready_reason = True, ""
            point.opens_in, point.closes_in, point.guide = 4, 10, "示例茶农"
            point.safety_note = "采茶季人多，分组进园；雨天不下茶垄。"
    fields = ["route", "safety_note", "is_ready", "unready_reason", "opens_in", "closes_in", "guide"]
    TeachingPoint.objects.bulk_update(points, fields)


def _sites(plot: Plot, centres: list[Centre]) -> None:
    kinds = list(ReceptionSite.Kind)
    villages: dict[str, list[str]] = {}
    for row in rows_of_villages():
        villages.setdefault(row["town_code"], []).append(place_name(row["name"]))
    rows = []
    for index, centre in enumerate(centres):
        for place, village in enumerate(villages[centre.town.code][: 3 + index % 3]):
            kind = kinds[place % len(kinds)]
            rows.append(
                ReceptionSite(
                    centre=centre,
                    name=f"{village}{kind.label}（示例）",
                    village=village,
                    kind=kind,
                    capacity=20 + 10 * (place % 4),
                    working_since=plot.day(-500 + index),
                    checked_on=plot.day(-20 - index) if place else None,
                    is_working=(index + place) % 6 != 5,
                )
            )
    save_all(ReceptionSite, rows)


def _posts(plot: Plot) -> None:
    """Three posts a town: the clerk's, a named one's, and one that is held, vacant for long, or just vacant."""
    document = StaffingDocument.objects.create(title=DOCUMENT[0], number=DOCUMENT[1], issued_on=plot.day(-620))
    save_all(StaffingNumber, [StaffingNumber(document=document, town=town, posts=POSTS) for town in plot.towns])
    numbers = {number.town_id: number for number in StaffingNumber.objects.filter(document=document)}
    posts = [
        Post(town=town, staffing=numbers[town.pk], slot=slot, opened_on=document.issued_on)
        for town in plot.towns
        for slot in range(1, POSTS + 1)
    ]
    order = {town.pk: index for index, town in enumerate(plot.towns)}
    save_all(PostHolding, [row for post in save_all(Post, posts) for row in _holdings(plot, post, order[post.town_id])])


def _holdings(plot: Plot, post: Post, index: int) -> list[PostHolding]:
    name = f"{post.town.name}示例{'甲乙丙'[post.slot - 1]}"
    if post.slot == 1:
        clerk = plot.clerk(post.town)
        grant = Grant.objects.get(user=clerk, town=post.town)
        return [PostHolding(post=post, user=clerk, name=clerk.name, starts_on=grant.starts_on, grant=grant)]
    if post.slot == 2:
        return [PostHolding(post=post, name=name, starts_on=plot.day(-350), is_dedicated=index % 3 != 0)]
    if index % 4 == 0:
        return [PostHolding(post=post, name=name, starts_on=plot.day(-500), ends_on=plot.day(-120 - index))]
    if index % 4 == 1:
        return [PostHolding(post=post, name=name, starts_on=plot.day(-500), ends_on=plot.day(-30 - index))]
    return [PostHolding(post=post, name=name, starts_on=plot.day(-200 - index))]
