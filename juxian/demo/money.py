"""Money of the demo county: budgets of last year and this one, vouchers of the classes and of the house, closed books."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from centres.models import (
    Budget,
    BudgetAdjustment,
    BudgetLine,
    BudgetReturn,
    CostHead,
    Expense,
    ExpenseScan,
    YearClosing,
)
from centres.money import yuan
from juxian.demo.outline import Outline, State
from juxian.demo.papers import keep
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import SEED, Plot, save_all
from juxian.people.models import Town
from lecturers.models import Lecturer, LecturerTitle
from trainings.costs import warnings
from trainings.models import ClassBudget, ClassCost

CENT, ZERO = Decimal("0.01"), Decimal("0.00")
HELD = (State.RUNNING, State.CLOSING, State.ARCHIVED)
PAYEES = {
    "lecturers": ("授课讲师（演示）", "授课讲课费"),
    "lodging": ("演示招待所", "学员住宿"),
    "meals": ("演示食堂", "学员工作餐"),
    "venue": ("演示会堂", "会场布置和音响"),
    "materials": ("演示印刷社", "学习资料印刷"),
    "transport": ("演示客运公司", "现场教学用车"),
    "other": ("演示办公用品店", "签到册、签字笔和电池"),
}
HOUSE = ("materials", "venue", "other", "transport")  # what the house pays beside its classes
FEE_WHY = "外聘专家只讲一节专题，已报县里同意（演示）"
OVER_WHY = "年底集中培训比计划多一期，已向县里报告（演示）"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class Book:
    """One town's year on its way."""

    town: Town
    year: int
    rows: list[tuple[date, str, Decimal, Outline | None]] = field(default_factory=list)  # day, head, amount, class
    budget: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Spent:
    """What was written: the vouchers of each class by head, for the floor above."""

    of_class: list[tuple[Outline, str, Expense]] = field(default_factory=list)


def write_money(plot: Plot, outlines: list[Outline]) -> None:
    """Everything in few bulk writes; draws from a source of its own, so that nobody else's rows move."""
    random = Random(f"{SEED}:money:{plot.at}:{plot.scale}")
    heads = {head.key: head for head in CostHead.objects.all() if head.key in PAYEES}
    books = [Book(town, year) for year in (plot.at.year - 1, plot.at.year) for town in plot.towns]
    by_key = {(book.town.pk, book.year): book for book in books}
    for outline in outlines:
        book = by_key.get((outline.town.pk, outline.ends_on.year))
        if outline.state in HELD and outline.ends_on <= plot.at and book:
            _of_class(book, outline, random)
    for book in books:
        _of_house(book, plot, random)
        _plan(book, plot)
    budgets = _budgets(plot, books, heads)
    spent = _vouchers(plot, books, heads)
    _reversal(plot, spent)
    _scans(plot, spent)
    _adjust(plot, budgets, heads)
    _close(plot, books)
    _titles(plot, random)
    _links(plot, spent)
    _class_budgets(spent, heads)


def _others(plot: Plot) -> list[Town]:
    """The towns that are not the demo clerk's: over budget, late with it, and opened again are among them."""
    return [town for town in plot.towns if town.code != HERO_TOWN]


def _of_class(book: Book, outline: Outline, random: Random) -> None:
    """Meals and papers of everybody, a fee where somebody outside taught, a bus now and then."""
    people, days = len(outline.people), (len(outline.half_days) + 1) // 2
    day = outline.ends_on
    book.rows.append((day, "meals", Decimal(people * days * random.randrange(1800, 2600)) * CENT, outline))
    book.rows.append((day, "materials", Decimal(people * random.randrange(300, 900)) * CENT, outline))
    if random.random() < 0.5:
        book.rows.append((day, "lecturers", Decimal(4 * random.randrange(150, 480)), outline))
    if random.random() < 0.3:
        book.rows.append((day, "transport", Decimal(random.randrange(60_000, 180_000)) * CENT, outline))


def _of_house(book: Book, plot: Plot, random: Random) -> None:
    """A small bill most months, as far as the year has come."""
    for month in range(1, 13):
        day = date(book.year, month, random.randrange(3, 27))
        key, amount = HOUSE[random.randrange(len(HOUSE))], Decimal(random.randrange(8_000, 90_000)) * CENT
        if day <= plot.at:
            book.rows.append((day, key, amount, None))


