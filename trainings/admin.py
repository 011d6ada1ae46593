"""The county's admin of plans, classes and the ledger. State moves only by actions; ledger and marks are read-only."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from juxian.people.admin_base import ReadOnly, ScopedAdmin, ScopedTabular, SharedAdmin
from trainings import actions
from trainings.models import (
    Certificate,
    CertificateRevocation,
    ClassBudget,
    ClassCost,
    DossierEntry,
    DossierItem,
    Enrolment,
    HourEntry,
    HourRule,
    Mark,
    MarkStatus,
    PlanLine,
    Quota,
    Session,
    Substitution,
    TrainingClass,
    Viewing,
    YearPlan,
)


def _named(row: Any) -> str:
    """A row among those of all towns: town, code and title of a class; a plan says its town itself."""
    return f"{row.town.name} {row.code} {row.title}" if isinstance(row, TrainingClass) else str(row)


def decide(request: HttpRequest, rows: Iterable[Any], act: Callable[[Any], object], done: str) -> None:
    """Run `act` for each row; say how many went through and why the others did not."""
    good: list[str] = []
    for row in rows:
        try:
            act(row)
        except ValidationError as refusal:
            messages.error(request, f"{_named(row)}：{'；'.join(refusal.messages)}")
        else:
            good.append(_named(row))
    if good:
        messages.success(request, f"{done} {len(good)} 项：{'；'.join(good)}。")


class Decided(ScopedAdmin):
    """Rows the county approves or returns; everything is read here and changed on the portal's own pages."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    change_form_template = "admin/trainings/decided.html"
    page: ClassVar[str]  # URL name of the portal's own page, where the county reads the whole and decides

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field.name for field in self.opts.fields]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        context |= {"show_save": False, "show_save_and_continue": False, "page": self.page}
        return super().render_change_form(request, context, *args, **kwargs)

    def ask_comment(self, request: HttpRequest, rows: QuerySet, act: Callable[[Any, str], object]) -> Any:
        """The page between: it lists the rows and asks for the comment, then acts."""
        comment = request.POST.get("comment", "")
        if "comment" in request.POST and comment.strip():
            decide(request, rows, lambda row: act(row, comment), "已退回")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "退回，请写明意见",
            "rows": rows,
            "opts": self.opts,
            "action": request.POST.get("action"),
            "asked_twice": "comment" in request.POST,
        }
        return TemplateResponse(request, "admin/trainings/return.html", context)


class LineInline(ReadOnly, ScopedTabular):
    model = PlanLine
    fields = ["title", "audience", "theme", "month", "days", "people"]


