"""Roll call: idempotent, append-only, few queries, nobody overwritten unseen."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from juxian.audit.models import AuditEntry
from tests.factories import BranchFactory, EnrolmentFactory, MemberFactory
from tests.trainings.conftest import seated, sessions_of
from trainings import actions
from trainings.attendance import session_marks
from trainings.models import Mark, Session


def words(session) -> list[str]:
    return [mark.status.code for _, mark in sorted(session_marks(session).items())]


@pytest.fixture
def session(running) -> Session:
    return sessions_of(running)[0]


@pytest.fixture
def everybody(running) -> dict[int, str]:
    return {row.pk: "present" for row in seated(running)}


def refused(act) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        act()
    return refusal.value.messages


def test_roster_is_stored_once_per_key(session, everybody, clerk):
    save = lambda: actions.save_roster(session=session, statuses=everybody, key="k1", by=clerk, headcount=3)  # noqa: E731
    assert (save().created, save().created) == (3, 0)
    assert Mark.objects.count() == 3
    assert AuditEntry.objects.filter(action="session.roster").count() == 1
    assert Session.objects.get(pk=session.pk).headcount == 3


def test_repeat_of_an_old_key_does_not_undo_a_later_change(session, everybody, clerk):
    first = next(iter(everybody))
    actions.save_roster(session=session, statuses=everybody, key="k1", by=clerk)
    actions.save_roster(session=session, statuses={first: "absent"}, key="k2", by=clerk)
    actions.save_roster(session=session, statuses=everybody, key="k1", by=clerk)
    assert words(session) == ["absent", "present", "present"]


def test_a_change_is_a_new_mark_that_names_the_old(session, everybody, clerk):
    first = next(iter(everybody))
    actions.save_roster(session=session, statuses=everybody, key="k1", by=clerk)
    saved = actions.save_roster(session=session, statuses=everybody | {first: "leave"}, key="k2", by=clerk)
    assert (saved.created, saved.changed, saved.unchanged) == (0, 1, 2)
    new = Mark.objects.get(key=f"k2:{first}")
    assert (new.replaces.status.code, new.status.code) == ("present", "leave")
    assert Mark.objects.count() == 4
    assert words(session) == ["leave", "present", "present"]


def test_what_somebody_else_marked_meanwhile_is_kept(session, everybody, clerk, county):
    first, second, _ = everybody
    actions.save_roster(session=session, statuses={first: "absent"}, key="other", by=county)
    saved = actions.save_roster(session=session, statuses=everybody, key="mine", by=clerk, seen=0)
    assert [row.pk for row in saved.kept] == [first]
    assert words(session) == ["absent", "present", "present"]
    newest = Mark.objects.order_by("-pk").first().pk
    saved = actions.save_roster(session=session, statuses={first: "late"}, key="again", by=clerk, seen=newest)
    assert (saved.changed, saved.kept) == (1, [])


def test_session_that_is_not_open_is_refused(session, everybody, clerk, archived_class_states):
    save = lambda: actions.save_roster(session=session, statuses=everybody, key="k", by=clerk)  # noqa: E731
    when = f"{session.day.month}月{session.day.day}日上午“第上午讲”"
    for state, label in archived_class_states:
        type(session.training_class).objects.filter(pk=session.training_class_id).update(state=state)
        assert refused(save) == [f"{when}所在的班现在是“{label}”，开班后、归档前才能点名。"]
    type(session.training_class).objects.filter(pk=session.training_class_id).update(state="running")
    tomorrow = timezone.localdate() + timedelta(days=1)
    Session.objects.filter(pk=session.pk).update(day=tomorrow)
    assert refused(save) == [f"{tomorrow.month}月{tomorrow.day}日上午“第上午讲”还没到上课日期，当天才能点名。"]
    Session.objects.filter(pk=session.pk).update(day=session.day, cancelled_at=timezone.now())
    assert refused(save) == [f"{when}已取消，不能点名。"]
    assert Mark.objects.count() == 0


@pytest.fixture
def archived_class_states() -> list[tuple[str, str]]:
    return [("draft", "草稿"), ("approved", "已批准"), ("enrolling", "报名中"), ("cancelled", "已取消")]


def test_strangers_unknown_people_and_unknown_words_are_refused(session, everybody, clerk, other_clerk):
    with pytest.raises(PermissionDenied):
        actions.save_roster(session=session, statuses=everybody, key="k", by=other_clerk)
    outsider = EnrolmentFactory()
    said = refused(lambda: actions.save_roster(session=session, statuses={outsider.pk: "present"}, key="k", by=clerk))
    assert said == ["有 1 人不在本班录取名单里，请刷新后再点名。"]
    said = refused(
        lambda: actions.save_roster(session=session, statuses={next(iter(everybody)): "x"}, key="k", by=clerk)
    )
    assert said == ["没有这种点名状态：x。"]


def test_a_big_roster_takes_few_queries(running, town, clerk, django_assert_max_num_queries):
    branch = BranchFactory(town=town)
    rows = [
        EnrolmentFactory(training_class=running, member=MemberFactory(branch=branch), created_by=clerk)
        for _ in range(212)
    ]
    statuses = {row.pk: "present" for row in [*rows, *seated(running)]}
    session = sessions_of(running)[0]
    clerk.active_grants  # noqa: B018 read once per request
    with django_assert_max_num_queries(16):
        assert actions.save_roster(session=session, statuses=statuses, key="big", by=clerk).created == 215
    with django_assert_max_num_queries(16):
        late = dict.fromkeys(statuses, "late")
        assert actions.save_roster(session=session, statuses=late, key="big2", by=clerk).changed == 215