def _plan(book: Book, plot: Plot) -> None:
    """A budget in round figures somewhat above what was spent; one town's meals were planned too small."""
    for key in PAYEES:
        used = sum((row[2] for row in book.rows if row[1] == key), ZERO)
        book.budget[key] = (used * Decimal("1.25") / 500 + 2).to_integral_value(ROUND_HALF_UP) * 500
    if book.year == plot.at.year and book.town == _others(plot)[2]:
        used = sum((row[2] for row in book.rows if row[1] == "meals"), ZERO)
        book.budget["meals"] = max(Decimal(500), (used * Decimal("0.9") / 100).to_integral_value() * 100)


def _budgets(plot: Plot, books: list[Book], heads: dict[str, CostHead]) -> list[Budget]:
    """Drafts first, for lines come in only before the approval; the one town that is late stays a draft."""
    rows, lines = [], []
    planned = [*books, Book(next(t for t in plot.towns if t.code == HERO_TOWN), plot.at.year + 1)]
    planned[-1].budget = dict(next(b for b in books if b.town == planned[-1].town and b.year == plot.at.year).budget)
    for book in planned:
        day = min(date(book.year, 1, 12), plot.day(-3))
        rows.append(Budget(town=book.town, year=book.year, saved_by=plot.clerk(book.town), saved_at=plot.moment(day)))
    save_all(Budget, rows)
    for book, row in zip(planned, rows, strict=True):
        lines += [BudgetLine(budget=row, head=heads[key], amount=amount) for key, amount in book.budget.items()]
    save_all(BudgetLine, lines)
    late = _others(plot)[5]
    agreed = [row for row in rows if row.year < plot.at.year or (row.year == plot.at.year and row.town != late)]
    for row in agreed:
        at = row.saved_at + timedelta(days=2)
        row.state, row.approved_by, row.approved_at = Budget.State.APPROVED, plot.users["county"], at
        plot.note(at, row.approved_by, "centres.budget_approved", row, f"批准{row}", row.town.code)
    Budget.objects.bulk_update(agreed, ["state", "approved_by", "approved_at"])
    _send_back(plot, next(row for row in rows if row.year == plot.at.year and row.town == late))
    return agreed


def _send_back(plot: Plot, row: Budget) -> None:
    """The draft that is late waits for the town: the county asked for a change."""
    at, comment = row.saved_at + timedelta(days=2), "伙食费和办班天数对不上，请核对后再报。（演示）"
    save_all(
        BudgetReturn, [BudgetReturn(budget=row, saved_at=row.saved_at, comment=comment, by=plot.users["county"], at=at)]
    )
    plot.note(at, plot.users["county"], "centres.budget_returned", row, f"退回{row}：{comment}", row.town.code)


def _vouchers(plot: Plot, books: list[Book], heads: dict[str, CostHead]) -> Spent:
    spent, rows = Spent(), []
    late = _others(plot)[5]
    for book in books:
        used: dict[str, Decimal] = dict.fromkeys(PAYEES, ZERO)
        for number, (day, key, amount, outline) in enumerate(sorted(book.rows, key=lambda row: row[0]), start=1):
            payee, purpose = PAYEES[key]
            warning = _warning(book, heads[key], key, amount, used, late if book.year == plot.at.year else None)
            row = Expense(
                town=book.town, year=book.year, head=heads[key], amount=amount, voucher=f"记-{number}", spent_on=day,
                payee=payee, purpose=f"{outline.title}{purpose}"[:120] if outline else purpose, warning=warning,
                accepted_reason=OVER_WHY if warning else "", by=plot.clerk(book.town), at=plot.moment(day, "16:00"),
            )  # fmt: skip
            used[key] += amount
            rows.append(row)
            if outline:
                spent.of_class.append((outline, key, row))
    save_all(Expense, rows)
    return spent


def _warning(
    book: Book, head: CostHead, key: str, amount: Decimal, used: dict[str, Decimal], late: Town | None
) -> str:  # fmt: skip
    if book.town == late:
        return f"{book.year} 年还没有批准的预算。"
    over = used[key] + amount - book.budget[key]
    if over <= 0:
        return ""
    said = f"“{head}”{book.year} 年预算 {yuan(book.budget[key])} 元，已支出 {yuan(used[key])} 元"
    return f"{said}，这一笔 {yuan(amount)} 元，超出 {yuan(over)} 元。"


def _reversal(plot: Plot, spent: Spent) -> None:
    """In the demo clerk's town one bill was typed wrong, taken back, and entered again."""
    town = next(t for t in plot.towns if t.code == HERO_TOWN)
    day = max(date(plot.at.year, 1, 1), plot.day(-20))
    head = CostHead.objects.get(key="other")
    by = {"by": plot.clerk(town), "at": plot.moment(day, "17:00")}
    same = {
        "town": town, "year": day.year, "head": head, "voucher": "记-901", "spent_on": day, "payee": "演示办公用品店",
        "purpose": "党员教育中心桌签", **by,
    }  # fmt: skip
    wrong = Expense.objects.create(amount=Decimal("386.00"), **same)
    Expense.objects.create(amount=-wrong.amount, reverses=wrong, reason="金额看错一位（演示）", **same)
    Expense.objects.create(amount=Decimal("368.00"), round=2, **same)