@admin.register(YearPlan)
class YearPlanAdmin(Decided):
    page = "trainings:plan-detail"
    list_display = ["town", "year", "state", "line_count", "people", "submitted_by", "submitted_at", "decided_at"]
    list_filter = ["state", "year", "town"]
    list_select_related = ["town", "submitted_by"]
    search_fields = ["town__name"]
    inlines = [LineInline]
    actions = ["approve", "send_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request).annotate(lines_n=Count("lines"), people_n=Sum("lines__people"))
        return rows

    @admin.display(description="班次", ordering="lines_n")
    def line_count(self, plan: Any) -> int:
        return int(plan.lines_n)

    @admin.display(description="计划人数", ordering="people_n")
    def people(self, plan: Any) -> int:
        return int(plan.people_n or 0)

    @admin.action(description="批准所选计划")
    def approve(self, request: HttpRequest, queryset: QuerySet) -> None:
        decide(request, queryset, lambda plan: actions.approve_plan(plan=plan, by=request.user), "已批准")  # type: ignore[arg-type]  # staff only

    @admin.action(description="退回所选计划（要写意见）")
    def send_back(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self.ask_comment(  # type: ignore[no-any-return]
            request,
            queryset,
            lambda plan, text: actions.return_plan(plan=plan, comment=text, by=request.user),  # type: ignore[arg-type]  # staff only
        )


class SessionInline(ReadOnly, ScopedTabular):
    model = Session
    fields = ["day", "half", "topic", "lecturer", "mode", "room", "point", "site", "hours", "cancelled_at"]


class QuotaInline(ReadOnly, ScopedTabular):
    model = Quota
    fields = ["branch", "seats"]


class DossierInline(ReadOnly, ScopedTabular):
    model = DossierEntry
    fields = ["item", "file", "waived_reason", "by", "at"]
    readonly_fields = ["at"]


@admin.register(TrainingClass)
class TrainingClassAdmin(Decided):
    page = "trainings:town-detail"
    list_display = ["code", "title", "town", "state", "starts_on", "ends_on", "seated", "capacity", "submitted_by"]
    list_filter = ["state", "level", "town"]
    list_select_related = ["town", "submitted_by"]
    search_fields = ["code", "title", "town__name"]
    date_hierarchy = "starts_on"
    inlines = [SessionInline, QuotaInline, DossierInline]
    actions = ["approve", "send_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        seated = Count("enrolments", filter=Q(enrolments__state=Enrolment.State.SEATED))
        rows: QuerySet = super().get_queryset(request).annotate(seated_n=seated)
        return rows

    @admin.display(description="录取", ordering="seated_n")
    def seated(self, training_class: Any) -> int:
        return int(training_class.seated_n)

    @admin.action(description="批准所选班次")
    def approve(self, request: HttpRequest, queryset: QuerySet) -> None:
        def act(row: TrainingClass) -> object:
            return actions.approve_class(training_class=row, by=request.user)  # type: ignore[arg-type]  # staff only

        decide(request, queryset, act, "已批准")

    @admin.action(description="退回所选班次（要写意见）")
    def send_back(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        def act(row: TrainingClass, text: str) -> object:
            return actions.return_class(training_class=row, comment=text, by=request.user)  # type: ignore[arg-type]  # staff only

        return self.ask_comment(request, queryset, act)  # type: ignore[no-any-return]


@admin.register(PlanLine)
class PlanLineAdmin(ReadOnly, ScopedAdmin):
    list_display = ["title", "plan", "month", "days", "people", "theme"]
    list_filter = ["plan__year", "plan__town", "month"]
    list_select_related = ["plan__town", "theme"]
    search_fields = ["title", "plan__town__name"]


@admin.register(Session)
class SessionAdmin(ReadOnly, ScopedAdmin):
    list_display = ["day", "half", "topic", "training_class", "lecturer", "hours", "headcount", "cancelled_at"]
    list_filter = ["half", "mode", "training_class__town"]
    list_select_related = ["training_class", "lecturer"]
    search_fields = ["topic", "training_class__title", "training_class__code", "lecturer__name"]
    date_hierarchy = "day"


@admin.register(Substitution)
class SubstitutionAdmin(ReadOnly, ScopedAdmin):
    """The journal; substitutes are noted on the page of a class."""

    list_display = ["session", "planned", "actual", "reason", "by", "at"]
    list_filter = ["session__training_class__town"]
    list_select_related = ["session", "planned", "actual", "by"]
    search_fields = ["session__topic", "session__training_class__code", "planned__name", "actual__name", "reason"]
    date_hierarchy = "at"


@admin.register(Viewing)
class ViewingAdmin(ReadOnly, ScopedAdmin):
    """Which session watches which broadcast; arranged on the page of the broadcast."""

    list_display = ["broadcast", "session"]
    list_filter = ["session__training_class__town"]
    list_select_related = ["session", "broadcast"]
    search_fields = ["broadcast__title", "session__training_class__code"]


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly, ScopedAdmin):
    list_display = ["member", "training_class", "branch", "state", "source", "outcome", "created_at"]
    list_filter = ["state", "source", "outcome", "town"]
    list_select_related = ["member", "training_class", "branch"]
    search_fields = ["member__search_text", "training_class__title", "training_class__code"]
    date_hierarchy = "created_at"


@admin.register(Quota)
class QuotaAdmin(ReadOnly, ScopedAdmin):
    list_display = ["training_class", "branch", "seats"]
    list_filter = ["training_class__town"]
    list_select_related = ["training_class", "branch"]
    search_fields = ["training_class__title", "branch__name"]


@admin.register(Mark)
class MarkAdmin(ReadOnly, ScopedAdmin):
    """Marks are only added, on the roll-call page."""

    list_display = ["person", "session", "status", "origin", "by", "at", "note"]
    list_filter = ["status", "origin", "session__training_class__town"]
    list_select_related = ["enrolment__member", "session", "status", "by"]
    search_fields = ["enrolment__member__search_text", "session__topic", "session__training_class__code"]
    date_hierarchy = "at"

    @admin.display(description="学员")
    def person(self, mark: Mark) -> str:
        return mark.enrolment.member.name


@admin.register(HourEntry)
class HourEntryAdmin(ReadOnly, ScopedAdmin):
    """The ledger. A mistake is reversed and posted again on the portal's pages, never edited."""

    list_display = ["member", "branch_name", "hours", "earned_on", "title", "is_centralised", "reason", "posted_at"]
    list_filter = ["is_centralised", "town"]
    list_select_related = ["member"]
    search_fields = ["member__search_text", "title", "key"]
    date_hierarchy = "earned_on"


@admin.register(Certificate)
class CertificateAdmin(ReadOnly, ScopedAdmin):
    """Revoking and issuing anew happen on the class's page."""

    list_display = ["person", "class_title", "hours", "town_name", "state", "issued_at"]
    list_filter = ["enrolment__training_class__town"]
    list_select_related = ["enrolment__member", "revocation"]
    search_fields = ["number", "enrolment__member__search_text", "class_title", "class_code"]
    date_hierarchy = "issued_at"

    @admin.display(description="学员")
    def person(self, certificate: Certificate) -> str:
        return str(certificate.enrolment.member)

    @admin.display(description="状态")
    def state(self, certificate: Certificate) -> str:
        return "有效" if certificate.is_valid else "已撤销"


@admin.register(CertificateRevocation)
class CertificateRevocationAdmin(ReadOnly, ScopedAdmin):
    list_display = ["certificate", "person", "reason", "by", "at"]
    list_filter = ["certificate__enrolment__training_class__town"]
    list_select_related = ["certificate__enrolment__member", "by"]
    search_fields = ["certificate__number", "certificate__enrolment__member__search_text", "reason"]
    date_hierarchy = "at"

    @admin.display(description="学员")
    def person(self, revocation: CertificateRevocation) -> str:
        return str(revocation.certificate.enrolment.member)


@admin.register(DossierEntry)
class DossierEntryAdmin(ReadOnly, ScopedAdmin):
    list_display = ["training_class", "item", "file", "waived_reason", "by", "at"]
    list_filter = ["item", "training_class__town"]
    list_select_related = ["training_class", "item", "file", "by"]
    search_fields = ["training_class__title", "training_class__code", "item__name"]


class KeepsPast(SharedAdmin):
    """Rows that past records were judged by: what they say stays, only the fields in `open_fields` change."""

    open_fields: ClassVar[tuple[str, ...]] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return [field.name for field in self.opts.fields if field.name not in self.open_fields]


@admin.register(HourRule)
class HourRuleAdmin(KeepsPast):
    """A changed figure is a new row from a day on; the old one gets its last day. Past years keep their results."""

    open_fields = ("valid_to", "note", "source", "certainty")
    list_display = [
        "audience",
        "window",
        "min_hours",
        "min_centralised",
        "valid_from",
        "valid_to",
        "source",
        "certainty",
    ]
    list_filter = ["certainty", "audience_key"]
    search_fields = ["audience", "code", "source"]
    fields = [
        "code",
        "audience",
        "audience_key",
        "window",
        "min_hours",
        "min_centralised",
        "valid_from",
        "valid_to",
        "note",
        "source",
        "certainty",
    ]


@admin.register(MarkStatus)
class MarkStatusAdmin(KeepsPast):
    """Whether a status counts as present stays as it was; another meaning is another status."""

    open_fields = ("name", "tone", "order")
    list_display = ["name", "code", "counts_present", "tone", "order"]
    search_fields = ["name", "code"]


@admin.register(DossierItem)
class DossierItemAdmin(KeepsPast):
    """What a class file needs. An item no longer asked for is switched off, never deleted."""

    open_fields = ("name", "stage", "made_by", "need", "order", "is_active")
    list_display = ["order", "name", "stage", "made_by", "need", "is_generated", "is_active"]
    list_display_links = ["name"]
    list_filter = ["stage", "need", "is_generated", "is_active"]
    search_fields = ["name", "code"]


@admin.register(ClassBudget)
class ClassBudgetAdmin(ReadOnly, ScopedAdmin):
    """What classes may cost, by head."""

    list_display = ["training_class", "head", "amount"]
    list_filter = ["head", "training_class__town"]
    list_select_related = ["training_class", "head"]
    search_fields = ["training_class__title", "training_class__code"]


@admin.register(ClassCost)
class ClassCostAdmin(ReadOnly, ScopedAdmin):
    """Vouchers that were put to classes, with the warnings that were accepted."""

    list_display = ["training_class", "expense", "lecturer", "hours", "warning", "accepted_reason", "by", "at"]
    list_filter = ["training_class__town"]
    list_select_related = ["training_class", "expense__town", "lecturer", "by"]
    search_fields = ["training_class__title", "expense__voucher", "warning"]
