"""Money of a town: the heads of cost, the yearly budget, vouchers that are never edited, the closing of a year.

Amounts are Decimal 元 with two places. Triggers refuse what an action would refuse, on both engines.
"""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User

FIRST_YEAR, LAST_YEAR = 2020, 2100
ZERO = Decimal("0.00")
LARGEST = Decimal(10_000_000)  # 元; more in one amount is a slip of the pen


def _amount(label: str) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2)


class CostHead(models.Model):
    """One of the kinds of cost the training-fee rules name (师资费, 住宿费 …); an open list the county edits."""

    key = models.SlugField(
        "代码",
        max_length=20,
        unique=True,
        help_text="字母，不重复，如 travel；建好后不变。",
        error_messages={"unique": "这个代码已有费用项目在用，请换一个。"},
    )
    name = models.CharField(
        "名称", max_length=20, unique=True, error_messages={"unique": "已有同名的费用项目，请换一个。"}
    )
    order = models.PositiveSmallIntegerField("顺序")
    source = models.CharField("依据", max_length=200)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "费用项目"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class BudgetQuerySet(TownQuerySet):
    """Budgets of a town."""


class Budget(models.Model):
    """What a town may spend in a year: draft, then approved by the county. Approved lines stay; adjustments change them."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        APPROVED = "approved", "已批准"

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="budgets")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    saved_by = models.ForeignKey(User, models.PROTECT, verbose_name="编制人", related_name="+")
    saved_at = models.DateTimeField("编制时间")
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="批准人", null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)

    objects = BudgetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度经费预算"
        ordering = ["-year", "town__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "year"],
                name="centres_budget_one_a_year",
                violation_error_message="该镇街本年度已有预算。",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                name="centres_budget_year",
                violation_error_message=f"年度应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approved_by=None, approved_at=None)
                | Q(state="approved", approved_by__isnull=False, approved_at__isnull=False),
                name="centres_budget_approved_pair",
                violation_error_message="已批准的预算要有批准人和时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.town.name}{self.year}年度经费预算"

    @property
    def seen(self) -> str:
        """Which saving of the draft this is: another one is saved at another moment."""
        return f"{self.saved_at:%Y%m%d%H%M%S%f}"


class BudgetRowQuerySet(TownQuerySet):
    """Lines, returns and adjustments of a town's budgets."""

    town_path = "budget__town"


class BudgetLine(models.Model):
    """The amount of one head; may change only while its budget is a draft (triggers)."""

    budget = models.ForeignKey(Budget, models.PROTECT, verbose_name="预算", related_name="lines")
    head = models.ForeignKey(CostHead, models.PROTECT, verbose_name="费用项目", related_name="+")
    amount = _amount("金额（元）")

    objects = BudgetRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算项目"
        ordering = ["budget", "head__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "head"],
                name="centres_budgetline_one_a_head",
                violation_error_message="这个费用项目已经列了。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="centres_budgetline_not_negative",
                violation_error_message="预算不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget} {self.head}"


class BudgetReturnQuerySet(BudgetRowQuerySet):
    """Returns of a town's budgets."""

    def standing(self) -> "BudgetReturnQuerySet":
        """Those the town has not answered by saving the draft again."""
        return self.filter(budget__state=Budget.State.DRAFT, saved_at=models.F("budget__saved_at"))


class BudgetReturn(models.Model):
    """The county sent a draft back and says why. It speaks of one saving, once; append-only (triggers)."""

    budget = models.ForeignKey(Budget, models.PROTECT, verbose_name="预算", related_name="returns")
    saved_at = models.DateTimeField("退回的是哪次编制")
    comment = models.CharField("意见", max_length=300)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="退回人", related_name="+")
    at = models.DateTimeField("退回时间")

    objects = BudgetReturnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算退回"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "saved_at"],
                name="centres_budgetreturn_once",
                violation_error_message="这份预算已经退回，等镇里修改。",
            ),
            models.CheckConstraint(
                condition=~Q(comment=""),
                name="centres_budgetreturn_comment",
                violation_error_message="退回要写明意见。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget}退回"


class BudgetAdjustment(models.Model):
    """A change of an approved budget: so much more or less for a head, and why. Append-only (triggers)."""

    budget = models.ForeignKey(Budget, models.PROTECT, verbose_name="预算", related_name="adjustments")
    head = models.ForeignKey(CostHead, models.PROTECT, verbose_name="费用项目", related_name="+")
    amount = _amount("增减（元）")
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间")

    objects = BudgetRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算调整"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="centres_budgetadjustment_not_zero",
                violation_error_message="调整金额不能是 0。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="centres_budgetadjustment_reason",
                violation_error_message="调整预算要写原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget} {self.head} {self.amount}"

    @property
    def size(self) -> Decimal:
        """How much, whether more or less."""
        size: Decimal = abs(self.amount)
        return size


class ExpenseQuerySet(TownQuerySet):
    """Postings of a town."""

    def postings(self) -> "ExpenseQuerySet":
        """What was spent, reversed or not, without the reversals."""
        return self.filter(reverses=None)

    def standing(self) -> "ExpenseQuerySet":
        """What was spent and not taken back."""
        return self.filter(reverses=None, reversed_by=None)


class Expense(models.Model):
    """One voucher. Never edited: reverse with a reason and post again (triggers). The total is the sum of rows.

    `round` counts the postings of one voucher: the second one is possible once the first is reversed.
    """

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="expenses")
    year = models.PositiveSmallIntegerField("年度")
    head = models.ForeignKey(CostHead, models.PROTECT, verbose_name="费用项目", related_name="+")
    amount = _amount("金额（元）")
    voucher = models.CharField("凭证号", max_length=30)
    round = models.PositiveSmallIntegerField("第几次入账", default=1)
    spent_on = models.DateField("支出日期")
    payee = models.CharField("收款方", max_length=60)
    purpose = models.CharField("事由", max_length=120)
    warning = models.CharField("入账时的提醒", max_length=300, blank=True)
    accepted_reason = models.CharField("仍要入账的原因", max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, verbose_name="冲销", null=True, blank=True, related_name="reversed_by"
    )
    reason = models.CharField("冲销原因", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("入账时间")

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "经费支出"
        ordering = ["-spent_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="centres_expense_sign",
                violation_error_message="支出金额要大于 0；冲销要写负数并指明冲销哪一笔。",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, reason="") | (Q(reverses__isnull=False) & ~Q(reason="")),
                name="centres_expense_reversal_reason",
                violation_error_message="冲销要写原因。",
            ),
            models.CheckConstraint(
                condition=Q(warning="", accepted_reason="") | (~Q(warning="") & ~Q(accepted_reason="")),
                name="centres_expense_warning_reason",
                violation_error_message="有提醒仍要入账的，要写原因。",
            ),
            models.CheckConstraint(
                condition=~Q(voucher=""),
                name="centres_expense_voucher",
                violation_error_message="请填凭证号。",
            ),
            models.UniqueConstraint(
                fields=["town", "year", "voucher", "round"],
                condition=Q(reverses=None),
                name="centres_expense_voucher_once",
                violation_error_message="这个凭证号本年度已经入过账。",
            ),
        ]
        indexes = [models.Index(fields=["town", "year", "spent_on"], name="centres_expense_year")]

    def __str__(self) -> str:
        return f"{self.town.name} {self.voucher} {self.amount} 元"

    @property
    def is_reversed(self) -> bool:
        """Whether a later row took this one back."""
        return hasattr(self, "reversed_by")


