"""Work that must happen is a row with a due time. Names its subject by kind and id, no foreign key."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from juxian.obligations.registry import registry


class State(models.TextChoices):
    """The life of an obligation. Nothing is ever deleted by the machinery."""

    DUE = "due", "待办"
    LEASED = "leased", "办理中"
    DONE = "done", "已办"
    SUPERSEDED = "superseded", "已失去理由"
    EXPIRED = "expired", "已过期"
    PARKED = "parked", "需要人看"


OPEN = (State.DUE, State.LEASED)


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Questions the sweep asks. Due times are compared with the sweep's moment, leases with the database's clock."""

    def due(self, now: datetime) -> "ObligationQuerySet":
        """Waiting, due at `now` or earlier, and not backing off."""
        return self.filter(state=State.DUE, due_at__lte=now, next_try_at__lte=now)

    def abandoned(self) -> "ObligationQuerySet":
        """Held by a worker whose lease has ended: it died, or it is too slow and will be fenced off."""
        return self.filter(state=State.LEASED, lease_until__lt=Now())

    def idle(self) -> "ObligationQuerySet":
        """Open and in nobody's hands."""
        return self.filter(Q(state=State.DUE) | Q(state=State.LEASED, lease_until__lt=Now()))

    def overtaken(self, now: datetime) -> "ObligationQuerySet":
        """Rows due at `now` of whose subject a later stage is due as well."""
        later = Obligation.objects.filter(
            kind=OuterRef("kind"),
            subject_kind=OuterRef("subject_kind"),
            subject_id=OuterRef("subject_id"),
            stage__gt=OuterRef("stage"),
            due_at__lte=now,
        )
        return self.filter(Exists(later), due_at__lte=now)

    def parked(self) -> "ObligationQuerySet":
        """Rows that staff must look at."""
        return self.filter(state=State.PARKED)


class Obligation(models.Model):
    """One piece of due work, unique per kind, subject and stage. All times are UTC."""

    kind = models.CharField("类别", max_length=60)
    subject_kind = models.CharField("对象类型", max_length=60)
    subject_id = models.BigIntegerField("对象编号")
    stage = models.PositiveIntegerField("阶段", default=0)
    due_at = models.DateTimeField("到期时间")
    expires_at = models.DateTimeField("失效时间", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DUE)
    lease_until = models.DateTimeField("租约到", null=True, blank=True)
    lease_token = models.UUIDField("租约号", null=True, blank=True)
    attempts = models.PositiveIntegerField("已试次数", default=0)
    next_try_at = models.DateTimeField("下次再试")
    last_error = models.TextField("最近一次错误", blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.CharField("结果说明", max_length=300, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到期事务"
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id", "stage"],
                name="obligations_obligation_once",
                violation_error_message="同一件事已经登记过。",
            ),
            models.CheckConstraint(
                condition=~Q(state="leased") | Q(lease_until__isnull=False, lease_token__isnull=False),
                name="obligations_obligation_lease_pair",
                violation_error_message="办理中的事务必须有租约。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "kind", "due_at", "id"],
                name="obligations_open",
                condition=Q(state__in=["due", "leased"]),
            ),
            models.Index(fields=["kind"], name="obligations_parked", condition=Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"{registry.label(self.kind)}（编号 {self.pk}）"


class Heartbeat(models.Model):
    """Last sign of life of a worker or of the sweep."""

    name = models.CharField("名称", max_length=60, unique=True)
    last_ok_at = models.DateTimeField("最近一次正常")
    last_error = models.TextField("最近一次错误", blank=True)
    host = models.CharField("主机", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "心跳"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
