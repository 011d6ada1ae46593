"""Inspections of the demo county: two years of them, every state the machine knows, some faults still open."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from centres.models import (
    Centre,
    Finding,
    Inspection,
    InspectionPhoto,
    InspectionResult,
    Rectification,
    Standard,
    StandardItem,
)
from juxian.demo.papers import keep
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import SEED, Plot, save_all
from juxian.files.models import StoredFile
from juxian.people.models import User

Kind, State = Inspection.Kind, Inspection.State
ROUNDS = (-640, -430, -230)  # days of the inspections that are over
DAYS_TO_RECTIFY = 30
FAULTS = {
    "zone-office": "办公桌上堆着旧资料，没有专人值班。",
    "zone-teaching": "后排灯管坏了两根，坐在后面看不清。",
    "zone-discussion": "桌椅还是上课的摆法，没有围坐的地方。",
    "zone-living": "饮水机停用，没有贴说明。",
    "have-signs": "大门口的牌子掉漆，远处看不清。",
    "have-rules": "上墙的制度还是前年的版本。",
    "have-plan": "今年的教学计划没有上墙。",
    "have-equipment": "投影仪打不开，备用的没有送修。",
    "have-books": "书架上近两年的新书不到十本。",
    "have-files": "有两个班的档案没有装订。",
    "have-flag": "党旗挂得偏低，有折痕。",
    "have-oath": "誓词展板少了一块。",
}
DONE = "已经整改到位，安排专人每月看一次。"
CHARACTERS = "演示照片"
FONT = Path(__file__).resolve().parents[1] / "papers" / "fonts" / "NotoSerifSC-Regular.ttf"


@dataclass
class Desk:
    """What is being written, kept until it can be saved in one go."""

    plot: Plot
    standard: Standard
    items: list[StandardItem]
    pictures: dict[str, tuple[StoredFile, StoredFile]] = field(default_factory=dict)

    def picture(self, name: str) -> tuple[StoredFile, StoredFile]:
        """A picture that says it is none, and its thumbnail; every name once."""
        if name not in self.pictures:
            file = keep(self.plot, _tile(480, 360), f"演示照片-{name}.jpg", "jpeg")
            small = keep(self.plot, _tile(160, 120), f"演示照片-{name}.jpg", "jpeg")
            self.pictures[name] = (file, small)
        return self.pictures[name]


def _tile(width: int, height: int) -> bytes:
    """A coloured tile with a frame; drawn, and obviously so."""
    tile = Image.new("RGB", (width, height), (196, 176, 140))
    pen = ImageDraw.Draw(tile)
    pen.rectangle((4, 4, width - 5, height - 5), outline=(142, 27, 31), width=3)
    font = ImageFont.truetype(str(FONT), height // 6)
    pen.text((width // 2, height // 2), CHARACTERS, fill=(142, 27, 31), font=font, anchor="mm")
    out = BytesIO()
    tile.save(out, "JPEG", quality=70)
    return out.getvalue()


def write_inspections(plot: Plot) -> None:
    """Everything for every centre. Draws nothing from the plot's own random source."""
    standard = Standard.objects.in_force(plot.at)
    if standard is None:
        return
    desk = Desk(plot, standard, list(standard.items.all()))
    centres = list(Centre.objects.exclude(opened_on=None).select_related("town").order_by("town__code"))
    others = [centre for centre in centres if centre.town.code != HERO_TOWN]
    for number, centre in enumerate(centres):
        _history(desk, centre, Random(f"{SEED}:inspections:{plot.at}:{number}"))
    for number, centre in enumerate(others):
        _present(desk, centre, number)
    for centre in centres:
        if centre.town.code == HERO_TOWN:
            _hero(desk, centre)


def _history(desk: Desk, centre: Centre, random: Random) -> None:
    """A self-check, then an inspection, and where something was found the re-inspection; all of it over."""
    for days in ROUNDS:
        day = desk.plot.day(days + random.randrange(12))
        if centre.opened_on is None or day - timedelta(days=9) < centre.opened_on:
            continue
        _inspect(desk, centre, Kind.SELF, day - timedelta(days=9), {})
        faults = random.sample([item.key for item in desk.items], k=random.randrange(4))
        _closed_round(desk, centre, day, dict.fromkeys(faults, "unmet"))


def _closed_round(desk: Desk, centre: Centre, day: date, faults: dict[str, str]) -> None:
    first = _inspect(desk, centre, Kind.COUNTY, day, faults)
    findings = _findings(first)
    for finding in findings:
        _rectify(desk, centre, finding, day + timedelta(days=12), photo=False)
    if findings:
        _look_again(desk, centre, first, findings, day + timedelta(days=26), {})


def _present(desk: Desk, centre: Centre, number: int) -> None:
    """Where the other fifteen stand today, each state at least once."""
    keys = [item.key for item in desk.items]
    PRESENT[number % len(PRESENT)](desk, centre, keys[number % len(keys)], keys[(number + 5) % len(keys)])