class ExpenseScanQuerySet(TownQuerySet):
    """Scans of a town's vouchers."""

    town_path = "expense__town"


class ExpenseScan(models.Model):
    """A scan or photo of a voucher."""

    expense = models.ForeignKey(Expense, models.PROTECT, verbose_name="支出", related_name="scans")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="文件", related_name="+")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间")

    objects = ExpenseScanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "凭证影像"
        ordering = ["expense", "pk"]

    def __str__(self) -> str:
        return f"{self.expense.voucher} {self.file}"


class HeldScanQuerySet(TownQuerySet):
    """Scans held for a town's vouchers."""


class HeldScan(models.Model):
    """A scan that was chosen for a voucher not entered yet: whoever chose it need not choose again. Swept after a day."""

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="held_scans")
    file = models.OneToOneField(StoredFile, models.PROTECT, verbose_name="文件", related_name="+")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间")

    objects = HeldScanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待入账的凭证影像"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.file)


class YearClosingQuerySet(TownQuerySet):
    """Closings and reopenings of a town."""

    def current(self) -> "YearClosingQuerySet":
        """The last word on each town and year."""
        later = YearClosing.objects.filter(
            town=models.OuterRef("town"), year=models.OuterRef("year"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(later))


class YearClosing(models.Model):
    """A year was closed (odd numbers) or opened again (even numbers, by the county). Append-only; the last row counts.

    `budget` and `spent` keep the sums as they were at that moment. A year closed before its end says why.
    """

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="closings")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("第几步")
    is_closed = models.BooleanField("结账")
    budget = models.DecimalField("当时预算（元）", max_digits=14, decimal_places=2)
    spent = models.DecimalField("当时支出（元）", max_digits=14, decimal_places=2)
    reason = models.CharField("原因", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间")

    objects = YearClosingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度结账"
        ordering = ["-year", "town__code", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "year", "number"],
                name="centres_yearclosing_step",
                violation_error_message="这一步已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(is_closed=True) | ~Q(reason=""),
                name="centres_yearclosing_reason",
                violation_error_message="重新打开要写原因。",
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0),
                name="centres_yearclosing_number",
                violation_error_message="步数从 1 起。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.town.name}{self.year}年度{'结账' if self.is_closed else '重新打开'}"

    @property
    def left(self) -> Decimal:
        """What was left at that moment."""
        left: Decimal = self.budget - self.spent
        return left
