"""经费预算 and 经费决算 of a class's file, with the scans of its vouchers; the tab on its page; the list of vouchers below."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from centres.models import ExpenseScan
from centres.money import link_makers, total, yuan
from juxian.files.models import StoredFile
from juxian.files.store import is_whole, open_whole
from juxian.papers import Item, Table, Text
from trainings.costs import class_accounts, class_of_expenses
from trainings.filed import paper, sheet
from trainings.models import ClassBudget, ClassCost, TrainingClass
from trainings.registry import Tab, registry
from trainings.words import plain

State = TrainingClass.State
CHUNK = 1 << 16
KINDS = {"pdf": "PDF", "jpeg": "照片", "ofd": "OFD"}


def has_budget(training_class: TrainingClass) -> bool:
    """Whether there is a budget to make a paper of."""
    return ClassBudget.objects.filter(training_class=training_class, amount__gt=0).exists()


def has_accounts(training_class: TrainingClass) -> bool:
    """Whether the class is over and has vouchers."""
    over = training_class.state in (State.CLOSING, State.ARCHIVED)
    return over and ClassCost.objects.filter(training_class=training_class).standing().exists()


def _budget(training_class: TrainingClass) -> list[Item]:
    if not has_budget(training_class):
        return []
    rows = class_accounts(training_class)
    lines = [[row.name, yuan(row.budget)] for row in [*rows, total(rows)]]
    return [paper(training_class, "经费预算", [Text("金额单位：元"), Table(["费用项目", "预算"], lines, [4, 4])])]


def _accounts(training_class: TrainingClass) -> list[Item]:
    if not has_accounts(training_class):
        return []
    rows = class_accounts(training_class)
    lines = [[row.name, yuan(row.budget), yuan(row.spent), yuan(row.left)] for row in [*rows, total(rows)]]
    sums = Table(["费用项目", "预算", "决算", "结余"], lines, [4, 3, 3, 3])
    heads = ["凭证号", "日期", "费用项目", "金额", "收款方", "事由", "授课人", "学时", "说明"]
    costs = _costs(training_class)
    found = [
        [
            row.expense.voucher, str(row.expense.spent_on), row.expense.head.name, yuan(row.expense.amount),
            row.expense.payee, row.expense.purpose, str(row.lecturer or ""), plain(row.hours or Decimal(0)) if row.hours else "",
            f"{row.warning}{row.accepted_reason}",
        ]
        for row in costs
    ]  # fmt: skip
    short = Table(heads[:6], [cells[:6] for cells in found], [3, 4, 4, 3, 4, 6])
    made = [paper(training_class, "经费决算", [Text("金额单位：元"), sums, short]), sheet("支出明细", heads, found)]
    return made + _scans(costs)


def _costs(training_class: TrainingClass) -> list[ClassCost]:
    rows = (
        ClassCost.objects.filter(training_class=training_class).standing().select_related("expense__head", "lecturer")
    )
    return list(rows.order_by("expense__spent_on", "expense__voucher"))


def _scans(costs: list[ClassCost]) -> list[Item]:
    wanted = [row.expense_id for row in costs]
    scans = ExpenseScan.objects.filter(expense__in=wanted).select_related("file", "expense").order_by("pk")
    return [
        Item(f"票据/{number:02d} {_plain(f'{scan.expense.voucher} {scan.file.original_name}')}", KINDS.get(scan.file.kind, "文件"), partial(_read, scan.file))
        for number, scan in enumerate(scans, start=1)
        if is_whole(scan.file)
    ]  # fmt: skip


def _read(stored: StoredFile) -> Iterator[bytes]:
    with open_whole(stored) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _plain(name: str) -> str:
    """A name without what would make it a folder."""
    return "".join("_" if sign in '/\\:*?"<>|' else sign for sign in name).strip(". ")


def _spent(training_class: TrainingClass) -> str:
    """For the tab: how many vouchers."""
    return f"{ClassCost.objects.filter(training_class=training_class).standing().count()} 笔"


def register() -> None:
    """Called once when the apps are ready."""
    registry.dossier |= {"budget": has_budget, "accounts": has_accounts}
    registry.papers |= {"budget": _budget, "accounts": _accounts}
    if all(tab.url_name != "trainings:class-costs" for tab in registry.tabs):
        registry.tabs.append(Tab("经费", "trainings:class-costs", _spent))
    if class_of_expenses not in link_makers:
        link_makers.append(class_of_expenses)