def _half_way(desk: Desk, centre: Centre, one: str, two: str) -> None:
    _draft(desk, centre, Kind.COUNTY, desk.plot.users["inspector"], desk.plot.day(-1), looked=5)


def _unsigned(desk: Desk, centre: Centre, one: str, two: str) -> None:
    _inspect(desk, centre, Kind.COUNTY, desk.plot.day(-2), {one: "unmet"}, signed=False)


def _overdue(desk: Desk, centre: Centre, one: str, two: str) -> None:
    _inspect(desk, centre, Kind.COUNTY, desk.plot.day(-40), {one: "unmet", two: "partly"})


def _one_done(desk: Desk, centre: Centre, one: str, two: str) -> None:
    first = _inspect(desk, centre, Kind.COUNTY, desk.plot.day(-14), {one: "unmet", two: "partly"})
    _rectify(desk, centre, _findings(first)[0], desk.plot.day(-4), photo=True)


def _all_done(desk: Desk, centre: Centre, one: str, two: str) -> None:
    first = _inspect(desk, centre, Kind.COUNTY, desk.plot.day(-25), {one: "unmet"})
    for finding in _findings(first):
        _rectify(desk, centre, finding, desk.plot.day(-6), photo=True)


def _not_right_yet(desk: Desk, centre: Centre, one: str, two: str) -> None:
    first = _inspect(desk, centre, Kind.COUNTY, desk.plot.day(-50), {one: "unmet", two: "unmet"})
    for finding in _findings(first):
        _rectify(desk, centre, finding, desk.plot.day(-30), photo=False)
    _look_again(desk, centre, first, _findings(first), desk.plot.day(-20), {one: "partly"})


def _all_met(desk: Desk, centre: Centre, one: str, two: str) -> None:
    _inspect(desk, centre, Kind.COUNTY, desk.plot.day(-35), {})


def _own_waits(desk: Desk, centre: Centre, one: str, two: str) -> None:
    _inspect(desk, centre, Kind.SELF, desk.plot.day(-3), {one: "partly"}, signed=False)


PRESENT = (_half_way, _unsigned, _overdue, _one_done, _all_done, _not_right_yet, _all_met, _own_waits)


def _findings(inspection: Inspection) -> list[Finding]:
    return list(Finding.objects.filter(result__inspection=inspection).order_by("result__item__order"))


def _hero(desk: Desk, centre: Centre) -> None:
    """The demo clerk's town has one of each: overdue, put right, looked at again and not signed yet, a self-check begun."""
    plot = desk.plot
    older = _inspect(desk, centre, Kind.COUNTY, plot.day(-45), {"have-books": "partly", "have-signs": "unmet"})
    signs = Finding.objects.get(result__inspection=older, result__item__key="have-signs")
    books = Finding.objects.get(result__inspection=older, result__item__key="have-books")
    signs.owner = "示例分管领导"
    signs.due_on = plot.day(-5)
    signs.save(update_fields=["owner", "due_on"])
    _rectify(desk, centre, books, plot.day(-9), photo=True)
    _look_again(desk, centre, older, [signs, books], plot.day(-1), {"have-signs": "unmet"}, signed=False)
    _draft(desk, centre, Kind.SELF, plot.clerk(centre.town), plot.day(-1), looked=4)


# One inspection --------------------------------------------------------------------------------------
def _inspect(
    desk: Desk, centre: Centre, kind: str, day: date, faults: dict[str, str], *, signed: bool = True
) -> Inspection:
    """Handed in on `day`; signed by the other side two days later, when its findings open."""
    plot = desk.plot
    signer = plot.users["county"] if kind == Kind.SELF else plot.clerk(centre.town)
    by = plot.clerk(centre.town) if kind == Kind.SELF else plot.users["inspector"]
    inspection = _new(desk, centre, kind, by, day, rectify=bool(faults))
    _hand_in(desk, inspection, day, kind == Kind.SELF, len(faults))
    results = [
        InspectionResult(
            inspection=inspection, item=item, verdict=faults.get(item.key, "met"), by=by, saved_at=inspection.started_at,
            note=FAULTS.get(item.key, "与标准还有差距。") if item.key in faults else "", client_seq=1,
        )
        for item in desk.items
    ]  # fmt: skip
    save_all(InspectionResult, results)
    if signed:
        _sign(desk, inspection, signer, day + timedelta(days=2), open_faults=bool(faults))
        opened = day + timedelta(days=2)
        due = day + timedelta(days=DAYS_TO_RECTIFY)
        bad = [result for result in results if result.verdict != "met"]
        owner = inspection.town_name
        save_all(Finding, [Finding(result=one, owner=owner, opened_on=opened, due_on=due) for one in bad])
    return inspection


