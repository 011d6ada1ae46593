"""The form that puts a broadcast into the timetable of a class."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError

from centres.models import ReceptionSite, Room
from courses.models import Broadcast
from juxian.people.models import User
from trainings.actions.sessions import OPEN
from trainings.models import Session, TrainingClass
from trainings.models.viewings import half_of


class ViewingForm(forms.Form):
    """Which class watches it, where, and for how many hours."""

    training_class = forms.ModelChoiceField(
        label="培训班", queryset=TrainingClass.objects.none(), empty_label="还没选",
        error_messages={"required": "请选一个培训班。"},
    )  # fmt: skip
    room = forms.ModelChoiceField(label="教室", queryset=Room.objects.none(), required=False, empty_label="还没选")
    site = forms.ModelChoiceField(
        label="接收站点", queryset=ReceptionSite.objects.none(), required=False, empty_label="还没选",
        help_text="教室和接收站点选一个。",
    )  # fmt: skip
    hours = Session._meta.get_field("hours").formfield(label="学时")

    def __init__(self, *args: Any, user: User, broadcast: Broadcast, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"hours": broadcast.hours}, **kwargs})
        day = half_of(broadcast.starts_at)[0].date()
        towns = user.editable_towns()
        classes = TrainingClass.objects.editable_by(user).filter(state__in=OPEN, starts_on__lte=day, ends_on__gte=day)
        fields: dict[str, Any] = self.fields
        fields["training_class"].queryset = classes.select_related("town").order_by("starts_on", "pk")
        fields["room"].queryset = Room.objects.visible_to(user).filter(centre__town__in=towns).select_related("centre")
        sites = ReceptionSite.objects.visible_to(user).filter(centre__town__in=towns)
        fields["site"].queryset = sites.select_related("centre")
        if user.is_county:
            fields["training_class"].label_from_instance = lambda row: f"{row.town}：{row}"
            for name in ("room", "site"):
                fields[name].label_from_instance = lambda row: f"{row.centre}：{row}"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Row(Column("training_class", css_class="col-md-9"), Column("hours", css_class="col-md-3")),
            Row(Column("room", css_class="col-md-6"), Column("site", css_class="col-md-6")),
        )

    def clean(self) -> dict[str, Any]:
        """One place."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("room") and given.get("site"):
            raise ValidationError({"site": "教室和接收站点只选一个。"})
        return given