def _scans(plot: Plot, spent: Spent) -> None:
    """The latest vouchers of classes in the demo clerk's town have their scan."""
    own = [row for outline, _, row in spent.of_class if outline.town.code == HERO_TOWN][-3:]
    for row in own:
        file = keep(plot, PAPER, f"{row.voucher}-演示凭证.pdf", "pdf")
        ExpenseScan.objects.create(expense=row, file=file, by=row.by, at=row.at)


def _adjust(plot: Plot, budgets: list[Budget], heads: dict[str, CostHead]) -> None:
    """The county moved a little money in the demo clerk's town this year."""
    own = next(row for row in budgets if row.town.code == HERO_TOWN and row.year == plot.at.year)
    at, county = plot.moment(plot.day(-1), "10:00"), plot.users["county"]
    reason = "从其他费用调剂，用于现场教学用车（演示）"
    for key, amount in (("transport", Decimal("500.00")), ("other", Decimal("-500.00"))):
        row = BudgetAdjustment(budget=own, head=heads[key], amount=amount, reason=reason, by=county, at=at)
        row.save(force_insert=True)


def _close(plot: Plot, books: list[Book]) -> None:
    """Last year is closed everywhere; in one town it was opened again for a bill that came late."""
    rows = []
    for book in (one for one in books if one.year < plot.at.year):
        at = plot.moment(min(date(plot.at.year, 1, 20), plot.day(-2)))
        sums = {
            "budget": sum(book.budget.values(), ZERO),
            "spent": sum((row[2] for row in book.rows), ZERO),
        }
        step = {"town": book.town, "year": book.year, **sums}
        rows.append(YearClosing(number=1, is_closed=True, by=plot.clerk(book.town), at=at, **step))
        if book.town == _others(plot)[7]:
            again, why = at + timedelta(hours=20), "一张场地费发票到得晚（演示）"
            rows.append(YearClosing(number=2, is_closed=False, reason=why, by=plot.users["county"], at=again, **step))
    save_all(YearClosing, rows)


def _titles(plot: Plot, random: Random) -> None:
    """Some lecturers carry a title their fees are held against; a few teach for nothing."""
    titles = list(LecturerTitle.objects.order_by("order"))
    people = list(Lecturer.objects.filter(is_demo=True).order_by("pk"))
    for number, one in enumerate(people):
        one.title = titles[(0, 0, 1, 3)[number // 3 % 4]] if number % 3 == 0 else None
    Lecturer.objects.bulk_update(people, ["title"])


def _links(plot: Plot, spent: Spent) -> None:
    """Most vouchers of classes are put to their class; one fee in the demo clerk's town lies above the cap."""
    rows, over, people = [], False, Lecturer.objects.in_bulk()  # as they are now, with their titles
    for outline, key, expense in spent.of_class:
        fee = key == "lecturers"
        key_of = next((one.lecturer_id for one in outline.sessions if one.lecturer_id), 0) if fee else 0
        lecturer = people.get(key_of)
        if fee and lecturer is None:
            continue
        cost = ClassCost(
            training_class=outline.row, expense=expense, lecturer=lecturer, hours=Decimal(4) if fee else None,
            by=expense.by, at=expense.at,
        )  # fmt: skip
        warning = warnings(outline.row, expense, lecturer, cost.hours) if fee else ""
        if fee and not over and outline.town.code == HERO_TOWN and not warning:
            cost.hours = Decimal(1)
            warning, over = warnings(outline.row, expense, lecturer, cost.hours), True
        cost.warning, cost.accepted_reason = warning, FEE_WHY if warning else ""
        rows.append(cost)
    save_all(ClassCost, rows)


def _class_budgets(spent: Spent, heads: dict[str, CostHead]) -> None:
    """What each class had planned: a little more than it cost, in round figures."""
    sums: dict[tuple[int, str], Decimal] = {}
    for outline, key, expense in spent.of_class:
        pair = (outline.row.pk, key)
        sums[pair] = sums.get(pair, ZERO) + expense.amount
    save_all(
        ClassBudget,
        [
            ClassBudget(training_class_id=row, head=heads[key], amount=(amount / 100 + 1).to_integral_value() * 100)
            for (row, key), amount in sums.items()
        ],
    )
