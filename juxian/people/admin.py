"""What the county keeps about towns, branches, members, users and their grants."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from juxian.audit import log
from juxian.people.actions import reset_password
from juxian.people.admin_base import ReadOnly, ScopedAdmin, SharedAdmin, SharedTabular
from juxian.people.admin_forms import MemberAdminForm
from juxian.people.models import ActivationSlip, Branch, Grant, ImportRun, Member, Town, TownCode, User


class TownCodeInline(SharedTabular):
    model = TownCode


@admin.register(Town)
class TownAdmin(SharedAdmin):
    list_display = ["code", "name", "kind", "led_by", "active_from", "active_to"]
    list_display_links = ["name"]
    list_filter = ["kind"]
    search_fields = ["name", "code", "pinyin"]
    inlines = [TownCodeInline]


@admin.register(Branch)
class BranchAdmin(ScopedAdmin):
    list_display = ["name", "town", "kind", "member_count", "closed_on"]
    list_filter = ["town", "kind"]
    list_select_related = ["town"]
    search_fields = ["name", "town__name"]
    autocomplete_fields = ["town"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        in_branch = models.Q(members__left_on=None)
        rows: models.QuerySet = (
            super().get_queryset(request).annotate(members_now=models.Count("members", filter=in_branch))
        )
        return rows

    @admin.display(description="党员数", ordering="members_now")
    def member_count(self, branch: Any) -> int:
        return int(branch.members_now)


class BranchFilter(admin.SimpleListFilter):
    """Branches of the chosen town; hundreds of the whole county would help nobody."""

    title = "党支部"
    parameter_name = "branch"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, str]]:
        town = request.GET.get("branch__town__id__exact", "")
        if not town.isdigit():
            return []
        return list(Branch.objects.visible_to(request.user).filter(town_id=int(town)).values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        value = self.value()
        return queryset.filter(branch_id=int(value)) if value and value.isdigit() else queryset


@admin.register(Member)
class MemberAdmin(ScopedAdmin):
    """Numbers are masked here; a full one is seen on the portal's member page, with a reason."""

    form = MemberAdminForm
    list_display = ["name", "town_name", "branch", "kind", "status", "party_post", "id_masked", "mobile_masked"]
    list_filter = ["branch__town", BranchFilter, "kind", "status", "is_exempt", "is_floating", "is_lost_contact"]
    list_select_related = ["branch__town"]
    search_fields = ["search_text"]
    search_help_text = "姓名、拼音或首字母"
    autocomplete_fields = ["branch", "user"]
    readonly_fields = ["id_masked", "mobile_masked"]
    fieldsets = [
        ("基本情况", {"fields": ["name", "branch", "gender", "ethnicity", "birth_date", "education", "job_position"]}),
        (
            "证件与电话",
            {
                "fields": ["id_masked", "new_id_number", "mobile_masked", "new_mobile"],
                "description": "号码加密保存，这里只显示首尾几位。要改时在“新…”里填完整号码，不改就留空。",
            },
        ),
        (
            "党内情况",
            {
                "fields": [
                    *["kind", "join_date", "full_member_date", "status", "party_post", "post_since", "field"],
                    *["is_exempt", "left_on"],
                ]
            },
        ),
        ("流动与失联", {"fields": ["is_floating", "outflow_place", "is_lost_contact", "lost_contact_since"]}),
        (
            "登录",
            {
                "fields": ["user"],
                "description": "没有账号时留空，由镇街打印开通条。干事本人也是党员的，在这里选他的工作账号，两边共用一个登录。",
            },
        ),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """Names only: a search travels in the address, where no number may be; `find` takes those."""
        return queryset.matching(search_term), False  # type: ignore[attr-defined]

    def get_urls(self) -> list[Any]:
        find = path("find/", self.admin_site.admin_view(self.find), name="people_member_find")
        return [find, *super().get_urls()]

    @method_decorator(require_POST)
    def find(self, request: HttpRequest) -> HttpResponse:
        """Open the member with a whole ID or mobile number, found by blind index."""
        found = list(Member.objects.visible_to(request.user).with_number(request.POST.get("number", ""))[:2])
        if len(found) == 1:
            return redirect("admin:people_member_change", found[0].pk)
        text = "不止一人留了这个手机号，请按姓名查找。" if found else "没有找到，请核对号码是否完整。"
        self.message_user(request, text, messages.ERROR)
        return redirect("admin:people_member_changelist")

    def view_on_site(self, obj: Member) -> str:
        return reverse("people:town-member", args=[obj.pk])

    @admin.display(description="镇街", ordering="branch__town__code")
    def town_name(self, member: Member) -> str:
        return member.town.name

    @admin.display(description="公民身份号码")
    def id_masked(self, member: Member) -> str:
        return member.id_masked

    @admin.display(description="联系电话")
    def mobile_masked(self, member: Member) -> str:
        return member.mobile_masked


class GrantInline(SharedTabular):
    model = Grant
    fields = ["kind", "town", "starts_on", "ends_on", "reason"]
    autocomplete_fields = ["town"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.base_fields["starts_on"].initial = timezone.localdate
        town = formset.form.base_fields["town"].widget
        town.can_add_related = town.can_change_related = town.can_view_related = False  # here it is only chosen
        return formset


@admin.register(User)
class UserAdmin(SharedAdmin):
    """A new user has no password yet: choose 重设密码 in the list. A grant ends by its 至, and with it the sessions."""

    list_display = ["username", "name", "rights", "is_active", "must_change_password", "last_login"]
    list_filter = ["is_active", "must_change_password", "grants__kind"]
    search_fields = ["username", "name"]
    fields = ["username", "name", "email", "is_active", "must_change_password", "last_login", "created_at"]
    readonly_fields = ["must_change_password", "last_login", "created_at"]
    inlines = [GrantInline]
    actions = ["reset_passwords"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).prefetch_related("grants__town")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """No list filter may probe the password column."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> HttpResponse:
        """Say what a new user still lacks and where to give it."""
        self.message_user(
            request,
            f"{obj} 已建好，还没有密码：在列表里勾选后选“重设密码”，把一次性密码交给本人。",
            messages.WARNING,
        )
        return super().response_add(request, obj, post_url_continue)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Each grant opened or changed is an audit row of its own."""
        super().save_formset(request, form, formset, change)
        for grant in [*formset.new_objects, *[row for row, _ in formset.changed_objects]]:
            if not isinstance(grant, Grant):
                continue
            until = f"，至 {grant.ends_on}" if grant.ends_on else ""
            log.record(
                by=request.user,
                action="people.grant_saved",
                subject=grant,
                summary=f"授权：{grant.user} {grant.get_kind_display()} {grant.town or ''} 自 {grant.starts_on}{until}",
                town_code=grant.town.code if grant.town else "",
                body={"user": grant.user_id, "kind": grant.kind, "reason": grant.reason},
            )

    @admin.display(description="现有权限")
    def rights(self, user: User) -> str:
        today = timezone.localdate()
        held = [grant for grant in user.grants.all() if grant.is_in_force(today)]
        return "、".join(f"{g.town or ''}{g.get_kind_display()}" for g in held) or "—"

    @admin.action(description="重设密码（给一个只能用一次的密码）")
    def reset_passwords(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse:
        """Show the one-time passwords on this one page; they are stored nowhere."""
        issued = [(user, reset_password(user=user, by=request.user)) for user in queryset]  # type: ignore[arg-type]  # staff only
        context = {**self.admin_site.each_context(request), "title": "一次性密码", "issued": issued, "opts": self.opts}
        return TemplateResponse(request, "admin/people/user/reset.html", context)


@admin.register(ActivationSlip)
class ActivationSlipAdmin(ReadOnly, ScopedAdmin):
    list_display = ["member", "branch_name", "state", "made_by", "made_at", "expires_at", "used_at"]
    list_filter = ["member__branch__town"]
    list_select_related = ["member__branch__town", "made_by"]
    search_fields = ["member__search_text", "username"]
    fields = ["member", "username", "made_by", "made_at", "expires_at", "used_at", "cancelled_at"]
    date_hierarchy = "made_at"

    @admin.display(description="党支部")
    def branch_name(self, slip: ActivationSlip) -> str:
        return slip.member.branch.name

    @admin.display(description="状态")
    def state(self, slip: ActivationSlip) -> str:
        if slip.used_at:
            return "已使用"
        if slip.cancelled_at:
            return "已作废"
        return "有效" if slip.is_open(timezone.now()) else "已过期"


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, ScopedAdmin):
    """What was imported; the county uploads and saves on the portal's import page, which the list links to."""

    list_display = ["kind", "file", "town", "by", "state", "created_at", "page"]
    list_filter = ["state", "town"]
    list_select_related = ["file", "town", "by"]
    search_fields = ["file__original_name"]
    date_hierarchy = "created_at"
    exclude = ["importer", "options", "problems", "facts"]

    @admin.display(description="导入内容", ordering="importer")
    def kind(self, run: Any) -> str:
        return str(run.label)

    @admin.display(description="核对与保存")
    def page(self, run: Any) -> str:
        return format_html('<a href="{}">打开</a>', reverse("people:town-import", args=[run.pk]))
