"""What a clerk has to do about the centre: sign, put right, check oneself, renew evidence."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from centres.evidence import SOON, STALE, Standing, standings
from centres.models import Centre, Finding, Inspection, Standard, StandardItem
from juxian.people.models import Town, User
from juxian.rules.lookup import value

Kind, State = Inspection.Kind, Inspection.State
NAMED = 3  # items a line names before it only counts


@dataclass(frozen=True)
class DeskRow:
    """One thing a clerk should do: by when, what, what happens otherwise, one button."""

    when: date
    what: str
    why: str
    button: str
    url: str


def centre_work(user: User, town: Town, today: date) -> list[DeskRow]:
    """Everything the centre of a town waits for from its clerks; nothing where it has none."""
    centre = Centre.objects.visible_to(user).filter(town=town).first()
    if centre is None:
        return []
    return [
        *_inspections(user, centre, today),
        *_findings(user, centre),
        *_self_check(user, centre, today),
        *_evidence(centre, today),
    ]


def _inspections(user: User, centre: Centre, today: date) -> list[DeskRow]:
    """Results that wait for the town's signature, and self-checks that were begun or came back."""
    rows = []
    days = min(value("inspection.confirm_days", today), default=0)
    for one in Inspection.objects.visible_to(user).unfinished().filter(centre=centre).order_by("pk"):
        url = reverse("centres:inspection", args=[one.pk])
        if one.state == State.SUBMITTED and not one.is_own:
            what = f"确认{one.get_kind_display()}结果：{_day(one.inspected_on)}，{one.inspector_name}"
            why = "看板已按这次结果显示；您确认后才开始整改、销号"
            rows.append(DeskRow(one.inspected_on + timedelta(days=days), what, why, "去核对", url))
        elif one.is_own and one.is_draft and one.returned_reason:
            rows.append(DeskRow(today, "改好自查再提交", f"退回原因：{one.returned_reason}", "去改", url))
        elif one.is_own and one.is_draft:
            started = _day(timezone.localdate(one.started_at))
            rows.append(DeskRow(today, f"接着自查：{started}开始", "没提交，县里看不到", "接着查", url))
    return rows


def _findings(user: User, centre: Centre) -> list[DeskRow]:
    """What the town has to put right, by the day set."""
    rows = Finding.objects.visible_to(user).filter(result__inspection__centre=centre, state__in=Finding.TOWNS_TURN)
    return [
        DeskRow(
            one.due_on,
            f"整改{one.result.item.name}：{one.result.note}",
            f"{'复查没过，' if one.state == Finding.State.REOPENED else ''}责任人{one.owner}，改好报上来，等县里复查",
            "报整改",
            reverse("centres:finding", args=[one.pk]),
        )
        for one in rows.select_related("result__item").order_by("due_on", "pk")
    ]


def _self_check(user: User, centre: Centre, today: date) -> list[DeskRow]:
    """The self-check of the year, where the county asks for one and none was handed in or begun."""
    month = int(value("inspection.self_check_month", today))
    if not 1 <= month <= 12:
        return []
    since = date(today.year, 1, 1)
    own = Inspection.objects.visible_to(user).filter(centre=centre, kind=Kind.SELF)
    if own.filter(inspected_on__gte=since).exists() or own.unfinished().exists():
        return []
    last = (date(today.year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    why = f"县里要求每年{month}月底前自查一次"
    return [DeskRow(last, f"{today.year}年自查", why, "去自查", reverse("centres:town-inspections"))]


def _evidence(centre: Centre, today: date) -> list[DeskRow]:
    """Items of the version in force whose evidence has run out, in one line, and those that soon will, in another."""
    standard = Standard.objects.in_force(today)
    if standard is None:
        return []
    found = standings([centre], today)
    items = [(item, found.get((centre.pk, item.key))) for item in standard.items.order_by("order")]
    why = {STALE: "看板上已变成“依据过期”，传一份新的就恢复", SOON: "到期后看板上变成“依据过期”"}
    return [_renew(why[state], _of(items, state)) for state in (STALE, SOON) if _of(items, state)]


def _of(items: list[tuple[StandardItem, Standing | None]], state: str) -> list[tuple[date, StandardItem]]:
    """Items in that state with the last day of their evidence, the earliest first."""
    rows = [(standing.until, item) for item, standing in items if standing and standing.state == state]
    return sorted(((until, item) for until, item in rows if until), key=lambda row: (row[0], row[1].order))


def _renew(why: str, rows: list[tuple[date, StandardItem]]) -> DeskRow:
    names = "、".join(item.name for _, item in rows[:NAMED])
    more = f"等 {len(rows)} 项" if len(rows) > NAMED else ""
    first, item = rows[0]
    url = reverse("centres:standard-item", args=[item.key]) if len(rows) == 1 else reverse("centres:town-standard")
    return DeskRow(first, f"更新达标依据：{names}{more}", f"依据有效到{_day(first)}。{why}", "去更新", url)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
