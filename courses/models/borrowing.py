"""Borrowing a course of another town for a year. The row is what lets a course cross towns: both towns see it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from courses.models.library import Course
from juxian.people.access import TownQuerySet
from juxian.people.models import Town, User


class BorrowingQuerySet(TownQuerySet):
    """Seen by the town that asks and by the town that owns the course."""

    town_path = "host"

    def visible_to(self, user: User) -> "BorrowingQuerySet":
        """Rows of either side."""
        if not user.is_authenticated:
            return self.none()
        towns = user.towns()
        return self.filter(Q(host__in=towns) | Q(owner__in=towns))

    def open(self) -> "BorrowingQuerySet":
        """Asked for, or granted."""
        return self.filter(state__in=Borrowing.OPEN)

    def granted(self, year: int) -> "BorrowingQuerySet":
        """What the owners agreed to for that year."""
        return self.filter(state=Borrowing.State.GRANTED, year=year)


class Borrowing(models.Model):
    """`host` asks `owner` for one course and one year: requested → granted or refused with a reason, or withdrawn."""

    class State(models.TextChoices):
        REQUESTED = "requested", "等对方答复"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "没有同意"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (State.REQUESTED, State.GRANTED)

    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程", related_name="borrowings")
    owner = models.ForeignKey(Town, models.PROTECT, verbose_name="课程所属镇街", related_name="lent_courses")
    host = models.ForeignKey(Town, models.PROTECT, verbose_name="借用镇街", related_name="borrowed_courses")
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2020), MaxValueValidator(2100)])
    purpose = models.CharField("用途", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="答复人", null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    reason = models.CharField("答复", max_length=200, blank=True)

    objects = BorrowingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课程借用"
        ordering = ["-year", "-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "host", "year"],
                condition=Q(state__in=["requested", "granted"]),
                name="courses_borrowing_once",
                violation_error_message="这门课这一年已经申请过借用。",
            ),
            models.CheckConstraint(
                condition=~Q(host=F("owner")),
                name="courses_borrowing_elsewhere",
                violation_error_message="本镇街的课程不用借。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn"], decided_by=None, decided_at=None)
                | Q(state__in=["granted", "refused"], decided_by__isnull=False, decided_at__isnull=False),
                name="courses_borrowing_decided",
                violation_error_message="答复过的借用要有答复人和时间，没答复的都没有。",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""),
                name="courses_borrowing_refused_why",
                violation_error_message="不同意要写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host.name}{self.year}年借用“{self.course}”"
