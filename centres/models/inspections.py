"""Self-check, county inspection, rectification, re-inspection: one machine of states.

draft → submitted (the side that looked has signed) → confirmed (both have) → closed (no finding is open any more).
What an inspection finds takes effect when both sides have signed; until then the other side may send it back.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q

from centres import words
from centres.models.places import Centre
from centres.models.standards import Standard, StandardItem
from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import User


class InspectionQuerySet(TownQuerySet):
    """Inspections of a town's centre."""

    town_path = "centre__town"

    def unfinished(self) -> "InspectionQuerySet":
        """Not signed by both sides yet."""
        return self.filter(state__in=Inspection.UNFINISHED)


class Inspection(models.Model):
    """One look at a centre by one version of the standard."""

    class Kind(models.TextChoices):
        SELF = "self", "自查"
        COUNTY = "county", "县级检查"
        RE = "re", "复查"

    class State(models.TextChoices):
        DRAFT = "draft", "检查中"
        SUBMITTED = "submitted", "待对方确认"
        CONFIRMED = "confirmed", "整改中"
        CLOSED = "closed", "已办结"

    UNFINISHED = (State.DRAFT, State.SUBMITTED)

    centre = models.ForeignKey(Centre, models.PROTECT, verbose_name="培训中心", related_name="inspections")
    standard = models.ForeignKey(Standard, models.PROTECT, verbose_name="标准", related_name="inspections")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    previous = models.ForeignKey(
        "self", models.PROTECT, verbose_name="复查哪一次", null=True, blank=True, related_name="rechecks"
    )
    inspector = models.ForeignKey(User, models.PROTECT, verbose_name="检查人", related_name="+")
    inspector_name = models.CharField("检查人姓名", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    started_at = models.DateTimeField("开始时间")
    inspected_on = models.DateField("检查日期", null=True, blank=True)
    rectify_by = models.DateField("整改期限", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    town_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="镇街确认人", null=True, blank=True, related_name="+"
    )
    town_name = models.CharField("镇街确认人姓名", max_length=40, blank=True)
    county_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="县级确认人", null=True, blank=True, related_name="+"
    )
    county_name = models.CharField("县级确认人姓名", max_length=40, blank=True)
    remark = models.CharField("确认意见", max_length=200, blank=True)
    returned_reason = models.CharField("退回原因", max_length=200, blank=True)
    confirmed_at = models.DateTimeField("双方确认时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "阵地检查"
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "kind"],
                condition=Q(state__in=["draft", "submitted"]),
                name="centres_inspection_one_unfinished",
                violation_error_message="这个中心还有一次同类检查没有完成。",
            ),
            models.CheckConstraint(
                condition=Q(kind="re", previous__isnull=False) | (~Q(kind="re") & Q(previous=None)),
                name="centres_inspection_re_has_previous",
                violation_error_message="复查要写明复查哪一次，别的检查不写。",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None, inspected_on=None, confirmed_at=None, closed_at=None)
                | Q(state="submitted", submitted_at__isnull=False, confirmed_at=None, closed_at=None)
                | Q(state="confirmed", submitted_at__isnull=False, confirmed_at__isnull=False, closed_at=None)
                | Q(
                    state="closed",
                    submitted_at__isnull=False,
                    confirmed_at__isnull=False,
                    closed_at__isnull=False,
                ),
                name="centres_inspection_state_has_dates",
                violation_error_message="状态与提交、确认、办结时间不一致。",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(submitted_at__gte=F("started_at"), inspected_on__isnull=False),
                name="centres_inspection_submitted_after_start",
                violation_error_message="提交不能早于开始。",
            ),
            models.CheckConstraint(
                condition=(Q(confirmed_at=None) | Q(confirmed_at__gte=F("submitted_at")))
                & (Q(closed_at=None) | Q(closed_at__gte=F("confirmed_at"))),
                name="centres_inspection_date_order",
                violation_error_message="确认不能早于提交，办结不能早于确认。",
            ),
            models.CheckConstraint(
                condition=Q(rectify_by=None) | Q(inspected_on=None) | Q(rectify_by__gte=F("inspected_on")),
                name="centres_inspection_rectify_after",
                violation_error_message="整改期限不能早于检查日期。",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None)
                | (Q(town_by__isnull=False, county_by__isnull=False) & ~Q(town_by=F("county_by"))),
                name="centres_inspection_two_people",
                violation_error_message="要镇街和县里各一人确认，不能是同一个人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre}{self.get_kind_display()}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_own(self) -> bool:
        """Whether the town looked at its own centre."""
        return self.kind == self.Kind.SELF


class ResultQuerySet(TownQuerySet):
    """What was found, of a town's centre."""

    town_path = "inspection__centre__town"

    def counting(self, on: date) -> "ResultQuerySet":
        """Verdicts that count on the local day `on`, the oldest first.

        The county's count once handed in; a town's own only with the county's signature.
        """
        done = ("confirmed", "closed")
        counted = Q(inspection__state__in=done) | (Q(inspection__state="submitted") & ~Q(inspection__kind="self"))
        rows = self.exclude(verdict="").filter(counted, inspection__inspected_on__lte=on)
        return rows.order_by("inspection__inspected_on", "inspection__submitted_at", "inspection_id")


