"""Inbox messages and outbound sends. The recipient is a member, a user or a town's desk, exactly one."""

from django.db import models
from django.db.models import Q

from juxian.people.access import PersonalQuerySet
from juxian.people.models import Member, Town, User


class InboxMessageQuerySet(PersonalQuerySet):
    """Messages: a clerk sees the town's desk and own ones, a member only own ones."""

    def visible_to(self, user: User) -> "InboxMessageQuerySet":
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(town__in=user.towns()) | Q(user=user))

    def mine(self, user: User) -> "InboxMessageQuerySet":
        return self.filter(Q(member__user_id=user.pk) | Q(user=user))

    def unread(self) -> "InboxMessageQuerySet":
        return self.filter(read_at=None)


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


class OutboundSend(models.Model):
    """One copy of a message sent outside (console, e-mail; SMS later). Delivered by an obligation."""

    class State(models.TextChoices):
        PLANNED = "planned", "待发"
        SENDING = "sending", "正在发"
        SENT = "sent", "已发"
        UNKNOWN = "unknown", "是否发出不明"
        FAILED = "failed", "失败"

    message = models.ForeignKey(InboxMessage, models.CASCADE, verbose_name="消息", related_name="sends")
    channel = models.CharField("渠道", max_length=20)
    provider_key = models.UUIDField("渠道幂等号", unique=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    provider_ref = models.CharField("渠道回执", max_length=100, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)

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

    def __str__(self) -> str:
        return f"{self.message} {self.channel}"
