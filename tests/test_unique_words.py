"""What the admin says when something is added twice: a Chinese sentence that tells what to do."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseModelFormSet
from django.test import RequestFactory

from centres.models import BrandTheme, Centre, StaffingDocument
from courses.models import Course
from juxian.people.models import Member, Town, User
from lecturers.models import Lecturer, LecturerKind
from tests.factories import (
    BankFactory,
    BranchFactory,
    CentreFactory,
    ClassFactory,
    CourseFactory,
    CourseVersionFactory,
    LecturerFactory,
    LecturerKindFactory,
    MemberFactory,
    RoomFactory,
    ThemeFactory,
    TownFactory,
    UserFactory,
)
from trainings.models import DossierItem, HourRule, MarkStatus, TrainingClass
from trainings.reference import load_reference

pytestmark = pytest.mark.django_db
PLAIN = {"BaseModelAdmin.has_add_permission", "ModelAdmin.has_add_permission"}  # what the county may add
SENTENCE = re.compile(r"^[^a-zA-Z%]*[\u4e00-\u9fff][^a-zA-Z%]*。$")
DJANGOS = re.compile("具有|已存在")


def typed_twice() -> list[models.Model]:
    """A row of each kind whose unique fields a person types or chooses."""
    load_reference()
    return [
        *(MarkStatus.objects.first(), DossierItem.objects.first(), HourRule.objects.first()),
        *(TownFactory(), UserFactory(), MemberFactory(user=UserFactory()), BranchFactory()),
        *(CentreFactory(), RoomFactory(), ThemeFactory(), CourseFactory(), CourseVersionFactory()),
        *(LecturerFactory(user=UserFactory()), LecturerKindFactory(), ClassFactory(), BankFactory()),
    ]


def refusals(row: models.Model) -> list[str]:
    """What a second row with the same values is told about being the second."""
    pairs = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    said: list[str] = []
    twin = type(row)(**{name: value for name, value in pairs.items() if row._meta.get_field(name).editable})
    for check in (twin.validate_unique, twin.validate_constraints):
        try:
            check()
        except ValidationError as error:
            said += error.messages
    return said


def test_every_second_row_is_told_in_a_chinese_sentence():
    found = {type(row).__name__: refusals(row) for row in typed_twice()}
    assert [name for name, said in found.items() if not said] == []
    wrong = [text for said in found.values() for text in said if not SENTENCE.match(text) or DJANGOS.search(text)]
    assert wrong == []


def project_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if not model.__module__.startswith(("django.", "axes."))]


def test_no_refusal_of_any_model_carries_a_name_of_the_program():
    """Every unique field and every constraint, of forms and of what only actions write."""
    wrong = []
    for model in project_models():
        said = [
            "".join(model().unique_error_message(model, (field.name,)).messages)
            for field in model._meta.concrete_fields
            if field.unique and not field.primary_key
        ]
        said += [str(rule.violation_error_message) for rule in model._meta.constraints]
        names = {field.name for field in model._meta.get_fields()} | {field.attname for field in model._meta.fields}
        words = [(text, set(re.findall("[a-z_]{2,}", text))) for text in said]
        wrong += [
            text for text, latin in words if latin & names or "%" in text or not re.search("[\u4e00-\u9fff]", text)
        ]
    assert wrong == []


def row_sets(county: User) -> list[BaseModelFormSet]:
    """Every set of rows that a page of the admin shows at once."""
    request = RequestFactory().get("/admin/")
    request.user = county
    found = []
    for model, shown in admin.site._registry.items():
        if model in project_models():
            found += [inline.get_formset(request)(instance=model()) for inline in shown.get_inline_instances(request)]
            if shown.list_editable:
                found += [shown.get_changelist_formset(request)(queryset=model.objects.none())]
    return found


def test_rows_that_repeat_one_another_are_told_by_labels(county):
    said = {
        rows.get_unique_error_message(fields)
        for rows in row_sets(county)
        for _, fields in rows.model()._get_unique_checks(include_meta_constraints=True)[0]
        if fields != (rows.model._meta.pk.name,)
    }
    assert [text for text in said if not SENTENCE.match(text)] == []
    assert {"有两行的镇街相同，请改掉或去掉一行。", "有两行的代码相同，请改掉或去掉一行。"} <= said


def test_a_town_named_twice_in_a_staffing_document_is_told_so(county, town):
    request = RequestFactory().get("/admin/")
    request.user = county
    (inline,) = admin.site._registry[StaffingDocument].get_inline_instances(request)
    prefix = inline.get_formset(request).get_default_prefix()
    sent = {f"{prefix}-TOTAL_FORMS": 2, f"{prefix}-INITIAL_FORMS": 0}
    sent |= {
        f"{prefix}-{number}-{name}": value for number in (0, 1) for name, value in (("town", town.pk), ("posts", 3))
    }
    rows = inline.get_formset(request)(sent, instance=StaffingDocument())
    assert not rows.is_valid()
    assert rows.non_form_errors() == ["有两行的镇街相同，请改掉或去掉一行。"]
    assert rows.forms[1].non_field_errors() == ["这一行和另一行重复。"]


def test_every_unique_field_of_an_admin_form_has_its_own_words():
    """No field that the county can type into falls back on Django's words."""
    forms = [model for model, shown in admin.site._registry.items() if shown.has_add_permission.__qualname__ in PLAIN]
    assert {Town, User, Member, Centre, BrandTheme, Course, Lecturer, LecturerKind, MarkStatus} <= set(forms)
    bare = [
        f"{model.__name__}.{field.name}"
        for model in [*forms, TrainingClass]
        for field in model._meta.concrete_fields
        if field.unique and field.editable and not field.primary_key and "unique" not in (field._error_messages or {})
    ]
    assert bare == []
