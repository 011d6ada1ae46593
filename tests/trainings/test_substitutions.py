"""Substitutes: the session names who really teaches, the journal says who was planned, nobody is in two places."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from lecturers.models import Appointment, Suspension
from tests.factories import ClassFactory, LecturerFactory, SessionFactory
from tests.trainings.conftest import mark_all, sessions_of
from trainings import actions
from trainings.forms import SessionForm
from trainings.forms_substitutions import SubstituteForm
from trainings.models import Session, Substitution, TrainingClass
from trainings.registry import registry


def hired(**given):
    """A lecturer of the pool."""
    lecturer = LecturerFactory(**given)
    since = timezone.localdate() - timedelta(days=30)
    Appointment.objects.create(lecturer=lecturer, tier=Appointment.Tier.POOL, starts_on=since)
    return lecturer


@pytest.fixture
def stand_in(db):
    return hired(name="示例代课")


@pytest.fixture
def session(running) -> Session:
    return sessions_of(running)[0]


def substitute(session, actual, by, reason="原定老师开会") -> Substitution:
    return actions.substitute(session=session, actual=actual, reason=reason, by=by)


def when(session) -> str:
    return f"{session.day.month}月{session.day.day}日"


def refused(session, actual, by, reason="开会") -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        substitute(session, actual, by, reason)
    return refusal.value.messages


def test_the_substitute_is_the_lecturer_and_the_planned_one_stays_known(session, stand_in, clerk):
    planned, told = session.lecturer, []
    registry.substituted.append(told.append)
    row = substitute(session, stand_in, clerk)
    session.refresh_from_db()
    assert (row.planned, row.actual, session.lecturer) == (planned, stand_in, stand_in)
    assert [(one.pk, one.lecturer) for one in told] == [(session.pk, stand_in)]


def test_the_same_again_is_one_row_and_a_correction_is_one_more(session, stand_in, clerk):
    planned = session.lecturer
    first = substitute(session, stand_in, clerk)
    assert substitute(session, stand_in, clerk) == first
    Appointment.objects.create(lecturer=planned, tier="pool", starts_on=session.day)
    substitute(session, planned, clerk, "登记错了，还是他讲的")
    session.refresh_from_db()
    pairs = Substitution.objects.order_by("pk").values_list("planned", "actual")
    assert list(pairs) == [(planned.pk, stand_in.pk), (stand_in.pk, planned.pk)]
    assert session.lecturer == planned


def test_after_roll_call_and_while_closing_but_not_after_the_archive(session, stand_in, clerk):
    mark_all(session.training_class, clerk)
    substitute(session, stand_in, clerk)
    TrainingClass.objects.filter(pk=session.training_class_id).update(state="closing")
    substitute(session, hired(), clerk)
    TrainingClass.objects.filter(pk=session.training_class_id).update(
        state="archived", archived_by=clerk, archived_at=timezone.now()
    )
    assert refused(session, hired(), clerk) == [f"“{session.training_class.title}”已归档，授课人不能再改。"]


@pytest.mark.parametrize("reason", ["", "  ", "\u3000"])
def test_a_reason_is_needed(session, stand_in, clerk, reason):
    assert refused(session, stand_in, clerk, reason) == ["请写明代课的原因，如“原定老师当天开会”。"]


def test_who_teaches_elsewhere_in_that_half_day_cannot_stand_in(session, stand_in, clerk, other_town):
    SessionFactory(training_class=ClassFactory(town=other_town), day=session.day, half="am", lecturer=stand_in)
    day = timezone.localdate()
    said = f"{day.month}月{day.day}日上午，讲师示例代课已有外镇安排。请换一位讲师，或换个半天。"
    assert refused(session, stand_in, clerk) == [said]
    session.refresh_from_db()
    assert (Substitution.objects.count(), session.lecturer == stand_in) == (0, False)


def test_the_planned_one_is_free_for_others(session, stand_in, clerk, other_clerk, other_town):
    planned = session.lecturer
    substitute(session, stand_in, clerk)
    away = ClassFactory(town=other_town)
    actions.add_session(training_class=away, by=other_clerk, day=session.day, half="am", topic="党章", lecturer=planned)
    assert Session.objects.filter(training_class=away, lecturer=planned).count() == 1


def test_only_somebody_else_of_the_pool(session, clerk):
    outsider = LecturerFactory(name="示例路人")
    assert refused(session, outsider, clerk) == [
        f"示例路人{when(session)}不在聘期内，或者暂停授课，请选一位当天在聘的讲师。"
    ]
    same = f"这次课本来就由{session.lecturer}讲，不用登记代课。"
    assert refused(session, session.lecturer, clerk) == [same]


def test_not_for_another_town(session, stand_in, other_clerk):
    with pytest.raises(PermissionDenied):
        substitute(session, stand_in, other_clerk)


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_journal_stays(session, stand_in, clerk, verb):
    substitute(session, stand_in, clerk)
    rows = Substitution.objects.all()
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        rows.update(reason="别的") if verb == "update" else rows._raw_delete("default")
    assert rows.get().reason == "原定老师开会"


def test_the_page(client, session, stand_in, clerk, other_clerk, member, colleague):
    url = reverse("trainings:session-substitute", args=[session.pk])
    assert client.get(url).status_code == 302
    for user, status in ((other_clerk, 404), (colleague, 403), (clerk, 200)):
        client.force_login(user)
        assert client.get(url).status_code == status
    page = client.post(url, {"actual": stand_in.pk, "reason": ""})
    assert page.context["form"].errors == {"reason": ["请写明代课的原因，如“原定老师当天开会”。"]}
    client.post(url, {"actual": stand_in.pk, "reason": "原定老师开会"})
    session.refresh_from_db()
    assert session.lecturer == stand_in
    assert [row.reason for row in client.get(url).context["journal"]] == ["原定老师开会"]
    timetable = client.get(reverse("trainings:town-detail", args=[session.training_class_id]), {"tab": "timetable"})
    assert timetable.content.decode().count(f"原定{Substitution.objects.get().planned}") == 1


def test_nobody_suspended_is_offered_or_stands_in(session, stand_in, clerk):
    since = min(session.day, timezone.localdate())
    Suspension.objects.create(lecturer=stand_in, starts_on=since, reason="示例暂停", by=clerk)
    assert refused(session, stand_in, clerk) == [
        f"{stand_in}{when(session)}不在聘期内，或者暂停授课，请选一位当天在聘的讲师。"
    ]
    assert stand_in not in SubstituteForm(session=session).fields["actual"].queryset
    planned = hired(name="示例可选")
    form = SessionForm(user=clerk, town=session.training_class.town)
    assert stand_in not in form.fields["lecturer"].queryset
    assert planned in form.fields["lecturer"].queryset


def test_a_lecturer_who_is_suspended_or_out_on_that_day_is_not_planned_in(draft, clerk, stand_in):
    fields = {"day": draft.starts_on, "half": "xv", "topic": "夜校", "hours": 2, "mode": "classroom"}
    Suspension.objects.create(lecturer=stand_in, starts_on=fields["day"], reason="示例暂停", by=clerk)
    gone = hired(name="示例到期")
    Appointment.objects.filter(lecturer=gone).update(ends_on=fields["day"])
    for lecturer, why in ((stand_in, "暂停授课"), (gone, "不在聘期内")):
        with pytest.raises(ValidationError) as refusal:
            actions.add_session(training_class=draft, by=clerk, **fields | {"lecturer": lecturer})
        day = f"{fields['day'].month}月{fields['day'].day}日"
        assert refusal.value.message_dict == {"lecturer": [f"{lecturer}在{day}{why}，请换一位讲师，或换个日子。"]}
