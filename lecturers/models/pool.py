"""The county's pool of lecturers, shared by all towns."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from centres.models import Brand, BrandTheme
from juxian.people.models import Town, User
from juxian.people.search import SearchTextField
from juxian.vault.derived import DerivedModel, DerivedQuerySet


class LecturerKind(models.Model):
    """Where lecturers come from (专家教授, 业务骨干 …); an open list."""

    name = models.CharField(
        "名称", max_length=30, unique=True, error_messages={"unique": "已有同名的师资类别，请换一个。"}
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "师资类别"
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class LecturerQuerySet(DerivedQuerySet):
    """The pool is shared: every signed-in clerk and the county see all of it."""

    def appointed(self, tier: str, on: date) -> "LecturerQuerySet":
        """Lecturers holding an appointment of `tier` on the local day `on`."""
        return self.filter(Exists(Appointment.objects.in_force(on).filter(lecturer=OuterRef("pk"), tier=tier)))

    def appointed_in(self, year: int) -> "LecturerQuerySet":
        """Lecturers with a term that touches a year, in whatever tier."""
        terms = Appointment.objects.standing_or_coming(date(year, 1, 1)).filter(starts_on__lte=date(year, 12, 31))
        return self.filter(Exists(terms.filter(lecturer=OuterRef("pk"))))

    def teaching(self, on: date) -> "LecturerQuerySet":
        """Lecturers who may be asked to teach on the local day `on`: in a term, and not suspended."""
        standing = Appointment.objects.in_force(on).filter(lecturer=OuterRef("pk"))
        paused = Q(suspensions__starts_on__lte=on) & (Q(suspensions__ends_on=None) | Q(suspensions__ends_on__gt=on))
        return self.filter(Exists(standing)).exclude(pk__in=Lecturer.objects.filter(paused).values("pk"))


class Lecturer(DerivedModel):
    """Somebody who may teach. Unpaid local lecturers are possible; no academic title is needed."""

    user = models.OneToOneField(
        User,
        models.PROTECT,
        verbose_name="登录账号",
        null=True,
        blank=True,
        related_name="lecturer",
        error_messages={"unique": "这个账号已是另一位讲师的，一个账号只归一人。"},
    )
    name = models.CharField("姓名", max_length=30)
    kind = models.ForeignKey(LecturerKind, models.PROTECT, verbose_name="类别", related_name="lecturers")
    unit = models.CharField("单位及职务", max_length=80, blank=True)
    topics = models.CharField("擅长方向", max_length=200, blank=True)
    title = models.ForeignKey(
        "LecturerTitle",
        models.PROTECT,
        verbose_name="职称档次",
        null=True,
        blank=True,
        related_name="+",
        help_text="只用来核对讲课费上限。",
    )
    town = models.ForeignKey(
        Town, models.PROTECT, verbose_name="推荐镇街", null=True, blank=True, related_name="lecturers"
    )
    key_of = models.OneToOneField(
        Brand,
        models.PROTECT,
        verbose_name="是哪个品牌的重点讲师",
        null=True,
        blank=True,
        related_name="key_lecturer",
        error_messages={"unique": "这个品牌已有重点讲师，先取消那一个，再标这一个。"},
    )
    themes = models.ManyToManyField(BrandTheme, verbose_name="能讲的品牌类别", blank=True, related_name="+")
    goes_to = models.ManyToManyField(
        Town, verbose_name="愿意去的镇街", blank=True, related_name="+", help_text="一个都不选就是全县都去。"
    )
    is_demo = models.BooleanField("演示人员", default=False)
    public_name = models.BooleanField(
        "同意公开姓名", default=False, help_text="本人同意后，不登录的人在课程目录里才看得到姓名。"
    )
    search_text = SearchTextField("检索文字", source="name", max_length=200)

    objects = LecturerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "讲师"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The key of a brand is of its town or of the county."""
        if self.key_of and self.town_id not in (None, self.key_of.town_id):
            raise ValidationError({"key_of": "别的镇街推荐的讲师，不能做这个品牌的重点讲师。"})


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments by day."""

    def in_force(self, on: date) -> "AppointmentQuerySet":
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gt=on))

    def standing_or_coming(self, on: date) -> "AppointmentQuerySet":
        """Terms that have not ended by the local day `on`, begun or not."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on))


class Appointment(models.Model):
    """A term in a tier: 县级专家 or 入库讲师. Only the county appoints (Regulations 2019 Art. 41).

    `limit_on` is how long the rule of that day let it run, `agreed_until` the end it had before somebody left early.
    """

    class Tier(models.TextChoices):
        EXPERT = "expert", "县级党员教育专家"
        POOL = "pool", "入库讲师"

    class EndKind(models.TextChoices):
        UNAVAILABLE = "unavailable", "本人不能再授课"
        IDLE = "idle", "一年没有授课"
        POOR = "poor", "连续两年评价不高"
        CONDUCT = "conduct", "违纪违规"
        MOVED = "moved", "调离本县"
        OTHER = "other", "其他"

    lecturer = models.ForeignKey(Lecturer, models.CASCADE, verbose_name="讲师", related_name="appointments")
    tier = models.CharField("层次", max_length=10, choices=Tier)
    starts_on = models.DateField("自")
    ends_on = models.DateField("至（不含）", null=True, blank=True)
    number = models.CharField("聘书编号", max_length=40, blank=True)
    limit_on = models.DateField("最长可聘到", null=True, blank=True, editable=False)
    agreed_until = models.DateField("原定至（不含）", null=True, blank=True, editable=False)
    candidacy = models.OneToOneField(
        "Candidacy",
        models.PROTECT,
        verbose_name="来自哪次推荐",
        null=True,
        blank=True,
        related_name="appointment",
        editable=False,
    )
    renews = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name="续的是哪一聘期",
        null=True,
        blank=True,
        related_name="renewed_by",
        editable=False,
    )
    end_kind = models.CharField("退出原因", max_length=12, choices=EndKind, blank=True, editable=False)
    end_reason = models.CharField("退出说明", max_length=300, blank=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "聘任"
        ordering = ["lecturer", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="lecturers_appointment_dates",
                violation_error_message="“至”要晚于“自”。",
            ),
            models.UniqueConstraint(
                fields=["lecturer", "tier"],
                condition=Q(ends_on=None),
                name="lecturers_appointment_one_open",
                violation_error_message="同一层次已有一份没有结束日期的聘任。",
            ),
            models.CheckConstraint(
                condition=Q(limit_on=None) | Q(ends_on__isnull=False, ends_on__lte=F("limit_on")),
                name="lecturers_appointment_limit",
                violation_error_message="聘期超过了县里规定的最长年限。",
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="lecturers_appointment_number",
                violation_error_message="这个聘书编号已经用过，请核对。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecturer} {self.get_tier_display()}"

    @property
    def last_day(self) -> date | None:
        """The last day of the term, as letters and people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def agreed_last_day(self) -> date | None:
        """The last day it would have had; None for who did not leave early."""
        return self.agreed_until - timedelta(days=1) if self.agreed_until else None

    @property
    def span(self) -> str:
        """From when to when, both days included."""
        first, last = self.starts_on, self.last_day
        until = f"至{last.year}年{last.month}月{last.day}日" if last else "起"
        return f"{first.year}年{first.month}月{first.day}日{until}"

    def has_ended(self, on: date) -> bool:
        """Whether the term is over on the local day `on`."""
        return self.ends_on is not None and self.ends_on <= on
