"""What a class costs, by head and per person and day, and the ceilings it is held against. They warn and never block."""

from decimal import Decimal

from centres.models import CostHead, Expense
from centres.models.money import ZERO
from centres.money import Account, Link, total, yuan
from juxian.rules.lookup import value
from lecturers.models import FeeCap, Lecturer
from trainings.attendance import effective_marks
from trainings.models import ClassBudget, ClassCost, Enrolment, Session, TrainingClass
from trainings.models.costs import ClassCostQuerySet
from trainings.words import plain

LECTURE_FEES = "lecturers"  # key of the head that has a ceiling of its own


def class_accounts(training_class: TrainingClass) -> list[Account]:
    """Each head of a class: what was planned, what its standing vouchers add up to."""
    budgets = dict(ClassBudget.objects.filter(training_class=training_class).values_list("head", "amount"))
    spent: dict[int, Decimal] = {}
    for head, amount in _standing(training_class).values_list("expense__head", "expense__amount"):
        spent[head] = spent.get(head, ZERO) + amount
    return [
        Account(head.name, budgets.get(head.pk, ZERO), spent.get(head.pk, ZERO), head.pk)
        for head in CostHead.objects.order_by("order", "pk")
        if head.is_active or head.pk in budgets or head.pk in spent
    ]


def _standing(training_class: TrainingClass) -> ClassCostQuerySet:
    return ClassCost.objects.filter(training_class=training_class).standing().order_by()


def person_days(training_class: TrainingClass) -> tuple[int, bool]:
    """People times days, and whether that was counted from the roll; before it was called: seats times days."""
    sessions = {row.pk: row.day for row in Session.objects.filter(training_class=training_class).standing()}
    came = {
        (enrolment, sessions[session])
        for (session, enrolment), mark in effective_marks(training_class).items()
        if mark.present
    }
    if came and training_class.state in (TrainingClass.State.CLOSING, TrainingClass.State.ARCHIVED):
        return len(came), True
    days = len(set(sessions.values())) or (training_class.ends_on - training_class.starts_on).days + 1
    seated = Enrolment.objects.filter(training_class=training_class).seated().count()
    return (seated or training_class.capacity) * days, False


def shared_costs(training_class: TrainingClass, but: Expense | None = None) -> Decimal:
    """What the class cost without lecture fees, which have a ceiling of their own."""
    rows = _standing(training_class).exclude(expense__head__key=LECTURE_FEES)
    if but:
        rows = rows.exclude(expense=but)
    return sum(rows.values_list("expense__amount", flat=True), ZERO)


def warnings(
    training_class: TrainingClass, expense: Expense, lecturer: Lecturer | None, hours: Decimal | None
) -> str:  # fmt: skip
    """What to warn of before `expense` is put to the class, in sentences with the sums; empty when nothing is."""
    found = [_over_plan(training_class, expense)]
    if expense.head.key == LECTURE_FEES:
        found += [_over_fee(expense, lecturer, hours), _over_half_days(training_class, expense, lecturer, hours)]
    else:
        found.append(_over_day(training_class, expense))
    return "".join(found)[:500]


def _over_plan(training_class: TrainingClass, expense: Expense) -> str:
    """More than the plan's line gave the class, where it gave anything."""
    given = training_class.line.budget if training_class.line else None
    if given is None:
        return ""
    sums = total(class_accounts(training_class)).spent + expense.amount
    return (
        f"计划经费 {yuan(given)} 元，加上这一笔共 {yuan(sums)} 元，超出 {yuan(sums - given)} 元。"
        if sums > given
        else ""
    )


def _over_day(training_class: TrainingClass, expense: Expense) -> str:
    cap = Decimal(value("cost.person_day", training_class.starts_on))
    sums, (days, _) = shared_costs(training_class, expense) + expense.amount, person_days(training_class)
    each = round(sums / days, 2)
    if sums <= cap * days:
        return ""
    return f"除师资费外共 {yuan(sums)} 元，{days} 人天，每人每天 {yuan(each)} 元，超过上限 {plain(cap)} 元。"


def fee_cap(lecturer: Lecturer, expense: Expense) -> tuple[str, Decimal] | None:
    """Title and cap of a lecturer on the day of the voucher; without a title the lowest that is paid at all."""
    caps = FeeCap.objects.in_force(expense.spent_on).select_related("title")
    own = caps.filter(title=lecturer.title_id).first()
    if own:
        return own.title.name, own.per_hour
    lowest = caps.filter(per_hour__gt=0).order_by("per_hour").first()
    return (f"没登记职称，按{lowest.title.name}", lowest.per_hour) if lowest else None


def _over_fee(expense: Expense, lecturer: Lecturer | None, hours: Decimal | None) -> str:
    if lecturer is None or not hours:
        return "没有填授课人和学时，讲课费上限没法核对。"
    cap = fee_cap(lecturer, expense)
    if cap is None or expense.amount <= cap[1] * hours:
        return ""
    each = round(expense.amount / hours, 2)
    return f"{lecturer}每学时 {yuan(each)} 元（{yuan(expense.amount)} 元 ÷ {plain(hours)} 学时），超过上限 {yuan(cap[1])} 元（{cap[0]}）。"


def _over_half_days(
    training_class: TrainingClass, expense: Expense, lecturer: Lecturer | None, hours: Decimal | None
) -> str:  # fmt: skip
    if lecturer is None or not hours:
        return ""
    taught = Session.objects.filter(training_class=training_class, lecturer=lecturer).standing().count()
    most = Decimal(value("cost.lecture_hours", expense.spent_on))
    paid = (
        ClassCost.objects.filter(training_class=training_class, lecturer=lecturer).standing().exclude(expense=expense)
    )
    hours += sum((row for row in paid.values_list("hours", flat=True) if row), ZERO)
    if hours <= taught * most:
        return ""
    return f"{lecturer}在本班授课 {taught} 个半天，最多计酬 {plain(taught * most)} 学时，现为 {plain(hours)} 学时。"


def class_of_expenses(expenses: list[int]) -> dict[int, Link]:
    """For the list of vouchers: the class each was spent on."""
    rows = ClassCost.objects.filter(expense__in=expenses).select_related("training_class")
    return {
        row.expense_id: (row.training_class.title, f"/town/trainings/{row.training_class_id}/costs/") for row in rows
    }


def problems() -> list[str]:
    """Vouchers put to a class of another town; asked by `verify`."""
    rows = ClassCost.objects.select_related("training_class__town", "expense__town").order_by("pk")
    return [
        f"“{row.training_class}”的支出 {row.expense.voucher} 是{row.expense.town.name}的，不是本镇的。"
        for row in rows
        if row.expense.town_id != row.training_class.town_id
    ]
