"""The county's admin of banks, exams and what follows them.

SurveyTicket, SurveyAnswer, SurveyLesson and LessonRemark are not here and must never be: a list of who answered beside
a list of what was answered is what design 4.4 rules out, and counters below the smallest group are nobody's to read. Attempts, retakes and make-ups are moved by actions only; an attempt's score is
shown when its results are out, its paper (with the key) never.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from assessments.actions.answers import choices_of
from assessments.actions.indicators import end_indicator, refuse_past, set_indicator
from assessments.actions.late import is_out
from assessments.models import (
    Answer,
    Attempt,
    Exam,
    Improvement,
    Indicator,
    LateAnswers,
    MakeUp,
    Question,
    QuestionBank,
    Retake,
    Survey,
    SurveyQuestion,
    TeachingFinding,
)
from assessments.questions import letters
from juxian.people.admin_base import ReadOnly, ScopedAdmin, SharedAdmin


@admin.register(QuestionBank)
class QuestionBankAdmin(ScopedAdmin):
    list_display = ["name", "code", "owner", "usable"]
    list_filter = ["town"]
    search_fields = ["name", "code"]
    list_select_related = ["town"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        counted: QuerySet = rows.annotate(number=Count("questions", filter=Q(questions__retired_at=None)))
        return counted

    @admin.display(description="归属", ordering="town__code")
    def owner(self, bank: QuestionBank) -> str:
        return bank.town.name if bank.town else "全县共用"

    @admin.display(description="在用题数", ordering="number")
    def usable(self, bank: Any) -> int:
        return int(bank.number)


@admin.register(Question)
class QuestionAdmin(ReadOnly, ScopedAdmin):
    """Read only: questions are changed on the bank's page, where their form is checked."""

    list_display = ["stem", "kind", "bank", "key", "retired_at"]
    list_filter = ["kind", "bank"]
    search_fields = ["stem"]
    list_select_related = ["bank"]

    @admin.display(description="正确答案")
    def key(self, question: Question) -> str:
        return letters(question.answer)


@admin.register(Exam)
class ExamAdmin(ReadOnly, ScopedAdmin):
    """Read only: arranged and released on the exam's page."""

    list_display = ["training_class", "town", "opens_at", "closes_at", "sat", "released_at"]
    list_filter = ["training_class__town"]
    search_fields = ["training_class__title", "training_class__code"]
    date_hierarchy = "opens_at"
    list_select_related = ["training_class__town", "bank", "released_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        counted: QuerySet = rows.annotate(number=Count("attempts", filter=Q(attempts__sitting=0)))
        return counted

    @admin.display(description="镇街", ordering="training_class__town__code")
    def town(self, exam: Exam) -> str:
        return str(exam.training_class.town)

    @admin.display(description="参考人数", ordering="number")
    def sat(self, exam: Any) -> int:
        return int(exam.number)


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, ScopedAdmin):
    """Read only. No key, and no score before it is out."""

    list_display = ["enrolment", "exam", "which", "started_at", "finished_at", "closed_by", "result"]
    list_filter = ["closed_by", "exam__training_class__town"]
    search_fields = ["enrolment__member__name", "exam__training_class__title"]
    date_hierarchy = "started_at"
    list_select_related = ["enrolment__member", "enrolment__training_class", "exam__training_class"]
    fields = (
        "enrolment",
        "exam",
        "which",
        "started_at",
        "deadline_at",
        "closes_at",
        "finished_at",
        "closed_by",
        "answered",
        "result",
    )
    readonly_fields = ("which", "answered", "result")

    @admin.display(description="第几次", ordering="sitting")
    def which(self, attempt: Attempt) -> str:
        return f"第 {attempt.sitting} 次补考" if attempt.sitting else "首考"

    @admin.display(description="成绩（百分制）")
    def result(self, attempt: Attempt) -> str:
        if attempt.score is None:
            return "—"
        return f"{attempt.score} 分" if attempt.sitting or attempt.exam.released_at else "待公布"

    @admin.display(description="已答题数")
    def answered(self, attempt: Attempt) -> int:
        return sum(bool(choice) for choice in choices_of(attempt).values())


