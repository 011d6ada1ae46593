"""Evidence of the demo county: drawn photos, some fresh, some near their end, some past it, some missing."""

from datetime import date
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from centres.actions.evidence import months_after
from centres.models import Centre, Evidence, Standard, StandardItem
from juxian.demo.papers import keep
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import Plot, save_all
from juxian.files.models import StoredFile
from juxian.papers.setting import FONTS

FONT = FONTS / "NotoSerifSC-Regular.ttf"
TINTS = ("#7d4a3a", "#5d6b4a", "#3f5a6b", "#6b4a63", "#7a6534", "#4a6b66")
PAPER = b"%PDF-1.4\n% \xe6\xbc\x94\xe7\xa4\xba\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FRESH, SOON, STALE, MISSING = "fresh", "soon", "stale", "missing"
# What the demo clerk's own town lacks: one of each.
HERO = {"have-equipment": STALE, "have-signs": SOON, "have-books": MISSING}


def write_evidence(plot: Plot) -> None:
    """One piece for nearly every item of every centre; all towns share the few drawn files."""
    standard = Standard.objects.in_force(plot.at)
    if standard is None:
        return
    items = list(standard.items.exclude(evidence=StandardItem.Evidence.NONE).order_by("order"))
    files = {item.key: _files(plot, item, number) for number, item in enumerate(items)}
    rows = []
    for town, centre in enumerate(Centre.objects.filter(town__in=plot.towns).select_related("town")):
        for number, item in enumerate(items):
            state = HERO.get(item.key, FRESH) if centre.town.code == HERO_TOWN else _state(town, number)
            if state != MISSING:
                rows.append(_row(plot, centre, item, files[item.key], _taken(plot, item, state, town + number)))
    rows.append(_withdrawn(plot, next(row for row in rows if row.centre.town.code == HERO_TOWN)))
    for row in save_all(Evidence, rows):
        summary = f"{row.centre}交{row.item_name}{row.get_kind_display()}"
        plot.note(row.at, row.by, "centres.evidence_add", row, summary, row.centre.town.code)


def _state(town: int, number: int) -> str:
    """Five towns have everything; in the others something is past its day, near it or not there."""
    if town % 3 == 0:
        return FRESH
    return {3: STALE, 6: SOON, 9: MISSING}.get((town * 5 + number) % 14, FRESH)


def _taken(plot: Plot, item: StandardItem, state: str, shift: int) -> date:
    """A day that puts an item of so many months into that state."""
    months = (item.valid_months or 12) * 30
    return plot.day({FRESH: -(20 + shift * 7 % 80), SOON: 12 - months, STALE: -months - 45 - shift}[state])


def _row(
    plot: Plot, centre: Centre, item: StandardItem, files: tuple[StoredFile, StoredFile | None], taken: date
) -> Evidence:
    by = plot.clerk(centre.town)
    return Evidence(
        centre=centre,
        item_key=item.key,
        item_name=item.name,
        kind=Evidence.Kind.PHOTO if files[1] else Evidence.Kind.PAPER,
        file=files[0],
        thumbnail=files[1],
        taken_on=taken,
        effective_from=taken,
        valid_until=months_after(taken, item.valid_months) if item.valid_months else None,
        by=by,
        by_name=str(by),
        at=plot.moment(taken, "15:30"),
    )


def _withdrawn(plot: Plot, like: Evidence) -> Evidence:
    """One that was taken back, so that the history has something to show."""
    return Evidence(
        **{
            field.attname: getattr(like, field.attname)
            for field in Evidence._meta.concrete_fields
            if field.attname not in ("id", "state")
        }
        | {
            "state": Evidence.State.WITHDRAWN,
            "withdrawn_at": plot.moment(like.taken_on, "16:10"),
            "withdrawn_name": like.by_name,
            "withdrawn_reason": "拍糊了，已换一张（演示）",
        }
    )


def _files(plot: Plot, item: StandardItem, number: int) -> tuple[StoredFile, StoredFile | None]:
    """The drawn photo with its thumbnail, or the empty paper."""
    if item.evidence != StandardItem.Evidence.PHOTO:
        return keep(plot, PAPER, f"{item.name}（演示）.pdf", "pdf"), None
    whole, small = (_tile(item.name, TINTS[number % len(TINTS)], width) for width in (1000, 320))
    return keep(plot, whole, f"{item.name}（演示）.jpg", "jpeg"), keep(
        plot, small, f"{item.name}（演示）小.jpg", "jpeg"
    )


def _tile(words: str, tint: str, width: int) -> bytes:
    """A coloured tile that nobody takes for a photo."""
    height = width * 3 // 4
    picture = Image.new("RGB", (width, height), tint)
    font = ImageFont.truetype(str(FONT), width // 9)
    ImageDraw.Draw(picture).text((width // 2, height // 2), f"演示照片\n{words}", "white", font, "mm", align="center")
    out = BytesIO()
    picture.save(out, "JPEG", quality=75)
    return out.getvalue()
