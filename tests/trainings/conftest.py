"""A class on its way, built with the product's own actions."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from juxian.people.models import Member, Town, User
from tests.factories import BranchFactory, CentreFactory, LecturerFactory, MemberFactory, RoomFactory, UserFactory
from trainings import actions
from trainings.models import DossierItem, Enrolment, PlanLine, Session, TrainingClass
from trainings.reference import load_reference
from trainings.registry import Registry, registry


@pytest.fixture(autouse=True)
def _floor_alone(monkeypatch) -> None:
    """What upper floors registered is their own tests' business."""
    for name, value in vars(Registry()).items():
        monkeypatch.setattr(registry, name, value)


@pytest.fixture
def reference(db) -> None:
    load_reference()


@pytest.fixture
def room(town):
    return RoomFactory(centre=CentreFactory(town=town, opened_on=date(2021, 1, 1)), capacity=300)


@pytest.fixture
def line(town: Town, clerk: User, county: User) -> PlanLine:
    """A line of an approved plan."""
    plan = actions.open_plan(town=town, year=timezone.localdate().year, by=clerk)
    line = actions.add_line(
        plan=plan, by=clerk, title="秋季轮训班", audience="农村党员", month=11, days=Decimal(1), people=3
    )
    actions.submit_plan(plan=plan, by=clerk)
    actions.approve_plan(plan=plan, by=county)
    return line


@pytest.fixture
def draft(reference, line: PlanLine, clerk: User, room) -> TrainingClass:
    """A draft with everything the county asks for: two half-days today, which have begun at any hour of the day."""
    today = timezone.localdate()
    draft = actions.open_class_from_line(line=line, by=clerk, starts_on=today, purpose="学好党章", has_exam=False)
    for half in (Session.Half.MORNING, Session.Half.AFTERNOON):
        actions.add_session(
            training_class=draft,
            by=clerk,
            day=today,
            half=half,
            starts_at=time(0),
            topic=f"第{half.label}讲",
            lecturer=LecturerFactory(),
            room=room,
            hours=Decimal(4),
        )
    return draft


@pytest.fixture
def enrolling(draft: TrainingClass, clerk: User, county: User) -> TrainingClass:
    actions.submit_class(training_class=draft, by=clerk)
    actions.approve_class(training_class=draft, by=county)
    return actions.open_enrolment(training_class=draft, by=clerk)


@pytest.fixture
def people(town: Town) -> list[Member]:
    """Five members of two branches; the class has three seats."""
    first, second = BranchFactory(town=town, name="甲村党支部"), BranchFactory(town=town, name="乙村党支部")
    return [MemberFactory(branch=branch, name=f"示例{n}") for n, branch in enumerate([first] * 3 + [second] * 2)]


@pytest.fixture
def running(enrolling: TrainingClass, people: list[Member], clerk: User) -> TrainingClass:
    """Three people in their seats, two waiting."""
    actions.enrol(training_class=enrolling, members=people, source=Enrolment.Source.LIST, by=clerk)
    return actions.start_class(training_class=enrolling, by=clerk)


def sessions_of(training_class: TrainingClass) -> list[Session]:
    return list(Session.objects.filter(training_class=training_class).select_related("training_class"))


def seated(training_class: TrainingClass) -> list[Enrolment]:
    return list(Enrolment.objects.filter(training_class=training_class).seated().order_by("pk"))


def mark_all(training_class: TrainingClass, by: User, status: str = "present") -> None:
    """Everybody the same in every session."""
    for session in sessions_of(training_class):
        statuses = {row.pk: status for row in seated(training_class)}
        actions.save_roster(session=session, statuses=statuses, key=f"all{session.pk}", by=by)


def waive_rest(training_class: TrainingClass, by: User) -> None:
    """Leave out every required paper nobody made."""
    for item in DossierItem.objects.filter(need=DossierItem.Need.REQUIRED):
        actions.waive_paper(training_class=training_class, item=item, reason="演示", by=by)


@pytest.fixture
def closing(running: TrainingClass, clerk: User) -> TrainingClass:
    mark_all(running, clerk)
    return actions.begin_closing(training_class=running, by=clerk)


@pytest.fixture
def archived(closing: TrainingClass, clerk: User) -> TrainingClass:
    waive_rest(closing, clerk)
    return actions.archive_class(training_class=closing, by=clerk)


@pytest.fixture
def colleague(db) -> User:
    """Somebody who signs in but holds nothing."""
    return UserFactory(username="nobody", name="示例无权")


@pytest.fixture
def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)
