"""Two full towns whose every text is a canary, and the people who knock at the doors."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import models
from django.utils import timezone

from assessments import models as assessments
from centres.models import Centre, Room, TeachingPoint
from courses.models import Course, CourseVersion
from juxian.files.store import store
from juxian.messages.models import InboxMessage
from juxian.people.models import ActivationSlip, Branch, Grant, ImportRun, Member, Town, User
from lecturers.models import Lecturer
from tests.factories import GrantFactory, LecturerKindFactory, ThemeFactory, UserFactory, id_number
from tests.matrix.brand_rows import add_brands
from tests.matrix.catalogue_rows import add_borrowings
from tests.matrix.content_rows import add_content
from tests.matrix.disclosure_rows import add_disclosures
from tests.matrix.evidence_rows import add_evidence
from tests.matrix.inspection_rows import add_inspections
from tests.matrix.lists_rows import add_lists
from tests.matrix.money_rows import add_money
from tests.matrix.places_rows import add_places
from tests.matrix.pool_rows import add_pool
from tests.matrix.rating_rows import add_ratings
from tests.matrix.regulation_rows import add_regulations
from tests.matrix.review_rows import add_reviews
from tests.matrix.time_rows import add_time
from trainings import models as trainings

# Texts that are no free text: keys, digests, addresses, encrypted values, public names of the county's units.
NOT_TEXT = {
    "code", "key", "digest", "code_digest", "sha256", "path", "id_number", "id_index", "mobile", "mobile_index",
    "search_text", "username", "password", "importer", "link", "channel", "outcome",
}  # fmt: skip
_numbers = count(1)


@dataclass
class TownData:
    """One town: its canary, the full numbers of its people, and its rows by name."""

    town: Town
    canary: str
    secrets: list[str] = field(default_factory=list)
    rows: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["rows"][name]
        except KeyError:
            raise AttributeError(name) from None

    def add(self, name: str, model: type[models.Model], **given: Any) -> Any:
        """Store one row; every plain text that was not given becomes the canary."""
        for column in model._meta.local_fields:
            plain = isinstance(column, models.CharField | models.TextField) and not column.choices
            if plain and column.editable and column.name not in NOT_TEXT and column.name not in given:
                given[column.name] = f"{self.canary}{next(_numbers)}"
        row = model(**given)
        row.save(force_insert=True)
        self.rows[name] = row
        return row


def build_town(code: str, name: str, canary: str, shared: dict[str, Any]) -> TownData:
    """A town with one row at least of everything that belongs to a town."""
    town = Town.objects.create(
        code=code, name=name, pinyin="", kind=Town.Kind.TOWN, active_from=timezone.localdate() - timedelta(days=900)
    )
    data = TownData(town, canary)
    data.rows["town"] = town
    data.rows["clerk_user"] = GrantFactory(
        user=UserFactory(name=f"{canary}干事"), kind=Grant.Kind.CLERK, town=town
    ).user
    _place(data)
    _people(data)
    add_inspections(data, shared)
    _plan_and_class(data, shared)
    _file(data)
    _exam(data)
    _survey(data)
    _letters(data)
    add_money(data, shared)
    add_evidence(data)
    add_regulations(data)
    add_brands(data)
    add_places(data)
    add_pool(data, shared)
    add_disclosures(data)
    add_content(data, shared)
    add_time(data)
    add_lists(data)
    add_ratings(data)
    add_reviews(data, shared)
    add_borrowings(data, shared)
    return data


def _place(data: TownData) -> None:
    today = timezone.localdate()
    data.add("centre", Centre, town=data.town, opened_on=today - timedelta(days=400))
    data.add("room", Room, centre=data.centre, capacity=80)
    data.add("point", TeachingPoint, centre=data.centre, theme=ThemeFactory(), capacity=60)


def _person(data: TownData, name: str, user: User | None) -> Member:
    number = next(_numbers)
    secrets = [id_number(number), f"1990001{number:04d}"]
    data.secrets += secrets
    today = timezone.localdate()
    return data.add(
        name,
        Member,
        branch=data.branch,
        user=user,
        id_number=secrets[0],
        mobile=secrets[1],
        join_date=today - timedelta(days=4000),
        full_member_date=today - timedelta(days=3600),
    )


def _people(data: TownData) -> None:
    data.add("branch", Branch, town=data.town)
    _person(data, "member", UserFactory(name=f"{data.canary}党员"))
    _person(data, "colleague", None)
    data.add(
        "slip",
        ActivationSlip,
        member=data.colleague,
        code_digest=f"{data.canary}-digest",
        username=f"dy{next(_numbers):06d}",
        made_by=data.clerk_user,
        expires_at=timezone.now() + timedelta(days=14),
    )
    data.rows["file"] = store([b"KANARI"], name=f"{data.canary}.xlsx", kind="xlsx")
    data.add(
        "import_run",
        ImportRun,
        importer="people.roster",
        town=data.town,
        by=data.clerk_user,
        file=data.file,
        state=ImportRun.State.PREVIEW,
        total_rows=1,
        counts={"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0, "warnings": 0, "new_branches": 0},
        problems=[],
        refused_file=data.file,
    )


def _plan_and_class(data: TownData, shared: dict[str, Any]) -> None:
    today, now = timezone.localdate(), timezone.now()
    state = trainings.TrainingClass.State
    data.add("plan", trainings.YearPlan, town=data.town, year=today.year)
    data.add("line", trainings.PlanLine, plan=data.plan, theme=ThemeFactory(), month=11, days=Decimal(1), people=50)
    data.add("spare_line", trainings.PlanLine, plan=data.plan, month=12, days=Decimal(1), people=50)
    given = {"town": data.town, "capacity": 50, "created_by": data.clerk_user, "line": data.line}
    data.add(
        "draft", trainings.TrainingClass, code=f"DRAFT-{data.town.code}",
        starts_on=today + timedelta(days=9), ends_on=today + timedelta(days=9), **given,
    )  # fmt: skip
    data.add(
        "training_class", trainings.TrainingClass, code=f"RUN-{data.town.code}", starts_on=today, ends_on=today,
        state=state.RUNNING, submitted_by=data.clerk_user, submitted_at=now, approved_by=shared["county"],
        approved_at=now, enrolling_at=now, running_at=now, **given,
    )  # fmt: skip
    data.add(
        "session", trainings.Session, training_class=data.training_class, day=today,
        half=trainings.Session.Half.MORNING, course_version=shared["version"], lecturer=shared["teachers"][data.canary],
        room=data.room, hours=Decimal(4),
    )  # fmt: skip
    data.add("quota", trainings.Quota, training_class=data.training_class, branch=data.branch, seats=10)
    for name, member in (("enrolment", data.member), ("colleague_enrolment", data.colleague)):
        data.add(
            name, trainings.Enrolment, training_class=data.training_class, member=member, town=data.town,
            branch=data.branch, state=trainings.Enrolment.State.SEATED, source=trainings.Enrolment.Source.LIST,
            created_by=data.clerk_user, outcome_note="",
        )  # fmt: skip
    data.add(
        "mark", trainings.Mark, session=data.session, enrolment=data.enrolment, status=shared["present"],
        key=f"matrix-{data.town.code}", by=data.clerk_user, at=now,
    )  # fmt: skip
    data.add(
        "hours", trainings.HourEntry, member=data.member, town=data.town, training_class=data.training_class,
        enrolment=data.enrolment, hours=Decimal(4), earned_on=today, key=f"matrix-{data.town.code}", posted_at=now,
    )  # fmt: skip
    data.add(
        "dossier", trainings.DossierEntry, training_class=data.training_class, item=shared["dossier_item"],
        file=data.file, waived_reason="", by=data.clerk_user,
    )  # fmt: skip


def _file(data: TownData) -> None:
    """A class in the file, and what its people got for it."""
    today, now = timezone.localdate(), timezone.now()
    data.add(
        "filed_class", trainings.TrainingClass, town=data.town, capacity=50, created_by=data.clerk_user,
        code=f"FILED-{data.town.code}", starts_on=today - timedelta(days=30), ends_on=today - timedelta(days=30),
        state=trainings.TrainingClass.State.ARCHIVED, archived_by=data.clerk_user, archived_at=now,
    )  # fmt: skip
    data.add(
        "filed_enrolment", trainings.Enrolment, training_class=data.filed_class, member=data.member, town=data.town,
        branch=data.branch, state=trainings.Enrolment.State.SEATED, source=trainings.Enrolment.Source.LIST,
        outcome=trainings.Enrolment.Outcome.COMPLETED, created_by=data.clerk_user, outcome_note="",
    )  # fmt: skip
    data.add(
        "certificate", trainings.Certificate, enrolment=data.filed_enrolment, number=f"{data.town.code}{'0' * 23}",
        starts_on=today, ends_on=today, hours=Decimal(4), issued_at=now,
    )  # fmt: skip
    old = trainings.Enrolment.objects.create(
        training_class=data.filed_class, member=data.colleague, town=data.town, branch=data.branch,
        state=trainings.Enrolment.State.SEATED, source=trainings.Enrolment.Source.LIST, created_by=data.clerk_user,
    )  # fmt: skip
    data.add(
        "revoked", trainings.Certificate, enrolment=old, number=f"{data.town.code}{'1' * 23}",
        starts_on=today, ends_on=today, hours=Decimal(4), issued_at=now,
    )  # fmt: skip
    data.add("revocation", trainings.CertificateRevocation, certificate=data.revoked, at=now)


def _exam(data: TownData) -> None:
    now = timezone.now()
    data.add("bank", assessments.QuestionBank, code=f"BANK-{data.town.code}", town=data.town)
    for number in range(3):
        data.add(
            "question", assessments.Question, bank=data.bank, kind=assessments.Question.Kind.SINGLE,
            options=[f"{data.canary}甲", f"{data.canary}乙"], answer=[0], digest=f"{number:063d}{data.town.code[-1]}",
        )  # fmt: skip
    data.add(
        "exam", assessments.Exam, training_class=data.training_class, bank=data.bank, opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=5), duration_minutes=60, single_count=2, single_points=50, multiple_count=0,
        true_false_count=0, pass_mark=60, grace_seconds=60, retake_max=2, retake_days=14,
    )  # fmt: skip
    options = [f"{data.canary}甲", f"{data.canary}乙"]
    paper = [
        {
            "number": number, "id": data.question.pk, "kind": "single", "stem": f"{data.canary}题", "options": options,
            "answer": [0], "points": 50,
        }
        for number in (1, 2)
    ]  # fmt: skip
    data.add(
        "attempt", assessments.Attempt, exam=data.exam, enrolment=data.enrolment, paper=paper, started_at=now,
        deadline_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=1, minutes=1), closed_by="",
    )  # fmt: skip
    data.add(
        "late", assessments.LateAnswers, attempt=data.attempt, answers=[{"number": 1, "choice": [0], "seq": 1}],
        arrived_at=now, decision="", reason="",
    )  # fmt: skip
    data.add(
        "retake", assessments.Retake, exam=data.exam, enrolment=data.enrolment, sequence=1, reason="weak",
        opens_at=now, due_at=now + timedelta(days=9),
    )  # fmt: skip
    data.add(
        "make_up", assessments.MakeUp, enrolment=data.enrolment, missed_hours=Decimal(4),
        due_on=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip


def _survey(data: TownData) -> None:
    now = timezone.now()
    data.add(
        "survey", assessments.Survey, training_class=data.training_class,
        questions=[{"id": 1, "text": f"{data.canary}项目"}], opens_at=now, closes_at=now + timedelta(days=7),
    )  # fmt: skip
    data.add("ticket", assessments.SurveyTicket, survey=data.survey, enrolment=data.enrolment)
    for _ in range(5):
        data.add("survey_answer", assessments.SurveyAnswer, survey=data.survey, ratings={"1": 4}, is_readable=True)


def _letters(data: TownData) -> None:
    now = timezone.now()
    code = data.town.code
    data.add("letter", InboxMessage, member=data.member, key=f"matrix-m-{code}", created_at=now)
    data.add("desk_letter", InboxMessage, town=data.town, key=f"matrix-t-{code}", created_at=now)


def build_shared() -> dict[str, Any]:
    """What all towns share, and the county's people."""
    county = GrantFactory(user=UserFactory(username="county", name="示例县管"), kind=Grant.Kind.COUNTY).user
    lecturer_user = UserFactory(username="lecturer", name="示例讲师")
    lecturer = Lecturer.objects.create(name="示例讲师", kind=LecturerKindFactory(), user=lecturer_user)
    course = Course.objects.create(
        code="KC0001", title="示例课程", theme=ThemeFactory(), featured_on=timezone.localdate()
    )
    return {
        "county": county,
        "inspector": GrantFactory(user=UserFactory(username="inspector"), kind=Grant.Kind.INSPECTOR).user,
        "auditor": GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user,
        "lecturer": lecturer,
        "teachers": {"KANARIA": lecturer, "KANARIB": Lecturer.objects.create(name="外镇讲师", kind=lecturer.kind)},
        "lecturer_user": lecturer_user,
        "course": course,
        "version": CourseVersion.objects.create(course=course, number=1, published_on=timezone.localdate()),
        "present": trainings.MarkStatus.objects.get_or_create(
            code="present", defaults={"name": "到", "counts_present": True}
        )[0],
        "dossier_item": trainings.DossierItem.objects.get_or_create(
            code="matrix",
            defaults={"name": "材料", "stage": "训中", "made_by": "镇街", "need": "required", "order": 99},
        )[0],
    }


