"""All data about one person, readable: a spreadsheet with a sheet for each kind of row, and the same as JSON.

Every table whose rows lead to a member is in SOURCES (a test reads the models and complains about a new one). What a
person did in office stands in the log, and so in the sheet of the log.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.papers import Item, bundle
from juxian.people.models import Member
from juxian.sheets import workbook_of
from juxian.vault.derived import DerivedField
from trainings.diplomas import DEMO

# Kinds of rows and the ways from a row to the member.
SOURCES: dict[str, tuple[str, ...]] = {
    "people.member": ("pk",),
    "people.user": ("member",),
    "people.grant": ("user__member",),
    "people.activationslip": ("member",),
    "lecturers.lecturer": ("user__member",),
    "lecturers.appointment": ("lecturer__user__member",),
    "lecturers.halfday": ("lecturer__user__member",),
    "lecturers.calendarfeed": ("lecturer__user__member",),
    "lecturers.candidacy": ("lecturer__user__member",),
    "lecturers.suspension": ("lecturer__user__member",),
    "lecturers.yearlyreview": ("lecturer__user__member",),
    "centres.postholding": ("user__member",),
    "courses.judge": ("user__member",),
    "courses.ballot": ("judge__user__member",),
    "courses.score": ("ballot__judge__user__member",),
    "trainings.session": ("lecturer__user__member",),
    "trainings.viewing": ("session__lecturer__user__member",),
    "trainings.substitution": ("planned__user__member", "actual__user__member"),
    "trainings.classcost": ("lecturer__user__member",),
    "trainings.enrolment": ("member",),
    "trainings.mark": ("enrolment__member",),
    "trainings.hourentry": ("member",),
    "trainings.certificate": ("enrolment__member",),
    "trainings.certificaterevocation": ("certificate__enrolment__member",),
    "assessments.attempt": ("enrolment__member",),
    "assessments.answer": ("attempt__enrolment__member",),
    "assessments.lateanswers": ("attempt__enrolment__member",),
    "assessments.retake": ("enrolment__member",),
    "assessments.makeup": ("enrolment__member",),
    "assessments.surveylesson": ("session__lecturer__user__member",),
    "assessments.lessonremark": ("lesson__session__lecturer__user__member",),
    "assessments.surveyticket": ("enrolment__member",),
    "assessments.teachingfinding": ("lecturer__user__member",),
    "assessments.improvement": ("finding__lecturer__user__member",),
    "centres.disclosurequestion": ("member",),
    "inbox.inboxmessage": ("member", "user__member"),
    "inbox.outboundsend": ("message__member", "message__user__member"),
}
# Secrets; the frozen paper with its answers, which says nothing about the person; scores and ratings
# that may not be out yet.
LEFT_OUT = {
    "people.user.password",
    "people.activationslip.code_digest",
    "assessments.attempt.paper",
    "assessments.lateanswers.score_before",
    "assessments.lateanswers.score_after",
    "assessments.surveylesson.very_good",
    "assessments.surveylesson.good",
    "assessments.surveylesson.fair",
    "assessments.surveylesson.poor",
    "assessments.lessonremark.text",
}
UNRELEASED = "成绩还没公布"
NOTES = [
    "本文件含完整的身份号码和电话，只交给本人或依法有权的人，用完删除。",
    "满意度测评的答案不在里面：答案不带任何能对应到人的标记，谁也找不出哪一份是谁答的。这里只有“是否已答”。",
    "密码、开通码只存不可还原的摘要，不导出。考试只导出本人的作答；没有公布的成绩不导出。",
    "系统备份里可能还有这些资料的旧版本。",
]


@dataclass(frozen=True)
class Sheet:
    """One kind of rows."""

    title: str
    heads: list[str]
    rows: list[list[Any]]


def _said(row: models.Model, column: models.Field) -> Any:
    """A value as a person reads it."""
    if column.choices:
        return getattr(row, f"get_{column.name}_display")()
    value = getattr(row, column.name)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _columns(model: type[models.Model]) -> list[models.Field]:
    return [
        column
        for column in model._meta.concrete_fields
        if not isinstance(column, DerivedField) and f"{model._meta.label_lower}.{column.name}" not in LEFT_OUT
    ]


def _rows(label: str, member: Member) -> "models.QuerySet[Any]":
    """The rows of one kind that are about the member."""
    own = Q()
    for path in SOURCES[label]:
        own |= Q(**{path: member.pk})
    rows: models.QuerySet[Any] = apps.get_model(label)._base_manager.filter(own).order_by("pk")
    return rows


def _sheet(label: str, member: Member) -> Sheet:
    model = apps.get_model(label)
    columns, rows = _columns(model), _rows(label, member)
    said = [[_said(row, column) for column in columns] for row in rows]
    if label == "assessments.attempt":
        _hide_unreleased(rows, columns, said)
    return Sheet(str(model._meta.verbose_name), [str(column.verbose_name) for column in columns], said)


def _hide_unreleased(rows: "models.QuerySet[Any]", columns: list[models.Field], said: list[list[Any]]) -> None:
    """The first sitting's score is nobody's before the release, not even here."""
    place = [column.name for column in columns].index("score")
    for row, cells in zip(rows.select_related("exam"), said, strict=True):
        if row.exam.released_at is None and row.sitting == 0:
            cells[place] = UNRELEASED


def _log(member: Member) -> Sheet:
    """What the log says of the member and of their rows, and what they did themselves."""
    about = Q(actor_id=member.user_id) if member.user_id else Q(pk=None)
    for label in SOURCES:
        keys = [str(key) for key in _rows(label, member).values_list("pk", flat=True)]
        about |= Q(subject_kind=label, subject_id__in=keys)
    entries = AuditEntry.objects.filter(about).order_by("pk")
    names = ("at", "actor_name", "action", "summary")
    columns = [AuditEntry._meta.get_field(name) for name in names]
    heads = [str(column.verbose_name) for column in columns]  # type: ignore[union-attr]  # plain columns
    return Sheet("审计记录", heads, [[_said(row, column) for column in columns] for row in entries])  # type: ignore[arg-type]


def sheets(member: Member) -> list[Sheet]:
    """Every kind of rows there is about the member, those without a row left out."""
    found = [*(_sheet(label, member) for label in SOURCES), _log(member)]
    return [sheet for sheet in found if sheet.rows]


def person_file(member: Member, found: list[Sheet]) -> Iterator[bytes]:
    """The ZIP with spreadsheet, JSON and list of contents."""
    title = f"{member.name}的个人资料"
    plain = {sheet.title: [dict(zip(sheet.heads, row, strict=True)) for row in sheet.rows] for sheet in found}
    items = [
        Item("个人资料.xlsx", "电子表格", partial(workbook_of, [(s.title, s.heads, s.rows) for s in found])),
        Item("个人资料.json", "JSON", json.dumps(plain, ensure_ascii=False, indent=1).encode),
    ]
    return bundle(items, title=title, notes=[*NOTES, *([DEMO] if member.is_demo else [])])
