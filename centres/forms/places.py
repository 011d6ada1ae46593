"""Forms about a centre and its parts. They shape input; the actions decide."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.db.models import Q

from centres.models import BrandTheme, Centre, ReceptionSite, Room, TeachingPoint, VenueKind, Zone


def day_input() -> forms.DateInput:
    """A browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def laid_out(*rows: Any) -> FormHelper:
    """A helper without tag and token: the page has them."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*rows)
    return helper


class CentreForm(forms.ModelForm):
    """What a town says of its centre; names and days of opening are the county's."""

    class Meta:
        model = Centre
        fields = ("venue", "address", "principal", "principal_agreed_on", "introduction")
        widgets = {"introduction": forms.Textarea(attrs={"rows": 4}), "principal_agreed_on": day_input()}
        help_texts = {
            "introduction": "会印在公开页面上，不要写个人姓名和电话。",
            "principal_agreed_on": "本人同意了才填。不填，公开页面不显示姓名。",
        }

    helper = laid_out(
        Row(Column("venue", css_class="col-md-6"), Column("address", css_class="col-md-6")),
        Row(Column("principal", css_class="col-md-6"), Column("principal_agreed_on", css_class="col-md-6")),
        "introduction",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["venue"].queryset = VenueKind.objects.filter(Q(is_active=True) | Q(pk=self.instance.venue_id))
        fields["venue"].empty_label = "还没登记"


class ZoneForm(forms.ModelForm):
    """One zone."""

    class Meta:
        model = Zone
        fields = ("name", "area", "note")

    helper = laid_out(Row(Column("name", css_class="col-md-8"), Column("area", css_class="col-md-4")), "note")


class RoomForm(forms.ModelForm):
    """One room."""

    class Meta:
        model = Room
        fields = ("name", "capacity")

    helper = laid_out(Row(Column("name", css_class="col-md-8"), Column("capacity", css_class="col-md-4")))


class PointForm(forms.ModelForm):
    """One teaching point."""

    class Meta:
        model = TeachingPoint
        fields = (
            "name",
            "theme",
            "capacity",
            "address",
            "route",
            "guide",
            "opens_in",
            "closes_in",
            "safety_note",
            "note",
            "is_ready",
            "unready_reason",
        )
        widgets = {"safety_note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "route": "从培训中心怎么去，如：向东 6 公里，大客车可到门口。",
            "guide": "只给本镇街和县里看，不公开。",
            "closes_in": "全年开放就都不填。跨年的照填，如 11 到 3。",
            "unready_reason": "不能使用时写，排课时会照原话告诉排课的人。",
        }

    helper = laid_out(
        Row(Column("name", css_class="col-md-8"), Column("theme", css_class="col-md-4")),
        Row(Column("address", css_class="col-md-8"), Column("capacity", css_class="col-md-4")),
        Row(Column("route", css_class="col-md-8"), Column("guide", css_class="col-md-4")),
        Row(Column("opens_in", css_class="col-md-4"), Column("closes_in", css_class="col-md-4")),
        "safety_note",
        "note",
        Row(Column("is_ready", css_class="col-md-4"), Column("unready_reason", css_class="col-md-8")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["theme"].queryset = BrandTheme.objects.filter(Q(is_active=True) | Q(pk=self.instance.theme_id))
        fields["theme"].empty_label = "不分类"


class SiteForm(forms.ModelForm):
    """One reception site."""

    class Meta:
        model = ReceptionSite
        fields = ("name", "village", "kind", "capacity", "working_since", "checked_on", "is_working", "note")
        widgets = {"working_since": day_input(), "checked_on": day_input()}

    helper = laid_out(
        Row(Column("name", css_class="col-md-8"), Column("kind", css_class="col-md-4")),
        Row(Column("village", css_class="col-md-8"), Column("capacity", css_class="col-md-4")),
        Row(Column("working_since", css_class="col-md-4"), Column("checked_on", css_class="col-md-4")),
        "is_working",
        "note",
    )


class PhotoForm(forms.Form):
    """A picture of a zone."""

    file = forms.FileField(label="照片", help_text="JPG、PNG、HEIC 或 WebP。照片里的定位信息会自动去掉。")
    caption = forms.CharField(label="照片说明", max_length=60)

    helper = laid_out("file", "caption")
