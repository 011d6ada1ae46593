"""Roster marks. Rows are only added; who was there is a function of the set of marks."""

from django.db import models

from juxian.people.access import PersonalQuerySet
from juxian.people.models import User
from trainings.models.classes import Session
from trainings.models.enrolments import Enrolment


class MarkStatus(models.Model):
    """到, 迟到, 请假, 缺席 … as data the county edits."""

    class Tone(models.TextChoices):
        PRESENT = "ok", "绿（到）"
        LATE = "late", "黄（迟到）"
        LEAVE = "leave", "蓝（请假）"
        ABSENT = "abs", "红（缺席）"

    code = models.CharField(
        "代码",
        max_length=12,
        unique=True,
        help_text="字母，不重复，如 present；建好后不变。",
        error_messages={"unique": "这个代码已有点名状态在用，请换一个。"},
    )
    name = models.CharField("名称", max_length=12)
    counts_present = models.BooleanField("算到课")
    tone = models.CharField("底色", max_length=12, choices=Tone, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "点名状态"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class MarkQuerySet(PersonalQuerySet):
    """Marks of a town's classes; `effective` leaves out those that a later mark replaced."""

    town_path = "session__training_class__town"
    member_path = "enrolment__member"

    def effective(self) -> "MarkQuerySet":
        return self.filter(~models.Exists(Mark.objects.filter(replaces=models.OuterRef("pk"))))


class Mark(models.Model):
    """One statement about one person in one session. A correction is a new row that names what it replaces."""

    class Origin(models.TextChoices):
        ROSTER = "roster", "点名"
        QR = "qr", "扫码"
        CODE = "code", "口令"
        OFFLINE = "offline", "离线点名"
        PAPER = "paper", "纸质签到"
        MAKE_UP = "make_up", "补课"

    session = models.ForeignKey(Session, models.PROTECT, verbose_name="课次", related_name="marks")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, verbose_name="报名", related_name="marks")
    status = models.ForeignKey(MarkStatus, models.PROTECT, verbose_name="状态", related_name="+")
    origin = models.CharField("来源", max_length=8, choices=Origin, default=Origin.ROSTER)
    key = models.CharField("幂等号", max_length=60, unique=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, verbose_name="替换", null=True, blank=True, related_name="replaced_by"
    )
    by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("记录时间")
    note = models.CharField("备注", max_length=100, blank=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "点名记录"
        ordering = ["session", "enrolment", "id"]
        indexes = [models.Index(fields=["session", "enrolment"], name="trainings_mark_session")]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"],
                condition=models.Q(replaces=None),
                name="trainings_mark_one_first",
                violation_error_message="这个人这次课已经点过名。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.status}"

    @property
    def present(self) -> bool:
        """Whether this statement says the person came."""
        return self.status.counts_present
