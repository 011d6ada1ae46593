"""What a class may cost by head, and which vouchers it did cost."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from centres.models import CostHead, Expense
from juxian.people.access import TownQuerySet
from juxian.people.models import User
from lecturers.models import Lecturer
from trainings.models.classes import TrainingClass


class ClassMoneyQuerySet(TownQuerySet):
    """Money of a town's classes."""

    town_path = "training_class__town"


class ClassBudget(models.Model):
    """经费预算 of a class: the amount of one head."""

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, verbose_name="培训班", related_name="budgets")
    head = models.ForeignKey(CostHead, models.PROTECT, verbose_name="费用项目", related_name="+")
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)

    objects = ClassMoneyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "班次经费预算"
        ordering = ["training_class", "head__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "head"],
                name="trainings_classbudget_one_a_head",
                violation_error_message="这个费用项目已经列了。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="trainings_classbudget_not_negative",
                violation_error_message="预算不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class} {self.head}"


class ClassCostQuerySet(ClassMoneyQuerySet):
    """Links of a town's classes."""

    def standing(self) -> "ClassCostQuerySet":
        """Those whose voucher was not reversed."""
        return self.filter(expense__reversed_by=None)


class ClassCost(models.Model):
    """A voucher was spent on a class of the same town; a lecture fee says whose and for how many hours.

    `warning` is what the ceilings said when it was linked, `accepted_reason` why it was linked all the same.
    """

    expense = models.OneToOneField(
        Expense,
        models.PROTECT,
        verbose_name="支出",
        related_name="class_cost",
        error_messages={"unique": "这一笔已经关联到班次。"},
    )
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, verbose_name="培训班", related_name="costs")
    lecturer = models.ForeignKey(
        Lecturer, models.PROTECT, verbose_name="授课人", null=True, blank=True, related_name="+"
    )
    hours = models.DecimalField("计酬学时", max_digits=5, decimal_places=2, null=True, blank=True)
    warning = models.CharField("关联时的提醒", max_length=500, blank=True)
    accepted_reason = models.CharField("仍要关联的原因", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间")

    objects = ClassCostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "班次支出"
        ordering = ["training_class", "expense__spent_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lecturer=None, hours=None) | Q(lecturer__isnull=False, hours__gt=0),
                name="trainings_classcost_fee_pair",
                violation_error_message="讲课费要同时填授课人和学时。",
            ),
            models.CheckConstraint(
                condition=Q(warning="", accepted_reason="") | (~Q(warning="") & ~Q(accepted_reason="")),
                name="trainings_classcost_warning_reason",
                violation_error_message="有提醒仍要关联的，要写原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class} {self.expense.voucher}"

    @property
    def per_hour(self) -> Decimal | None:
        """The fee of one hour to the cent; None where it is no lecture fee."""
        return round(self.expense.amount / self.hours, 2) if self.hours else None
