"""The papers of a class's file that this floor makes from its rows. Upper floors register theirs in `registry.papers`.

A maker is given the class and returns the files of one item of the list, by bare file names; none when there is nothing
to tell yet. No ID or phone number is in any of them.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial

from django.db.models import Q
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.papers import Block, Document, Facts, Heading, Item, Table, Text, document_pdf
from juxian.sheets import workbook
from trainings.attendance import attended_hours, effective_marks
from trainings.diplomas import DEMO, certificates_pdf
from trainings.dossier import checklist
from trainings.models import Certificate, Enrolment, HourEntry, Mark, Session, Substitution, TrainingClass
from trainings.words import cn_day, plain

Maker = Callable[[TrainingClass], list[Item]]


def moment(value: object) -> str:
    """A stored moment as local time, to the minute."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""  # type: ignore[arg-type]  # moments only


def paper(training_class: TrainingClass, title: str, blocks: Sequence[Block], *, wide: bool = False) -> Item:
    """One PDF of the class, headed like all of them."""
    demo = Enrolment.objects.filter(training_class=training_class, member__is_demo=True).exists()
    document = Document(
        title=title,
        subtitle=f"{training_class.title}，{training_class.town.committee}",
        code=training_class.code,
        notice=DEMO if demo else "",
        wide=wide,
        blocks=blocks,
    )
    return Item(f"{title}.pdf", "PDF", partial(document_pdf, document))


