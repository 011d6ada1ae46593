"""Brands of the demo county in every state, all but the article's two marked 示例; two alike, one without a class."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from centres.models import Brand, BrandRevision, BrandTheme, TeachingPoint
from courses.models import Course
from juxian.demo.plot import Plot, save_all
from juxian.people.models import Town
from lecturers.models import Appointment, Lecturer
from trainings.brands import facts_of

State = BrandRevision.State
STORY = "（示例）依托本镇的资源，请老党员和业务骨干讲，到现场教学点看。这一段由演示数据生成。"
COMMENT = "口号和邻镇的太像，由来再写具体些：哪个村、哪一年、哪件事。（示例）"
ALIKE = "沭水红韵 田间课堂（示例）"
EMPTY_TOWN = "371327111"  # takes a theme none of its classes taught
# Town → slot of the theme, and its revisions in order as (slogan, state).
BRANDS: dict[str, tuple[int, tuple[tuple[str, State], ...]]] = {
    "371327001": (1, (("街道先锋 初版（示例）", State.REPLACED), (ALIKE, State.APPROVED))),
    "371327102": (1, (("齐鲁红都 革命摇篮", State.DRAFT),)),
    "371327106": (1, (("沭水红韵 地头课堂（示例）", State.SUBMITTED),)),
    "371327107": (2, (("茶香满园 育人兴业（示例）", State.APPROVED),)),
    "371327108": (4, (("网格连心 邻里同行（示例）", State.RETURNED),)),
    EMPTY_TOWN: (3, (("清风有度 守正笃行（示例）", State.APPROVED),)),
    "371327112": (2, (("果蔬飘香 富民讲堂（示例）", State.DRAFT),)),
    "371327114": (3, (("警钟常鸣 廉洁润村（示例）", State.APPROVED),)),
    "371327116": (4, (("渡口议事 自治共建（示例）", State.APPROVED),)),
    "371327117": (5, (("马上就办 贴心代办（示例）", State.APPROVED),)),
    "371327118": (2, (("花生之乡 科技下田（示例）", State.APPROVED),)),
    "371327119": (5, (("银龄互助 暖到家门（示例）", State.APPROVED),)),
    "371327120": (
        1,
        (("支前小车 初心故事（示例）", State.RETURNED), ("支前独轮车 初心永向前（示例）", State.SUBMITTED)),
    ),
}
VERBS = {
    State.SUBMITTED: (("submit", "送审"),),
    State.RETURNED: (("submit", "送审"), ("returned", "退回")),
    State.APPROVED: (("submit", "送审"), ("approved", "批准")),
    State.REPLACED: (("submit", "送审"), ("approved", "批准")),
}


@dataclass
class Stock:
    """What dossiers name."""

    themes: dict[int, BrandTheme]
    points: dict[int, list[TeachingPoint]]  # by town


def write_brands(plot: Plot) -> None:
    """Beside what `load_county` knows."""
    points: dict[int, list[TeachingPoint]] = {}
    for point in TeachingPoint.objects.filter(is_ready=True).select_related("centre").order_by("pk"):
        points.setdefault(point.centre.town_id, []).append(point)
    stock = Stock({theme.slot: theme for theme in BrandTheme.objects.all()}, points)
    known = {brand.town_id: brand for brand in Brand.objects.select_related("town")}
    made = [Brand(town=town) for town in plot.towns if town.code in BRANDS and town.pk not in known]
    known |= {brand.town_id: brand for brand in save_all(Brand, made)}
    rows: list[BrandRevision] = []
    for town in plot.towns:
        if town.code in BRANDS:
            rows += _revisions(plot, stock, known[town.pk], town)
    for row in save_all(BrandRevision, rows):
        _note(plot, row)
    _mark_keys(plot, known.values())


def _revisions(plot: Plot, stock: Stock, brand: Brand, town: Town) -> Iterable[BrandRevision]:
    slot, said = BRANDS[town.code]
    theme, point = stock.themes[slot], stock.points[town.pk][0]
    if town.code == EMPTY_TOWN:
        theme, point = _untaught(plot, stock, brand, town)
    first = BrandRevision.objects.filter(brand=brand).count() + 1
    for number, (slogan, state) in enumerate(said, start=first):
        yield BrandRevision(
            brand=brand,
            number=number,
            state=state,
            theme=theme,
            slogan=slogan,
            story=STORY,
            key_point=point,
            **_passed(plot, town, state, last=number == first + len(said) - 1),
        )


def _passed(plot: Plot, town: Town, state: State, *, last: bool) -> dict[str, Any]:
    """Who sent and decided it, and when."""
    if state == State.DRAFT:
        return {}
    sent = plot.moment(plot.day(-6 if last and state == State.SUBMITTED else -40 if last else -150), "10:20")
    given: dict[str, Any] = {"submitted_by": plot.clerk(town), "submitted_at": sent}
    if state == State.SUBMITTED:
        return given
    decided = sent + timedelta(days=3)
    given |= {"decided_by": plot.users["county"], "decided_at": decided}
    if state == State.RETURNED:
        return given | {"comment": COMMENT}
    given["used_from"] = decided.date()
    return given if state == State.APPROVED else given | {"used_until": plot.day(-37)}


def _untaught(plot: Plot, stock: Stock, brand: Brand, town: Town) -> tuple[BrandTheme, TeachingPoint]:
    """The theme and point with the fewest classes of this year: none, wherever the towns' classes leave one out."""
    tried = []
    for theme in stock.themes.values():
        for point in stock.points[town.pk]:
            row = BrandRevision(brand=brand, theme=theme, key_point=point)
            facts = facts_of([brand], [row], plot.at)[brand.pk]
            tried.append((len(facts.classes), theme.slot, point.pk, theme, point))
    return min(tried, key=lambda one: one[:3])[3:]


def _note(plot: Plot, row: BrandRevision) -> None:
    """The log's rows of one revision."""
    town = row.brand.town
    for verb, word in VERBS.get(State(row.state), ()):
        at, by = (row.submitted_at, row.submitted_by) if verb == "submit" else (row.decided_at, row.decided_by)
        if at:
            plot.note(at, by, f"centres.brand_{verb}", row, f"{word}{row}", town.code)


def _mark_keys(plot: Plot, brands: Iterable[Brand]) -> None:
    """A featured course and an appointed lecturer of the town for most brands; the empty one has none."""
    courses, lecturers = [], []
    standing = set(Appointment.objects.in_force(plot.at).values_list("lecturer", flat=True))
    themes = dict(BrandRevision.objects.in_force().values_list("brand", "theme"))
    for index, brand in enumerate(sorted(brands, key=lambda one: one.town.code)):
        if brand.town.code == EMPTY_TOWN or brand.pk not in themes:
            continue
        own = Course.objects.featured(plot.at).filter(town=brand.town)
        course = own.filter(theme=themes[brand.pk]).first() or own.first()
        if course:
            course.key_of = brand
            courses.append(course)
        lecturer = Lecturer.objects.filter(town=brand.town, pk__in=standing).order_by("pk").first()
        if lecturer and index % 3:
            lecturer.key_of = brand
            lecturers.append(lecturer)
    Course.objects.bulk_update(courses, ["key_of"])
    Lecturer.objects.bulk_update(lecturers, ["key_of"])
