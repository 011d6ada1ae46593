"""Choosing the key course and the key lecturer of a brand."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db.models import Q
from django.utils import timezone

from centres.models import Brand
from courses.models import Course
from juxian.people.models import User
from lecturers.models import Appointment, Lecturer


class KeyForm(forms.Form):
    """What is not marked yet, of the town's own and the county's; something must be chosen."""

    course = forms.ModelChoiceField(
        Course.objects.none(),
        label="重点课程",
        required=False,
        empty_label="先不标",
        help_text="本镇街或县级的精品课程。",
    )
    lecturer = forms.ModelChoiceField(
        Lecturer.objects.none(),
        label="重点讲师",
        required=False,
        empty_label="先不标",
        help_text="本镇街推荐或县级的、现在有聘任的讲师。",
    )

    def __init__(self, *args: Any, brand: Brand, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        near = Q(town=None) | Q(town=brand.town_id)
        standing = Appointment.objects.in_force(today).values("lecturer")
        choices: dict[str, Any] = {
            "course": Course.objects.visible_to(user).featured(today).filter(near, key_of=None),
            "lecturer": Lecturer.objects.filter(near, key_of=None, pk__in=standing),
        }
        marked = {
            "course": Course.objects.visible_to(user).filter(key_of=brand),
            "lecturer": Lecturer.objects.filter(key_of=brand),
        }
        for name, rows in choices.items():
            field: Any = self.fields[name]
            field.queryset = rows
            if marked[name].exists():
                del self.fields[name]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.fields)

    def clean(self) -> dict[str, Any]:
        found = {"course": None, "lecturer": None} | (super().clean() or {})
        if not self.errors and not any(found.values()):
            raise forms.ValidationError("先选一堂课或一位讲师。")
        return found