def _look_again(
    desk: Desk, centre: Centre, first: Inspection, findings: list[Finding], day: date, still: dict[str, str],
    *, signed: bool = True,
) -> None:  # fmt: skip
    by = desk.plot.users["inspector"]
    inspection = _new(desk, centre, Kind.RE, by, day, rectify=bool(still), previous=first)
    _hand_in(desk, inspection, day, town=False, bad=len(still))
    save_all(
        InspectionResult,
        [
            InspectionResult(
                inspection=inspection, item=one.result.item, rechecks=one, by=by, saved_at=inspection.started_at,
                verdict=still.get(one.result.item.key, "met"), client_seq=1,
                note="比上次好，还差一点。" if one.result.item.key in still else "",
            )
            for one in findings
        ],
    )  # fmt: skip
    if not signed:
        return
    _sign(desk, inspection, desk.plot.clerk(centre.town), day + timedelta(days=1), open_faults=False)
    for one in findings:
        if one.result.item.key in still:
            one.state, one.rounds, one.due_on = Finding.State.REOPENED, 2, day + timedelta(days=DAYS_TO_RECTIFY)
        else:
            one.state, one.closed_on = Finding.State.ACCEPTED, day + timedelta(days=1)
    Finding.objects.bulk_update(findings, ["state", "rounds", "due_on", "closed_on"])
    if not still:
        _close(desk, first, day + timedelta(days=1))


def _new(
    desk: Desk, centre: Centre, kind: str, by: User, day: date, *, rectify: bool, previous: Inspection | None = None
) -> Inspection:
    plot = desk.plot
    inspection = Inspection.objects.create(
        centre=centre, standard=desk.standard, kind=kind, previous=previous, inspector=by, inspector_name=str(by),
        started_at=plot.moment(day, "09:10"), rectify_by=day + timedelta(days=DAYS_TO_RECTIFY) if rectify else None,
    )  # fmt: skip
    _note(plot, inspection, by, "start", f"开始{inspection.get_kind_display()}", day, "09:10")
    return inspection


def _hand_in(desk: Desk, inspection: Inspection, day: date, town: bool, bad: int) -> None:
    by = inspection.inspector
    inspection.state, inspection.inspected_on = State.SUBMITTED, day
    inspection.submitted_at = desk.plot.moment(day, "11:00")
    if town:
        inspection.town_by, inspection.town_name = by, str(by)
    else:
        inspection.county_by, inspection.county_name = by, str(by)
    inspection.save()
    what = f"提交{inspection.get_kind_display()}，问题 {bad} 个"
    _note(desk.plot, inspection, by, "submit", what, day, "11:00")


def _sign(desk: Desk, inspection: Inspection, signer: User, day: date, *, open_faults: bool) -> None:
    if inspection.is_own:
        inspection.county_by, inspection.county_name = signer, str(signer)
    else:
        inspection.town_by, inspection.town_name = signer, str(signer)
    inspection.state, inspection.confirmed_at = State.CONFIRMED, desk.plot.moment(day, "15:00")
    inspection.save()
    _note(desk.plot, inspection, signer, "confirm", f"确认{inspection.get_kind_display()}", day, "15:00")
    if not open_faults:
        _close(desk, inspection, day)


def _close(desk: Desk, inspection: Inspection, day: date) -> None:
    inspection.state, inspection.closed_at = State.CLOSED, desk.plot.moment(day, "15:00")
    inspection.save(update_fields=["state", "closed_at"])


def _draft(desk: Desk, centre: Centre, kind: str, by: User, day: date, *, looked: int) -> None:
    """Begun, some items done, one of them with a picture."""
    inspection = _new(desk, centre, kind, by, day, rectify=False)
    rows = [
        InspectionResult(
            inspection=inspection, item=item, verdict="met" if number < looked else "", client_seq=number < looked,
            by=by if number < looked else None, saved_at=inspection.started_at if number < looked else None,
        )
        for number, item in enumerate(desk.items)
    ]  # fmt: skip
    save_all(InspectionResult, rows)
    _photo(desk, centre, inspection.get_kind_display(), result=rows[0])


def _rectify(desk: Desk, centre: Centre, finding: Finding, day: date, *, photo: bool) -> None:
    by = desk.plot.clerk(centre.town)
    at = desk.plot.moment(day, "16:00")
    done = Rectification.objects.create(finding=finding, client_key="demo", text=DONE, by=by, by_name=str(by), at=at)
    finding.state = Finding.State.RECTIFIED
    finding.save(update_fields=["state"])
    if photo:
        _photo(desk, centre, "整改后", rectification=done)
    name = finding.result.item.name
    desk.plot.note(at, by, "centres.finding_rectify", finding, f"{centre.town.name}整改“{name}”", centre.town.code)


def _note(plot: Plot, inspection: Inspection, by: Any, verb: str, what: str, day: date, clock: str) -> None:
    centre = inspection.centre
    action = f"centres.inspection_{verb}"
    plot.note(plot.moment(day, clock), by, action, inspection, f"{what}：{centre.name}", centre.town.code)


def _photo(desk: Desk, centre: Centre, what: str, **of: Any) -> None:
    """A picture of a result or of a rectification."""
    file, small = desk.picture(f"{centre.town.name}{what}")
    photo = InspectionPhoto.objects.create(centre=centre, client_key="demo", file=file, thumbnail=small, **of)
    InspectionPhoto.objects.filter(pk=photo.pk).update(at=desk.plot.moment(desk.plot.day(-1)))
