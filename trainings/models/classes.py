"""A training class and its half-day sessions."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from centres import limits
from centres.models import ReceptionSite, Room, TeachingPoint
from courses.models import CourseVersion
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User
from lecturers.models import Lecturer
from trainings.models.plans import PlanLine
from trainings.words import span


class TrainingClassQuerySet(TownQuerySet):
    """Classes by state."""

    def held(self) -> "TrainingClassQuerySet":
        """Classes that count as held (期): closed into the file."""
        return self.filter(state=TrainingClass.State.ARCHIVED)

    def in_hand(self) -> "TrainingClassQuerySet":
        """Classes somebody still has work with."""
        return self.exclude(state__in=[TrainingClass.State.ARCHIVED, TrainingClass.State.CANCELLED])


class TrainingClass(models.Model):
    """一期培训班. Its state moves only through `trainings.actions`."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已送审"
        APPROVED = "approved", "已批准"
        ENROLLING = "enrolling", "报名中"
        RUNNING = "running", "进行中"
        CLOSING = "closing", "结班中"
        ARCHIVED = "archived", "已归档"
        CANCELLED = "cancelled", "已取消"

    class Level(models.TextChoices):
        TOWN = "town", "镇街班"
        COUNTY = "county", "县级及以上集中培训"

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="主办镇街", related_name="classes")
    line = models.ForeignKey(
        PlanLine, models.PROTECT, verbose_name="计划班次", null=True, blank=True, related_name="classes"
    )
    code = models.CharField(
        "班次编号", max_length=30, unique=True, error_messages={"unique": "这个编号已有班次在用，请换一个。"}
    )
    title = models.CharField("班次名称", max_length=80)
    audience = models.CharField("培训对象", max_length=100)
    purpose = models.TextField("培训目的", blank=True)
    level = models.CharField("层级", max_length=8, choices=Level, default=Level.TOWN)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    capacity = models.PositiveIntegerField("名额", validators=limits.SEATS)
    contact = models.CharField("联系人", max_length=30, blank=True)
    safety_note = models.CharField("安全及纪律要求", max_length=300, blank=True)
    summary = models.TextField("培训小结", blank=True)
    has_exam = models.BooleanField("安排结业考试", default=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="建班人", related_name="+")
    submitted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="送审人", null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="批准人", null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    return_comment = models.CharField("退回意见", max_length=300, blank=True)
    enrolling_at = models.DateTimeField("开始报名时间", null=True, blank=True)
    running_at = models.DateTimeField("开班时间", null=True, blank=True)
    closing_at = models.DateTimeField("结班时间", null=True, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    archived_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="归档人", null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancel_reason = models.CharField("取消原因", max_length=300, blank=True)

    objects = TrainingClassQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训班"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="trainings_trainingclass_dates",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gt=0),
                name="trainings_trainingclass_capacity",
                violation_error_message="名额要大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by=None, submitted_at=None)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="trainings_trainingclass_submitted_pair",
                violation_error_message="送审人和送审时间要同时有。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="trainings_trainingclass_approved_pair",
                violation_error_message="批准人和批准时间要同时有。",
            ),
            models.CheckConstraint(
                condition=~Q(state="archived") | Q(archived_by__isnull=False, archived_at__isnull=False),
                name="trainings_trainingclass_archived_pair",
                violation_error_message="已归档的班要有归档人和时间。",
            ),
        ]
        indexes = [models.Index(fields=["town", "state"], name="trainings_class_town_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def span(self) -> str:
        """From when to when, in words."""
        return span(self.starts_on, self.ends_on)


class SessionQuerySet(TownQuerySet):
    """Sessions of a town's classes."""

    town_path = "training_class__town"

    def mine(self, user: User) -> "SessionQuerySet":
        """Sessions of the classes the member linked to `user` was enrolled in and not taken out of."""
        own = {"training_class__enrolments__member__user_id": user.pk}
        return self.filter(**own, training_class__enrolments__state__in=["seated", "waiting"])

    def standing(self) -> "SessionQuerySet":
        """Sessions that were not cancelled."""
        return self.filter(cancelled_at=None)

    def taught_by(self, lecturer: Lecturer) -> "SessionQuerySet":
        """A lecturer's own sessions, in whatever town."""
        return self.filter(lecturer=lecturer)


class Session(models.Model):
    """A half-day slot of a class."""

    class Half(models.TextChoices):
        MORNING = "am", "上午"
        AFTERNOON = "pm", "下午"
        EVENING = "xv", "晚上"

    class Mode(models.TextChoices):
        CLASSROOM = "classroom", "课堂教学"
        ON_SITE = "on_site", "现场教学"
        DISCUSSION = "discussion", "研讨"
        LIVE = "live", "直播"
        GROUP_VIEWING = "group_viewing", "集体收看"

    LENGTH = timedelta(hours=4)
    GATHERING = timedelta(minutes=30)
    STARTS = {Half.MORNING: time(8, 30), Half.AFTERNOON: time(13, 30), Half.EVENING: time(19, 0)}

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, verbose_name="培训班", related_name="sessions")
    day = models.DateField("日期")
    half = models.CharField("时段", max_length=2, choices=Half)
    starts_at = models.TimeField("开始时刻", null=True, blank=True)
    topic = models.CharField("课题", max_length=80)
    course_version = models.ForeignKey(
        CourseVersion, models.PROTECT, verbose_name="课程", null=True, blank=True, related_name="sessions"
    )
    lecturer = models.ForeignKey(
        Lecturer, models.PROTECT, verbose_name="授课人", null=True, blank=True, related_name="sessions"
    )
    mode = models.CharField("形式", max_length=14, choices=Mode, default=Mode.CLASSROOM)
    room = models.ForeignKey(Room, models.PROTECT, verbose_name="教室", null=True, blank=True, related_name="sessions")
    point = models.ForeignKey(
        TeachingPoint, models.PROTECT, verbose_name="现场教学点", null=True, blank=True, related_name="sessions"
    )
    site = models.ForeignKey(
        ReceptionSite, models.PROTECT, verbose_name="接收站点", null=True, blank=True, related_name="sessions"
    )
    hours = models.DecimalField("学时", max_digits=5, decimal_places=2, default=Decimal(4))
    headcount = models.PositiveIntegerField("现场清点人数", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课次"
        ordering = ["day", "half", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "day", "half"],
                condition=Q(cancelled_at=None),
                name="trainings_session_one_per_half_day",
                violation_error_message="这个班在该半天已经排了课。",
            ),
            models.UniqueConstraint(
                fields=["lecturer", "day", "half"],
                condition=Q(cancelled_at=None),
                name="trainings_session_lecturer_once",
                violation_error_message="这位讲师这个半天已经排了课，请换一位讲师，或换个半天。",
            ),
            models.UniqueConstraint(
                fields=["room", "day", "half"],
                condition=Q(cancelled_at=None),
                name="trainings_session_room_once",
                violation_error_message="这间教室这个半天已经有课，请换个教室，或换个半天。",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=8),
                name="trainings_session_hours",
                violation_error_message="学时应大于 0，半天不超过 8。",
            ),
            models.CheckConstraint(
                condition=Q(room=None, point=None) | Q(room=None, site=None) | Q(point=None, site=None),
                name="trainings_session_one_place",
                violation_error_message="教室、现场教学点和接收站点只能选一个。",
            ),
            models.UniqueConstraint(
                fields=["site", "day", "half"],
                condition=Q(cancelled_at=None),
                name="trainings_session_site_once",
                violation_error_message="这个接收站点这个半天已经有课，请换个站点，或换个半天。",
            ),
            models.CheckConstraint(
                condition=Q(site=None) | Q(mode="group_viewing"),
                name="trainings_session_site_is_viewed",
                violation_error_message="接收站点只用于集体收看，请把形式改为“集体收看”，或换个地点。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_half_display()} {self.topic}"

    @property
    def start(self) -> datetime:
        """Local start of the half-day as an aware moment."""
        clock = self.starts_at or self.STARTS[Session.Half(self.half)]
        return timezone.make_aware(datetime.combine(self.day, clock))

    def has_begun(self, now: datetime) -> bool:
        """Whether people are gathering already: half an hour before the start, and from then on."""
        return self.start - self.GATHERING <= now

    def is_over(self, now: datetime) -> bool:
        """Whether the half-day has passed."""
        return self.start + self.LENGTH <= now

    def is_open(self, on: date) -> bool:
        """Marks may be taken from the session's day on, while the class is running or closing."""
        states = (TrainingClass.State.RUNNING, TrainingClass.State.CLOSING)
        return self.cancelled_at is None and self.day <= on and self.training_class.state in states

    @property
    def place(self) -> str:
        """Room, teaching point or reception site in words."""
        return str(self.room or self.point or self.site or "")

    @property
    def closed_place(self) -> str:
        """Why nobody can go where it is to be held; empty where one can, and for a session that is over or cancelled."""
        place = self.point or self.site
        is_ahead = self.cancelled_at is None and self.day >= timezone.localdate()
        return place.refusal if place and is_ahead else ""