@admin.register(Answer)
class AnswerAdmin(ReadOnly, ScopedAdmin):
    """Read only: when each answer was kept, for questions about a lost one."""

    list_display = ["attempt", "number", "saved_at"]
    fields = ["attempt", "number", "choice", "client_seq", "saved_at"]
    search_fields = ["attempt__enrolment__member__name"]
    list_select_related = ["attempt__enrolment__member", "attempt__enrolment__training_class"]


@admin.register(LateAnswers)
class LateAnswersAdmin(ReadOnly, ScopedAdmin):
    """Read only: decided on the exam's page. Scores only when they are out."""

    list_display = ["attempt", "arrived_at", "decision", "decided_by", "decided_at"]
    list_filter = ["decision", "attempt__exam__training_class__town"]
    search_fields = ["attempt__enrolment__member__name", "attempt__exam__training_class__title"]
    date_hierarchy = "arrived_at"
    list_select_related = ["attempt__enrolment__member", "attempt__enrolment__training_class", "decided_by"]
    fields = (
        "attempt",
        "answers",
        "arrived_at",
        "page_given_at",
        "proposed_by",
        "decision",
        "reason",
        "decided_by",
        "decided_at",
        "change",
    )
    readonly_fields = ("change",)

    @admin.display(description="成绩（采纳前 → 采纳后）")
    def change(self, late: LateAnswers) -> str:
        if late.score_after is None:
            return "—"
        return f"{late.score_before} → {late.score_after} 分" if is_out(late.attempt) else "待公布"


@admin.register(Retake)
class RetakeAdmin(ReadOnly, ScopedAdmin):
    """Read only: made and ended by the sweep and by sitting."""

    list_display = ["enrolment", "sequence", "reason", "state", "opens_at", "due_at", "closed_at"]
    list_filter = ["state", "reason", "exam__training_class__town"]
    search_fields = ["enrolment__member__name", "exam__training_class__title"]
    date_hierarchy = "due_at"
    list_select_related = ["enrolment__member", "enrolment__training_class", "exam__training_class"]
    fields = ["exam", "enrolment", "sequence", "reason", "opens_at", "due_at", "state", "closed_at"]


@admin.register(MakeUp)
class MakeUpAdmin(ReadOnly, ScopedAdmin):
    """Read only: registered on the page of retakes and make-ups."""

    list_display = ["enrolment", "missed_hours", "due_on", "state", "closed_at"]
    list_filter = ["state", "enrolment__training_class__town"]
    search_fields = ["enrolment__member__name", "enrolment__training_class__title"]
    date_hierarchy = "due_on"
    list_select_related = ["enrolment__member", "enrolment__training_class"]


@admin.register(SurveyQuestion)
class SurveyQuestionAdmin(SharedAdmin):
    """What surveys to come will ask; open ones keep what they asked."""

    list_display = ["text", "order", "is_active"]
    list_editable = ["order", "is_active"]