@dataclass
class County:
    """Both towns and everybody who knocks, by role."""

    ours: TownData
    theirs: TownData
    shared: dict[str, Any]

    def people(self) -> Iterator[tuple[str, User | None]]:
        yield "county", self.shared["county"]
        yield "inspector", self.shared["inspector"]
        yield "auditor", self.shared["auditor"]
        yield "clerk", self.ours.clerk_user
        yield "other_clerk", self.theirs.clerk_user
        yield "lecturer", self.shared["lecturer_user"]
        yield "member", self.ours.member.user
        yield "other_member", self.theirs.member.user
        yield "anonymous", None

    def foreign_to(self, role: str) -> list[TownData]:
        """The towns whose rows `role` must neither see nor change."""
        if role in ("clerk", "member"):
            return [self.theirs]
        if role in ("other_clerk", "other_member"):
            return [self.ours]
        if role == "lecturer":  # teaches in our town only
            return [self.theirs]
        return [self.ours, self.theirs] if role == "anonymous" else []


def build_county() -> County:
    """Two towns. The canaries share a stem, so that a search for the stem would find both."""
    shared = build_shared()
    ours = build_town("371327102", "大店镇", "KANARIA", shared)
    theirs = build_town("371327103", "坊前镇", "KANARIB", shared)
    return County(ours, theirs, shared)