class InspectionResult(models.Model):
    """The verdict on one item. The row is there from the start; `verdict` is empty until somebody looked."""

    class Verdict(models.TextChoices):
        MET = words.MET, words.VERDICTS[words.MET].text
        PARTLY = words.PARTLY, words.VERDICTS[words.PARTLY].text
        UNMET = words.UNMET, words.VERDICTS[words.UNMET].text

    inspection = models.ForeignKey(Inspection, models.CASCADE, verbose_name="检查", related_name="results")
    item = models.ForeignKey(StandardItem, models.PROTECT, verbose_name="条目", related_name="results")
    rechecks = models.ForeignKey(
        "Finding", models.PROTECT, verbose_name="复查的问题", null=True, blank=True, related_name="rechecks"
    )
    verdict = models.CharField("结果", max_length=10, choices=Verdict, blank=True)
    note = models.CharField("情况", max_length=300, blank=True)
    client_seq = models.BigIntegerField("客户端序号", default=0)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="记录人", null=True, blank=True, related_name="+")

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查结果"
        ordering = ["inspection", "item__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "item"],
                name="centres_inspectionresult_item",
                violation_error_message="这次检查里这一条已有结果。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.name}：{self.word.text}"

    @property
    def word(self) -> words.Word:
        """The verdict as people read it."""
        return words.verdict_word(self.verdict)


class FindingQuerySet(TownQuerySet):
    """What a town has to put right."""

    town_path = "result__inspection__centre__town"

    def open(self) -> "FindingQuerySet":
        """Not accepted yet, put right or not."""
        return self.filter(closed_on=None)

    def overdue(self, on: date) -> "FindingQuerySet":
        """The town's turn, and past its day on the local day `on`."""
        return self.filter(state__in=Finding.TOWNS_TURN, due_on__lt=on)


class Finding(models.Model):
    """Something to put right, by somebody, by a day. Only an inspection accepts what was done."""

    class State(models.TextChoices):
        OPEN = "open", "待整改"
        RECTIFIED = "rectified", "已整改，待复查"
        REOPENED = "reopened", "复查未过，继续整改"
        ACCEPTED = "accepted", "已销号"
        REPLACED = "replaced", "并入新的检查"

    TOWNS_TURN = (State.OPEN, State.REOPENED)
    OVER = (State.ACCEPTED, State.REPLACED)

    result = models.OneToOneField(InspectionResult, models.PROTECT, verbose_name="检查结果", related_name="finding")
    owner = models.CharField("责任人", max_length=40)
    opened_on = models.DateField("提出日期")
    due_on = models.DateField("整改期限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    rounds = models.PositiveSmallIntegerField("第几轮", default=1)
    closed_on = models.DateField("销号日期", null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整改问题"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opened_on")),
                name="centres_finding_due_after",
                violation_error_message="整改期限不能早于提出日期。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "replaced"], closed_on__isnull=False, closed_on__gte=F("opened_on"))
                | Q(state__in=["open", "rectified", "reopened"], closed_on=None),
                name="centres_finding_closed_on",
                violation_error_message="销号日期与状态不一致。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result.item.name}：{self.result.note}"

    @property
    def is_towns_turn(self) -> bool:
        return self.state in self.TOWNS_TURN

    @property
    def css(self) -> str:
        """The class that colours its state."""
        if self.state == self.State.ACCEPTED:
            return "st-ok"
        return {self.State.RECTIFIED: "st-info", self.State.REPLACED: ""}.get(self.State(self.state), "st-warn")


class RectificationQuerySet(TownQuerySet):
    """What a town did."""

    town_path = "finding__result__inspection__centre__town"


class Rectification(models.Model):
    """What was done about a finding, as it was handed in. Never edited; more is a new one."""

    finding = models.ForeignKey(Finding, models.PROTECT, verbose_name="问题", related_name="rectifications")
    client_key = models.CharField("客户端编号", max_length=40)
    text = models.CharField("整改情况", max_length=500)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    by_name = models.CharField("经办人姓名", max_length=40)
    at = models.DateTimeField("时间")

    objects = RectificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整改记录"
        ordering = ["finding", "at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "client_key"],
                name="centres_rectification_once",
                violation_error_message="这次整改已经报过了。",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class InspectionPhotoQuerySet(TownQuerySet):
    """Pictures of a town's centre."""

    town_path = "centre__town"


class InspectionPhoto(models.Model):
    """A picture of what was found, or of what was put right: exactly one of the two."""

    centre = models.ForeignKey(Centre, models.PROTECT, verbose_name="培训中心", related_name="+")
    result = models.ForeignKey(
        InspectionResult, models.CASCADE, verbose_name="检查结果", null=True, blank=True, related_name="photos"
    )
    rectification = models.ForeignKey(
        Rectification, models.CASCADE, verbose_name="整改记录", null=True, blank=True, related_name="photos"
    )
    client_key = models.CharField("客户端编号", max_length=40)
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="照片", related_name="+")
    thumbnail = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="缩略图", related_name="+")
    at = models.DateTimeField("时间", auto_now_add=True)

    objects = InspectionPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查照片"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__isnull=False, rectification=None) | Q(result=None, rectification__isnull=False),
                name="centres_inspectionphoto_of_one",
                violation_error_message="照片要么属于检查结果，要么属于整改记录。",
            ),
            models.UniqueConstraint(
                fields=["result", "client_key"],
                name="centres_inspectionphoto_once",
                violation_error_message="这张照片已经传过了。",
            ),
        ]

    def __str__(self) -> str:
        return self.file.original_name
