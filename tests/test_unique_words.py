"""What the admin says when something is added twice: a Chinese sentence that tells what to do."""

import re

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models

from centres.models import BrandTheme, Centre
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
