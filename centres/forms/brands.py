"""Forms about brands. They shape input; the actions decide."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms

from centres.models import BrandRevision, BrandTheme, Centre, TeachingPoint
from juxian.people.models import User


class BrandForm(forms.ModelForm):
    """What a draft of the brand says; everything may still be empty."""

    class Meta:
        model = BrandRevision
        fields = ("theme", "slogan", "story", "key_point")
        widgets = {"story": forms.Textarea(attrs={"rows": 8})}
        help_texts = {
            "theme": "县里定的五类里选一类，还没有命名的选不了。",
            "slogan": "最多 40 字，中间的空格照原样保留，批准后显示在大厅屏上。",
            "story": "依托什么资源，为什么是它。有哪年、哪村、哪件事就写清楚。最多 2000 字。",
            "key_point": "本中心的现场教学点里选一个，最能说明这个品牌的。",
        }

    def __init__(self, *args: Any, centre: Centre, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["theme"].queryset = BrandTheme.objects.filter(is_active=True)
        fields["theme"].empty_label = "还没定"
        fields["key_point"].queryset = TeachingPoint.objects.visible_to(user).filter(centre=centre)
        fields["key_point"].empty_label = "还没定"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Row(Column("slogan", css_class="col-md-8"), Column("theme", css_class="col-md-4")), "story", "key_point"
        )


class CommentForm(forms.Form):
    """Why the county sends a dossier back."""

    comment = forms.CharField(
        label="意见",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "退回要写明意见，镇里才知道改什么。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("comment")