def sheet(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Item:
    """One spreadsheet; every cell is text."""
    return Item(f"{title}.xlsx", "电子表格", lambda: workbook(title, heads, rows))


def _seated(training_class: TrainingClass) -> list[Enrolment]:
    rows = Enrolment.objects.filter(training_class=training_class).seated().select_related("member", "branch")
    return list(rows.order_by("branch__name", "member__name", "pk"))


def _sessions(training_class: TrainingClass) -> list[Session]:
    rows = Session.objects.filter(training_class=training_class).standing()
    return list(rows.select_related("lecturer", "room__centre", "point", "site").order_by("day", "half", "pk"))


def _facts(training_class: TrainingClass) -> Facts:
    return Facts(
        [
            ("主办", training_class.town.committee),
            ("时间", training_class.span),
            ("对象", training_class.audience),
            ("名额", f"{training_class.capacity} 人"),
            ("联系人", training_class.contact),
        ]
    )


def _notice(training_class: TrainingClass) -> list[Item]:
    if training_class.enrolling_at is None:
        return []
    said = Text(
        f"请各党支部按名额组织党员参加，{moment(training_class.enrolling_at)}起报名。\n{training_class.safety_note}"
    )
    return [paper(training_class, "培训通知", [_facts(training_class), said])]


def _plan(training_class: TrainingClass) -> list[Item]:
    aim, safety = Text(training_class.purpose), Text(training_class.safety_note)
    blocks: list[Block] = [_facts(training_class), Heading("培训目的"), aim, Heading("安全及纪律"), safety]
    return [paper(training_class, "培训方案", blocks)]


def _approval(training_class: TrainingClass) -> list[Item]:
    if training_class.approved_at is None:
        return []
    steps = [
        ("送审", f"{training_class.submitted_by}，{moment(training_class.submitted_at)}"),
        ("批准", f"{training_class.approved_by}，{moment(training_class.approved_at)}"),
    ]
    return [paper(training_class, "审批单", [_facts(training_class), Facts(steps)])]


def _timetable(training_class: TrainingClass) -> list[Item]:
    rows = [
        [cn_day(row.day), row.get_half_display(), row.topic, str(row.lecturer or ""), row.get_mode_display(), row.place, plain(row.hours)]
        for row in _sessions(training_class)
    ]  # fmt: skip
    heads = ["日期", "时段", "课程名称", "授课人", "形式", "地点", "学时"]
    return [paper(training_class, "课程表", [Table(heads, rows, [5, 2, 6, 3, 3, 5, 2])])] if rows else []


def _roster(training_class: TrainingClass) -> list[Item]:
    people = _seated(training_class)
    _, attended = attended_hours(training_class)
    rows = [
        [
            str(number), row.member.name, row.member.get_gender_display(), row.branch.name,
            row.member.get_party_post_display(), plain(attended.get(row.pk, Decimal(0))), row.get_outcome_display(),
            row.outcome_note,
        ]
        for number, row in enumerate(people, 1)
    ]  # fmt: skip
    heads = ["序号", "姓名", "性别", "所在党支部", "党内职务", "到课学时", "结业情况", "说明"]
    if not rows:
        return []
    table = Table(heads, rows, [2, 3, 2, 5, 3, 3, 3, 5])
    return [paper(training_class, "学员花名册", [table]), sheet("学员花名册", heads, rows)]


def _lecturers(training_class: TrainingClass) -> list[Item]:
    taught: dict[str, list[str]] = {}
    for row in _sessions(training_class):
        if row.lecturer:
            taught.setdefault(str(row.lecturer), []).append(row.topic)
    rows = [[name, "；".join(dict.fromkeys(topics)), str(len(topics))] for name, topics in sorted(taught.items())]
    tables = [Table(["授课人", "课题", "半天数"], rows, [3, 8, 2])]
    journal = Substitution.objects.filter(session__training_class=training_class, session__cancelled_at=None)
    instead = [
        [f"{cn_day(row.session.day)}{row.session.get_half_display()}", row.session.topic, str(row.planned), str(row.actual), row.reason]
        for row in journal.select_related("session", "planned", "actual").order_by("session__day", "session__half", "pk")
    ]  # fmt: skip
    if instead:
        tables.append(Table(["代课时间", "课题", "原定授课人", "实际授课人", "原因"], instead, [4, 5, 3, 3, 5]))
    return [paper(training_class, "师资信息", tables)] if rows else []


def _sign_in(training_class: TrainingClass) -> list[Item]:
    sessions, people, marks = _sessions(training_class), _seated(training_class), effective_marks(training_class)
    if not (sessions and people and marks):
        return []
    heads = ["序号", "姓名", "党支部", *[f"{row.day.month}.{row.day.day}{row.get_half_display()}" for row in sessions]]
    rows = []
    for number, person in enumerate(people, 1):
        said = [marks.get((session.pk, person.pk)) for session in sessions]
        rows.append(
            [str(number), person.member.name, person.branch.name, *[mark.status.name if mark else "" for mark in said]]
        )
    counted = [
        f"{row.day.month}月{row.day.day}日{row.get_half_display()}清点 {row.headcount} 人"
        for row in sessions
        if row.headcount
    ]
    blocks: list[Block] = [Table(heads, rows, [2, 3, 4, *[2] * len(sessions)]), Text("；".join(counted))]
    return [paper(training_class, "签到表", blocks, wide=True), sheet("签到表", heads, rows)]


def _summary(training_class: TrainingClass) -> list[Item]:
    text = training_class.summary.strip()
    return [paper(training_class, "培训小结", [Text(text)])] if text else []


def _certificates(training_class: TrainingClass) -> list[Item]:
    found = Certificate.objects.filter(enrolment__training_class=training_class)
    order = ("enrolment__branch__name", "enrolment__member__name", "pk")
    issued = list(found.select_related("enrolment__member", "enrolment__branch", "revocation").order_by(*order))
    if not issued:
        return []
    rows = [
        [
            row.enrolment.member.name, row.enrolment.branch.name, row.spaced, plain(row.hours), str(row.issued_on),
            "有效" if row.is_valid else f"{moment(row.revocation.at)}撤销：{row.revocation.reason}",
        ]
        for row in issued
    ]  # fmt: skip
    heads = ["姓名", "党支部", "编号", "学时", "发证", "状态"]
    return [paper(training_class, "结业名册", [Table(heads, rows, [3, 4, 6, 2, 3, 4])])]


def certificate_sheets(training_class: TrainingClass, site: str) -> list[Item]:
    """Every valid certificate in one PDF; `site` is the address its square codes lead to."""
    rows = Certificate.objects.filter(enrolment__training_class=training_class).valid()
    order = ("enrolment__branch__name", "enrolment__member__name", "pk")
    valid = list(rows.select_related("enrolment__member").order_by(*order))
    return [Item("结业证书.pdf", "PDF", lambda: certificates_pdf(valid, site))] if valid else []


def _contents(training_class: TrainingClass) -> list[Item]:
    rows = [
        [str(number), found.item.name, found.item.stage, found.word, found.waived.waived_reason if found.waived else ""]
        for number, found in enumerate(checklist(training_class), 1)
    ]
    return [
        paper(training_class, "卷内目录", [Table(["序号", "材料", "阶段", "状态", "略过原因"], rows, [2, 5, 3, 4, 6])])
    ]


def hours(training_class: TrainingClass) -> list[Item]:
    """Every row of the hour ledger of this class, reversals among them."""
    entries = HourEntry.objects.filter(training_class=training_class).select_related("member", "posted_by")
    rows = [
        [
            entry.member.name, entry.branch_name, entry.title, str(entry.earned_on), plain(entry.hours), entry.reason,
            entry.rule_note, str(entry.posted_by or "系统"), moment(entry.posted_at),
        ]
        for entry in entries.order_by("pk")
    ]  # fmt: skip
    heads = ["姓名", "当时党支部", "事由", "日期", "学时", "原因", "折算依据", "入账人", "入账时间"]
    return [sheet("学时账", heads, rows)] if rows else []


def amendments(training_class: TrainingClass) -> list[Item]:
    """Marks that replaced others, with who and why."""
    marks = Mark.objects.filter(session__training_class=training_class, replaces__isnull=False)
    marks = marks.select_related("enrolment__member", "session", "status", "replaces__status", "by").order_by("pk")
    rows = [
        [
            mark.enrolment.member.name, str(mark.session), mark.replaces.status.name, mark.status.name,
            mark.get_origin_display(), mark.note, str(mark.by), moment(mark.at),
        ]
        for mark in marks
    ]  # fmt: skip
    heads = ["姓名", "课次", "原记", "改为", "来源", "原因", "经办人", "时间"]
    return [sheet("更正记录", heads, rows)] if rows else []


def audit(training_class: TrainingClass) -> list[Item]:
    """What the log says of the class, its sessions and its people's seats, summaries only."""
    wanted = {
        "trainings.trainingclass": [training_class.pk],
        "trainings.session": Session.objects.filter(training_class=training_class).values_list("pk", flat=True),
        "trainings.enrolment": Enrolment.objects.filter(training_class=training_class).values_list("pk", flat=True),
    }
    own = Q()
    for kind, keys in wanted.items():
        own |= Q(subject_kind=kind, subject_id__in=[str(key) for key in keys])
    entries = AuditEntry.objects.filter(own).order_by("pk").values_list("at", "actor_name", "action", "summary")
    rows = [[moment(at), name, action, summary] for at, name, action, summary in entries]
    return [sheet("审计摘录", ["时间", "操作人", "动作", "摘要"], rows)] if rows else []


OWN: dict[str, Maker] = {
    "notice": _notice,
    "plan": _plan,
    "approval": _approval,
    "timetable": _timetable,
    "roster": _roster,
    "lecturers": _lecturers,
    "sign_in": _sign_in,
    "summary": _summary,
    "certificates": _certificates,
    "contents": _contents,
}
RECORDS: tuple[Maker, ...] = (hours, amendments, audit)