@admin.register(Survey)
class SurveyAdmin(ReadOnly, ScopedAdmin):
    """Read only; results are on the survey's page, from the smallest group on."""

    list_display = ["training_class", "opens_at", "closes_at", "turnout"]
    list_filter = ["training_class__town"]
    search_fields = ["training_class__title"]
    date_hierarchy = "opens_at"
    fields = ["training_class", "opens_at", "closes_at", "asked_about", "turnout"]
    list_select_related = ["training_class"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        answered = Count("tickets", filter=Q(tickets__is_answered=True))
        counted: QuerySet = rows.annotate(answered=answered, asked=Count("tickets"))
        return counted

    @admin.display(description="测评项目")
    def asked_about(self, survey: Survey) -> str:
        return "、".join(question["text"] for question in survey.questions)

    @admin.display(description="已答 / 应答")
    def turnout(self, survey: Any) -> str:
        return f"{survey.answered} / {survey.asked}"


class InYear(admin.SimpleListFilter):
    """Indicators by the year they hold in."""

    title = "年度"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        this_year = timezone.localdate().year
        return [(str(year), f"{year} 年") for year in range(this_year + 1, this_year - 4, -1)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        year = self.value() or ""
        return queryset.in_year(int(year)) if year.isdecimal() else queryset


class IndicatorForm(forms.ModelForm):
    """A change holds from a year on, this one at the earliest."""

    class Meta:
        widgets = {name: AdminTextareaWidget(attrs={"rows": 3}) for name in ("method", "data_source", "source")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "year_from" in self.fields:
            this_year = timezone.localdate().year
            self.initial["year_from"] = max(self.instance.year_from, this_year)
            self.fields["year_from"].help_text = "改动从这一年度起算，以前年度保持原样。"

    def clean_year_from(self) -> int:
        year = int(self.cleaned_data["year_from"])
        refuse_past(year)
        return year


@admin.register(Indicator)
class IndicatorAdmin(SharedAdmin):
    """What a year is appraised by. Saving a version that past years had makes a new one from this year on."""

    form = IndicatorForm
    list_display = ["name", "weight", "years", "in_force", "data_source", "as_of", "certainty"]
    list_filter = [InYear, "certainty"]
    search_fields = ["name", "code", "method", "data_source", "source"]
    actions = ("end",)
    fields = (
        *("code", "name", "weight", "year_from", "year_to", "method", "formula"),
        *("data_source", "as_of", "source", "certainty", "order"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Indicator | None = None) -> Any:
        return ("code",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Indicator | None = None) -> bool:
        """A version that has ended is history."""
        is_past = obj is not None and obj.year_to is not None and obj.year_to < timezone.localdate().year
        return not is_past and super().has_change_permission(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Says so when the weights of this year do not add up."""
        year = timezone.localdate().year
        weight = Indicator.objects.in_year(year).weight()
        if request.method == "GET" and weight not in (0, 100):
            messages.warning(request, f"{year} 年度各项权重合计 {weight.normalize():f}，应为 100，请调整。")
        return super().changelist_view(request, extra_context)

    @admin.display(description="年度", ordering="year_from")
    def years(self, indicator: Indicator) -> str:
        return indicator.years

    @admin.display(description="本年度有效", boolean=True)
    def in_force(self, indicator: Indicator) -> bool:
        year = timezone.localdate().year
        return indicator.year_from <= year and (indicator.year_to is None or indicator.year_to >= year)

    @admin.action(description="从本年度起停用（以前年度不变）")
    def end(self, request: HttpRequest, rows: Any) -> None:
        names = [row.name for row in rows]
        for row in rows:
            end_indicator(by=request.user, indicator=row)
        messages.success(request, f"已停用 {len(names)} 项：{'、'.join(names)}。")

    def save_model(self, request: HttpRequest, obj: Indicator, form: Any, change: bool) -> None:
        row = set_indicator(by=request.user, **{"code": obj.code, **form.cleaned_data})
        obj.pk = row.pk
        obj.refresh_from_db()

    def _audit(self, *args: Any) -> None:
        """The actions have written the record."""


@admin.register(TeachingFinding)
class TeachingFindingAdmin(ReadOnly, ScopedAdmin):
    """Read only: raised, replied to and decided on its page."""

    list_display = ["about", "year", "origin", "opened_at", "reply_due_at", "replied_at", "verdict", "decided_at"]
    list_filter = ["origin", "verdict", "year", "town"]
    search_fields = ["lecturer__name", "course__title", "text"]
    date_hierarchy = "opened_at"
    list_select_related = ["lecturer", "course", "town"]

    @admin.display(description="讲师或课程")
    def about(self, finding: TeachingFinding) -> str:
        return finding.about


@admin.register(Improvement)
class ImprovementAdmin(ReadOnly, ScopedAdmin):
    """Read only: comes with a decision, is registered on the finding's page."""

    list_display = ["finding", "owner", "due_on", "done_at"]
    search_fields = ["finding__lecturer__name", "finding__course__title", "what", "owner"]
    date_hierarchy = "due_on"
    list_select_related = ["finding__lecturer", "finding__course"]
