"""Inbox messages and outbound sends. The recipient is a member, a user or a town's desk, exactly one."""

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from juxian.people.access import PersonalQuerySet, TownQuerySet
from juxian.people.models import Grant, Member, Town, User


class InboxMessageQuerySet(PersonalQuerySet):
    """Messages: a clerk sees the town's desk and own ones, a member only own ones."""

    def visible_to(self, user: User) -> "InboxMessageQuerySet":
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(town__in=user.towns()) | Q(user=user))

    def listed_to(self, user: User) -> "InboxMessageQuerySet":
        """Those of which `user` may know that they were sent: members' letters too, whose text stays theirs."""
        if not user.is_authenticated:
            return self.none()
        towns = user.towns()
        return self.filter(Q(town__in=towns) | Q(member__branch__town__in=towns) | Q(user=user))

    def mine(self, user: User) -> "InboxMessageQuerySet":
        """Those to the member who signs in as `user`, and to the user."""
        member = user.member_or_none
        return self.filter(Q(user=user) | Q(member=member)) if member else self.filter(user=user)

    def addressed_to(self, user: User) -> "InboxMessageQuerySet":
        """Those that `user` may mark as read: own ones, and those of a desk where `user` is clerk."""
        desks = [grant.town_id for grant in user.active_grants if grant.kind == Grant.Kind.CLERK]
        return self.filter(Q(user=user) | Q(member__user_id=user.pk) | Q(town__in=desks))

    def unread(self) -> "InboxMessageQuerySet":
        return self.filter(read_at=None)

    def unread_first(self) -> "InboxMessageQuerySet":
        """Unread ones, then read ones; the newest first in both."""
        is_read = Case(When(read_at=None, then=Value(0)), default=Value(1))
        return self.order_by(is_read, "-created_at", "-id")


class InboxMessage(models.Model):
    """One message inside the portal. `key` makes writing it twice harmless."""

    member = models.ForeignKey(
        Member, models.CASCADE, verbose_name="党员", null=True, blank=True, related_name="messages"
    )
    user = models.ForeignKey(User, models.CASCADE, verbose_name="用户", null=True, blank=True, related_name="messages")
    town = models.ForeignKey(
        Town, models.CASCADE, verbose_name="镇街工作台", null=True, blank=True, related_name="messages"
    )
    key = models.CharField("唯一键", max_length=120, unique=True)
    title = models.CharField("标题", max_length=100)
    body = models.TextField("内容")
    link = models.CharField("去办理", max_length=200, blank=True)
    created_at = models.DateTimeField("发出时间")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    objects = InboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "站内消息"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(member__isnull=False, user=None, town=None)
                    | Q(member=None, user__isnull=False, town=None)
                    | Q(member=None, user=None, town__isnull=False)
                ),
                name="inbox_inboxmessage_one_recipient",
                violation_error_message="收件人必须且只能是一个党员、一个用户或一个镇街。",
            ),
        ]
        indexes = [models.Index(fields=["member", "-created_at"], name="inbox_message_member")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class OutboundSendQuerySet(TownQuerySet):
    """Copies sent outside, by the town of their recipient."""

    def visible_to(self, user: User) -> "OutboundSendQuerySet":
        if not user.is_authenticated:
            return self.none()
        towns = user.towns()
        return self.filter(
            Q(message__town__in=towns) | Q(message__member__branch__town__in=towns) | Q(message__user=user)
        )

    def doubtful(self) -> "OutboundSendQuerySet":
        """Those of which nobody knows whether they went out once, twice or never."""
        return self.filter(state=OutboundSend.State.UNKNOWN)


class OutboundSend(models.Model):
    """One copy of a message sent outside. Delivered by an obligation.

    A worker that dies between the channel's call and the mark leaves it in `sending`, so does a provider that does not
    answer. A channel that knows its keys is then asked again. Else `on_doubt` decides, and the copy ends as `unknown`
    either way: with `sent_at` (and `is_maybe_twice`) if it was sent once more, without if it was left.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "待发"
        SENDING = "sending", "正在发"
        SENT = "sent", "已发"
        UNKNOWN = "unknown", "是否发出不明"
        FAILED = "failed", "失败"
        DROPPED = "dropped", "不必再发"

    class OnDoubt(models.TextChoices):
        AGAIN = "again", "宁可重发"
        LEAVE = "leave", "宁可漏发"

    message = models.ForeignKey(InboxMessage, models.CASCADE, verbose_name="消息", related_name="sends")
    channel = models.CharField("渠道", max_length=20)
    provider_key = models.UUIDField("渠道幂等号", unique=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    on_doubt = models.CharField("不明时", max_length=10, choices=OnDoubt, default=OnDoubt.AGAIN)
    provider_ref = models.CharField("渠道回执", max_length=100, blank=True)
    planned_at = models.DateTimeField("安排时间", default=timezone.now)
    expires_at = models.DateTimeField("过时不发", null=True, blank=True)
    tried_at = models.DateTimeField("最近一次动手", null=True, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    is_maybe_twice = models.BooleanField("可能发了两次", default=False)

    objects = OutboundSendQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外发"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel"],
                name="inbox_outboundsend_once",
                violation_error_message="同一消息在同一渠道只发一次。",
            ),
        ]
        indexes = [models.Index(fields=["tried_at"], name="inbox_outboundsend_tried")]

    def __str__(self) -> str:
        return f"{self.message} {self.channel}"


class ChannelHealth(models.Model):
    """How a way out fares: failures in a row, and until when nothing is tried (the circuit breaker)."""

    channel = models.CharField("渠道", max_length=20, unique=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    paused_until = models.DateTimeField("暂停到", null=True, blank=True)
    last_error = models.CharField("最近一次错误", max_length=300, blank=True)
    failed_at = models.DateTimeField("最近一次失败", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "外发渠道"
        ordering = ["channel"]

    def __str__(self) -> str:
        return self.channel
