"""What went in and out, for the county to look at. Nobody edits a message; copies that failed can be sent again."""

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest

from juxian.messages.actions import send_again
from juxian.messages.channels import CHANNELS
from juxian.messages.models import ChannelHealth, InboxMessage, OutboundSend
from juxian.people.admin_base import ReadOnly, ScopedAdmin, SharedAdmin

ENDED_BADLY = (OutboundSend.State.FAILED, OutboundSend.State.UNKNOWN)


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnly, ScopedAdmin):
    """Every letter that went out, to whom and whether it was read. The text of a member's letter is the member's."""

    list_display = ["title", "to", "created_at", "read_at"]
    list_filter = [("read_at", admin.EmptyFieldListFilter), "town"]
    list_select_related = ["town", "user", "member__branch__town"]
    search_fields = ["title", "key", "member__name"]
    date_hierarchy = "created_at"
    fields = ["title", "to", "text", "created_at", "read_at"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: models.QuerySet = self.model.objects.listed_to(request.user)
        return rows.order_by("-created_at", "-id")

    @admin.display(description="收件人")
    def to(self, message: InboxMessage) -> str:
        if message.member is None:
            return str(message.town or message.user)
        return f"{message.member.name}（{message.member.branch.town}{message.member.branch}）"

    @admin.display(description="内容")
    def text(self, message: InboxMessage) -> str:
        return message.body if message.member is None else "写给党员本人的，内容只有本人能看。"


class ByChannel(admin.SimpleListFilter):
    """Channels by their Chinese names."""

    title = "渠道"
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(channel.code, channel.label) for channel in CHANNELS.values()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(channel=self.value()) if self.value() else queryset


@admin.register(OutboundSend)
class OutboundSendAdmin(ReadOnly, ScopedAdmin):
    """Copies outside; those of unknown fate are what staff look for. The text of a member's message stays closed."""

    list_display = ["message", "way", "state", "is_maybe_twice", "on_doubt", "sent_at", "provider_ref"]
    list_filter = ["state", ByChannel, "is_maybe_twice"]
    list_select_related = ["message"]
    search_fields = ["message__title"]
    actions = ["try_again"]
    fields = [
        *["message", "way", "state", "on_doubt", "is_maybe_twice", "planned_at", "expires_at", "tried_at", "sent_at"],
        *["provider_ref", "provider_key"],
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("message")

    @admin.display(description="渠道", ordering="channel")
    def way(self, row: OutboundSend) -> str:
        known = CHANNELS.get(row.channel)
        return known.label if known else row.channel

    def has_again_permission(self, request: HttpRequest) -> bool:
        """County staff; auditors only look."""
        return request.user.has_perm("inbox.change_outboundsend")

    def get_actions(self, request: HttpRequest) -> dict:
        """The base hides the actions of rows that nobody edits; this one has its own permission."""
        return admin.ModelAdmin.get_actions(self, request)

    @admin.action(description="再发一次（只对“失败”和“是否发出不明”的）", permissions=["again"])
    def try_again(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        rows = list(queryset.filter(state__in=ENDED_BADLY))
        for row in rows:
            send_again(send=row, by=request.user)  # type: ignore[arg-type]
        if rows:
            messages.success(request, f"已重新安排 {len(rows)} 条，白天会再发。")
        else:
            messages.warning(request, "选中的没有“失败”或“是否发出不明”的，什么也没有改。")


@admin.register(ChannelHealth)
class ChannelHealthAdmin(ReadOnly, SharedAdmin):
    """Which ways out are ill, and until when they rest."""

    list_display = ["way", "failures", "paused_until", "last_error", "failed_at"]
    fields = ["way", "failures", "paused_until", "last_error", "failed_at"]

    @admin.display(description="渠道", ordering="channel")
    def way(self, row: ChannelHealth) -> str:
        return CHANNELS[row.channel].label
