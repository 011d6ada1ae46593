"""Forms of the clerk's class pages. They shape input; the actions decide."""

from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from centres import limits
from centres.forms.money import MoneyField
from centres.models import BrandTheme, ReceptionSite, Room, TeachingPoint
from courses.models import Borrowing, CourseVersion
from juxian.people.models import Town, User
from lecturers.models import Lecturer
from trainings.models import MarkStatus, PlanLine, Session, TrainingClass


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _helper(*rows: Row) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*rows)
    return helper


class YearForm(forms.Form):
    """Which year a plan is for."""

    year = forms.IntegerField(label="年度", min_value=2020, max_value=2100)

    helper = _helper(Row(Column("year")))


class LineForm(forms.ModelForm):
    """One class the town means to hold."""

    class Meta:
        model = PlanLine
        fields = ("title", "audience", "theme", "month", "days", "people", "budget")

    helper = _helper(
        Row(Column("title", css_class="col-md-6"), Column("audience", css_class="col-md-6")),
        Row(
            Column("theme", css_class="col-md-3"),
            Column("month", css_class="col-md-3"),
            Column("days", css_class="col-md-3"),
            Column("people", css_class="col-md-3"),
        ),
        Row(Column("budget", css_class="col-md-3")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["theme"].queryset = BrandTheme.objects.filter(is_active=True)
        fields["theme"].empty_label = "不分类"
        self.fields["month"] = forms.TypedChoiceField(
            label="计划月份", coerce=int, choices=[(n, f"{n} 月") for n in range(1, 13)]
        )
        self.fields["days"] = forms.DecimalField(
            label="天数",
            min_value=Decimal("0.1"),
            max_value=366,
            decimal_places=1,
            max_digits=4,
            error_messages={"min_value": "天数要大于 0。"},
            widget=forms.NumberInput(attrs={"step": "0.5", "min": "0.5"}),
        )
        self.fields["people"] = forms.IntegerField(
            label="计划人数",
            min_value=1,
            max_value=limits.PEOPLE,
            error_messages={"min_value": "计划人数要大于 0。", "max_value": f"人数填 1 到 {limits.PEOPLE}，请核对。"},
        )
        self.fields["budget"] = MoneyField(label="计划经费（元）", required=False, help_text="可以不填。")


class ClassForm(forms.ModelForm):
    """What a draft class says of itself."""

    class Meta:
        model = TrainingClass
        fields = (
            "title",
            "audience",
            "purpose",
            "level",
            "starts_on",
            "ends_on",
            "capacity",
            "contact",
            "safety_note",
            "has_exam",
        )
        widgets = {
            "starts_on": _day(),
            "ends_on": _day(),
            "purpose": forms.Textarea(attrs={"rows": 3}),
            "safety_note": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "level": "县级及以上集中培训才计入书记和班子成员的“集中培训次数”。",
            "has_exam": "不考试的班去掉这个勾，结班时就不查成绩。",
        }

    helper = _helper(
        Row(Column("title", css_class="col-md-8"), Column("level", css_class="col-md-4")),
        Row(Column("audience", css_class="col-md-8"), Column("capacity", css_class="col-md-4")),
        Row(
            Column("starts_on", css_class="col-md-4"),
            Column("ends_on", css_class="col-md-4"),
            Column("contact", css_class="col-md-4"),
        ),
        "purpose",
        "safety_note",
        "has_exam",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.is_county:
            own = TrainingClass.Level.TOWN
            fields: dict[str, Any] = self.fields
            fields["level"].choices = [(own.value, own.label)]


class LateForm(forms.ModelForm):
    """What may still change after the county approved."""

    class Meta:
        model = TrainingClass
        fields = ("capacity", "contact", "safety_note", "summary")
        widgets = {
            "safety_note": forms.Textarea(attrs={"rows": 2}),
            "summary": forms.Textarea(attrs={"rows": 8}),
        }
        help_texts = {
            "capacity": "加名额后，候补的人按先后自动录取。",
            "summary": "培训小结：办了什么、来了多少人、效果怎样、下次怎么改。归档前要写好。",
        }

    helper = _helper(
        Row(Column("capacity", css_class="col-md-4"), Column("contact", css_class="col-md-8")),
        "safety_note",
        "summary",
    )


AT_FIELD = {
    "trainings_session_one_per_half_day": "half",
    "trainings_session_lecturer_once": "lecturer",
    "trainings_session_room_once": "room",
    "trainings_session_site_once": "site",
    "trainings_session_site_is_viewed": "mode",
    "trainings_session_one_place": "room",
    "trainings_session_hours": "hours",
}


def _at_fields(error: ValidationError) -> ValidationError:
    """What the table of sessions refuses, said at the field one would change."""
    given = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    fields = {
        str(one.violation_error_message): AT_FIELD[one.name]
        for one in Session._meta.constraints
        if one.name in AT_FIELD
    }
    found: dict[str, list[ValidationError]] = {}
    for field, errors in given.items():
        for one in errors:
            target = fields.get(str(one.message), field) if field == NON_FIELD_ERRORS else field
            found.setdefault(target, []).append(one)
    return ValidationError(found)


class SessionForm(forms.ModelForm):
    """A half-day of the timetable."""

    class Meta:
        model = Session
        fields = (
            "day",
            "half",
            "starts_at",
            "hours",
            "topic",
            "course_version",
            "lecturer",
            "mode",
            "room",
            "point",
            "site",
        )
        widgets = {"day": _day(), "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        help_texts = {
            "course_version": "列出本镇街、县里和借到的课。别的镇街的课，先在课程页申请借用。",
            "starts_at": "不填按上午 8:30、下午 13:30、晚上 19:00。",
            "room": "教室、现场教学点、接收站点选一个；集体收看才选接收站点。",
        }

    helper = _helper(
        Row(
            Column("day", css_class="col-md-3"),
            Column("half", css_class="col-md-3"),
            Column("starts_at", css_class="col-md-3"),
            Column("hours", css_class="col-md-3"),
        ),
        Row(Column("topic", css_class="col-md-6"), Column("course_version", css_class="col-md-6")),
        Row(Column("lecturer", css_class="col-md-6"), Column("mode", css_class="col-md-6")),
        Row(
            Column("room", css_class="col-md-4"),
            Column("point", css_class="col-md-4"),
            Column("site", css_class="col-md-4"),
        ),
    )

    def __init__(self, *args: Any, user: User, town: Town, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        rooms, points = Room.objects.visible_to(user), TeachingPoint.objects.visible_to(user)
        kept = {name: Q(pk=getattr(self.instance, f"{name}_id")) for name in ("lecturer", "course_version")}
        versions = CourseVersion.objects.visible_to(user)
        newest = versions.filter(course=OuterRef("course"), published_on__lte=today).order_by("-number")
        lent = Borrowing.objects.visible_to(user).filter(state=Borrowing.State.GRANTED, year__gte=today.year, host=town)
        ours = Q(course__town=None) | Q(course__town=town) | Q(course__in=lent.values("course"))
        courses = versions.filter(
            ours & Q(course__retired_on=None, pk=Subquery(newest.values("pk")[:1])) | kept["course_version"]
        )
        choices = {
            "lecturer": Lecturer.objects.filter(
                Q(pk__in=Lecturer.objects.teaching(today).values("pk")) | kept["lecturer"]
            ),
            "room": rooms.filter(centre__town=town).select_related("centre"),
            "point": points.filter(centre__town=town),
            "site": ReceptionSite.objects.visible_to(user).filter(centre__town=town),
            "course_version": courses.select_related("course").order_by("course__code", "-number"),
        }
        fields: dict[str, Any] = self.fields
        for name, rows in choices.items():
            fields[name].queryset = rows
            fields[name].empty_label = "还没选"
        for name in ("point", "site"):
            fields[name].label_from_instance = _with_state

    def add_error(self, field: str | None, error: Any) -> None:
        """A sentence about the whole row goes to the field it is about, where there is one."""
        super().add_error(field, _at_fields(error) if field is None and isinstance(error, ValidationError) else error)


def _with_state(place: TeachingPoint | ReceptionSite) -> str:
    """A place and, if it is out of use, that it is: choosing it is answered with the reason."""
    return f"{place}（不能使用）" if place.refusal else str(place)


class ReasonForm(forms.Form):
    """Why something is cancelled, returned, waived or corrected."""

    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}), help_text="会记入记录，写给以后看的人。"
    )

    helper = _helper("reason")


class PaperForm(forms.Form):
    """A file for the dossier."""

    file = forms.FileField(label="文件", help_text="PDF、图片或 Word、Excel 文件。照片里的定位信息会自动去掉。")

    helper = _helper("file")


class AmendForm(ReasonForm):
    """A corrected mark, with a reason."""

    status = forms.ChoiceField(label="更正为", widget=forms.RadioSelect)

    helper = _helper("status", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["status"].choices = list(MarkStatus.objects.order_by("order").values_list("code", "name"))


class NamesForm(forms.Form):
    """A pasted list of names, one a line; the branch after a blank where a name is not enough."""

    names = forms.CharField(
        label="名单",
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "示例甲\n示例乙 大仕沟村党支部"}),
        help_text="一行一人，可以从 Excel 里整列复制。重名的，在姓名后空一格写党支部。",
    )

    helper = _helper("names")
