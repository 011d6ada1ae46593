"""What reaches us after deadline and grace is kept, told, and decided by a person; scores change only that way."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from assessments.actions import (
    decide_late_answers,
    keep_late_answers,
    release_results,
    save_answer,
    start_attempt,
    submit_attempt,
)
from assessments.actions.late import at_stake
from assessments.due import desk_work
from assessments.models import Answer, Attempt, LateAnswers, Retake
from assessments.views.me_late import page_given_at, page_token
from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.obligations.sweep import sweep
from juxian.people.models import Grant
from tests.assessments.conftest import right
from tests.factories import GrantFactory, UserFactory

pytestmark = pytest.mark.db_engine


def url(name: str, *keys: object) -> str:
    return reverse(f"assessments:{name}", args=keys)


@pytest.fixture
def me(client, people):
    client.force_login(people[0].member.user)
    return people[0]


@pytest.fixture
def over(exam, me, time_machine) -> Attempt:
    """One of eight questions was kept in time (ten of a hundred); then the network was gone until after the grace."""
    attempt = start_attempt(exam=exam, enrolment=me, by=me.member.user)
    first = attempt.paper[0]
    save_answer(attempt=attempt, number=first["number"], choice=first["answer"], client_seq=1, by=None)
    time_machine.move_to(attempt.closes_at)
    return attempt


def newer(rows: list[dict], seq: int = 2) -> list[dict]:
    return [row | {"seq": seq} for row in rows]


def keep(attempt: Attempt, rows: list[dict], page_given_at=None) -> LateAnswers | None:
    return keep_late_answers(attempt=attempt, answers=rows, page_given_at=page_given_at, by=None)


def closed(attempt: Attempt) -> Attempt:
    sweep(timezone.now())
    attempt.refresh_from_db()
    return attempt


@pytest.fixture
def late(over) -> LateAnswers:
    """The next two questions, right, worth twenty of a hundred."""
    made = keep(over, newer(right(over)[1:3]))
    closed(over)
    return made


def decide(late: LateAnswers, by, *, adopt: bool = True, reason: str = "村里停网") -> LateAnswers:
    return decide_late_answers(late=late, adopt=adopt, reason=reason, by=by)


def post_late(client, attempt, rows, token=""):
    body = json.dumps({"answers": rows, "token": token})
    return client.post(url("me-late", attempt.pk), body, content_type="application/json")


# Keeping ---------------------------------------------------------------------------------------------
@pytest.mark.trust("C5")
@pytest.mark.parametrize("is_closed", [False, True])
def test_answers_after_the_grace_are_kept_whole_and_change_nothing(client, over, me, is_closed):
    if is_closed:
        closed(over)
    client.force_login(me.member.user)
    rows = newer(right(over)[1:])
    assert post_late(client, over, rows, page_token(over)).json() == {"kept": 7}
    made = LateAnswers.objects.get()
    assert (made.answers, made.arrived_at, made.decision) == (
        rows,
        pytest.approx(timezone.now(), abs=timedelta(seconds=9)),
        "",
    )
    assert made.page_given_at is not None
    assert closed(over).score == Decimal("10.00")
    assert AuditEntry.objects.filter(action="assessments.late_kept").count() == 1


def test_the_same_delivery_again_is_kept_once(client, over):
    rows = newer(right(over)[1:3])
    assert [post_late(client, over, rows).json()["kept"] for _ in range(3)] == [2, 0, 0]
    more = rows + newer(right(over)[3:4])
    assert post_late(client, over, more).json() == {"kept": 1}
    assert [len(late.answers) for late in LateAnswers.objects.all()] == [2, 1]


def test_what_we_hold_already_is_not_late(over):
    assert keep(over, right(over)[:1]) is None
    assert keep(over, [None, 7, {"number": 99, "choice": [0], "seq": 5}]) is None


def test_deliveries_without_end_are_refused(over):
    for seq in range(2, 22):
        keep(over, newer(right(over)[:1], seq))
    with pytest.raises(ValidationError) as refusal:
        keep(over, newer(right(over)[:1], 99))
    assert (refusal.value.code, LateAnswers.objects.count()) == ("many", 20)


def test_while_there_is_time_nothing_is_late(client, exam, me):
    attempt = start_attempt(exam=exam, enrolment=me, by=None)
    answer = post_late(client, attempt, right(attempt))
    assert (answer.status_code, answer.json()["finished"], LateAnswers.objects.count()) == (409, False, 0)


@pytest.mark.trust("C7")
def test_after_the_own_hand_in_nothing_counts_and_it_is_said(client, exam, me):
    """The second device learns by 409 that it came after the hand-in; a plain form is told in a message."""
    attempt = start_attempt(exam=exam, enrolment=me, by=None)
    done = submit_attempt(attempt=attempt, answers=right(attempt, wrong=1), by=None)
    answer = post_late(client, attempt, newer(right(attempt)))
    assert (answer.status_code, answer.json()) == (409, {"error": "已经交卷，答案不能再改。", "finished": True})
    form = {"answers": json.dumps(newer(right(attempt))), "token": ""}
    page = client.post(url("me-submit", attempt.pk), form, follow=True)
    assert "这份答卷已经交过，后到的 8 题没有算进去。" in page.content.decode()
    attempt.refresh_from_db()
    assert (attempt.score, LateAnswers.objects.count()) == (done.score, 0)


def test_a_double_click_on_hand_in_is_told_nothing(client, exam, me):
    attempt = start_attempt(exam=exam, enrolment=me, by=None)
    form = {"answers": json.dumps(right(attempt)), "token": ""}
    for _ in range(2):
        page = client.post(url("me-submit", attempt.pk), form, follow=True)
    assert "没有算进去" not in page.content.decode()


@pytest.mark.trust("C5")
def test_a_plain_hand_in_after_the_grace_is_kept_and_told(client, over, me):
    client.force_login(me.member.user)
    form = {"answers": json.dumps(newer(right(over)[1:3])), "token": page_token(over)}
    page = client.post(url("me-submit", over.pk), form, follow=True).content.decode()
    assert "交卷时间已过。" in page
    assert "有 2 题的答案在收卷后才到" in page
    assert [len(late.answers) for late in LateAnswers.objects.all()] == [2]


def test_a_plain_page_after_the_grace_is_kept(client, over, me):
    client.force_login(me.member.user)
    question = over.paper[1]
    client.post(url("me-attempt", over.pk), {f"q{question['number']}": str(question["answer"][0]), "go": "stay"})
    kept = LateAnswers.objects.get().answers
    assert (question["number"], question["answer"]) in [(row["number"], row["choice"]) for row in kept]


def test_a_hand_in_that_waited_behind_the_sweep_is_not_dropped(over, time_machine):
    """Arrived in time, got the lock after the sweep had closed the attempt."""
    closed(over)
    time_machine.move_to(over.closes_at - timedelta(seconds=1))
    with pytest.raises(ValidationError) as refusal:
        submit_attempt(attempt=over, answers=newer(right(over)), by=None)
    assert refusal.value.code == "late"
    assert len(keep(over, newer(right(over))).answers) == 8


def test_only_our_own_page_has_a_time(over, exam, people, time_machine):
    other = start_attempt(exam=exam, enrolment=people[1], by=None)
    token = page_token(over)
    assert page_given_at(over, token) == timezone.now().replace(microsecond=0)
    forged = [page_token(other), token[:-1] + ("A" if token[-1] != "A" else "B"), "", None, 7, "a:b"]
    assert [page_given_at(over, one) for one in forged] == [None] * 6


def test_unreadable_deliveries_are_refused(client, over):
    for body in (b"", b"[]", b"7", b"{}", b'{"answers": 7}', b'{"answers": null}'):
        answer = client.post(url("me-late", over.pk), body, content_type="application/json")
        assert answer.status_code == 400
    assert client.post(url("me-late", over.pk), b'{"answers": []}', content_type="application/json").json() == {
        "kept": 0
    }


def test_somebody_elses_attempt_is_not_found(client, over, people, clerk):
    client.force_login(people[1].member.user)
    assert post_late(client, over, newer(right(over))).status_code == 404
    client.force_login(clerk)
    assert post_late(client, over, newer(right(over))).status_code == 403
    client.logout()
    assert post_late(client, over, newer(right(over))).status_code == 302
    assert LateAnswers.objects.count() == 0


# Deciding --------------------------------------------------------------------------------------------
def test_adopting_marks_the_attempt_anew_and_keeps_what_was(late, clerk):
    done = decide(late, clerk)
    attempt = done.attempt
    assert (attempt.score, done.score_before, done.score_after) == (30, 10, 30)
    assert (done.decision, done.decided_by, done.reason) == ("adopted", clerk, "村里停网")
    assert (Answer.objects.filter(attempt=attempt).count(), len(done.answers)) == (1, 2)
    assert decide(late, clerk).decided_at == done.decided_at
    assert AuditEntry.objects.filter(action="assessments.late_adopted").count() == 1


def test_declining_changes_no_score_and_tells_the_member(late, clerk, me):
    decide(late, clerk, adopt=False, reason="没有停网")
    late.attempt.refresh_from_db()
    letter = InboxMessage.objects.get(key=f"late-answers:{late.pk}")
    assert late.attempt.score == 10
    assert (letter.member, letter.body) == (me.member, "收卷后才到的 2 题，没有采纳。理由：没有停网。")


def test_a_decision_stands(late, clerk):
    decide(late, clerk, adopt=False)
    with pytest.raises(ValidationError) as refusal:
        decide(late, clerk)
    assert refusal.value.code == "decided"


def test_nothing_is_decided_before_the_attempt_is_closed(over, clerk):
    late = keep(over, newer(right(over)[1:3]))
    with pytest.raises(ValidationError) as refusal:
        decide(late, clerk)
    assert refusal.value.code == "open"


@pytest.mark.trust("C15")
def test_a_score_changes_only_with_a_reason_and_not_by_strangers(late, clerk, other_clerk, me):
    with pytest.raises(ValidationError) as refusal:
        decide(late, clerk, reason="  ")
    assert refusal.value.code == "reason"
    with pytest.raises(PermissionDenied):
        decide(late, other_clerk)
    GrantFactory(user=me.member.user, kind=Grant.Kind.CLERK, town=me.training_class.town)
    own = type(me.member.user).objects.get(pk=me.member.user_id)
    with pytest.raises(ValidationError) as refusal:
        decide(late, own)
    assert refusal.value.code == "own"
    late.attempt.refresh_from_db()
    assert (late.attempt.score, LateAnswers.objects.get().decision) == (10, "")


@pytest.mark.trust("C15")
def test_where_much_hangs_on_it_two_people_adopt(over, clerk, county):
    late = keep(over, newer(right(over)[1:4]))
    closed(over)
    assert at_stake(late) == 30
    for _ in range(2):
        assert decide(late, clerk).decision == ""
    over.refresh_from_db()
    assert (over.score, LateAnswers.objects.get().proposed_by) == (10, clerk)
    done = decide(late, county, reason="镇里说明属实")
    assert (done.decision, done.proposed_by, done.decided_by, done.attempt.score) == ("adopted", clerk, county, 40)
    assert AuditEntry.objects.filter(action="assessments.late_proposed").count() == 1


def test_the_second_person_may_decline(over, clerk, county):
    late = keep(over, newer(right(over)[1:]))
    closed(over)
    decide(late, clerk)
    assert decide(late, county, adopt=False).decision == "declined"


@pytest.mark.trust("C15")
def test_the_log_holds_before_and_after_once_scores_are_out(exam, late, clerk, people, time_machine):
    """Before release the row alone holds the two scores, so that the log does not tell them early."""
    second = keep(late.attempt, newer(right(late.attempt)[3:4]))
    decide(late, clerk)
    early = AuditEntry.objects.get(action="assessments.late_adopted")
    assert "score_before" not in early.body
    decide(second, clerk, adopt=False)
    time_machine.move_to(exam.closes_at)
    release_results(exam=exam, by=clerk)
    third = keep(late.attempt, newer(right(late.attempt)[4:5]))
    decide(third, clerk)
    entry = AuditEntry.objects.filter(action="assessments.late_adopted").latest("pk")
    assert (entry.body["score_before"], entry.body["score_after"], entry.actor_id) == ("30.00", "45.00", clerk.pk)
    assert entry.body["reason"] == "村里停网"


@pytest.mark.trust("C15")
def test_no_other_door_changes_a_score(client, late, clerk, county):
    """Neither a form of ours with a score slipped in, nor the admin, nor one of its bulk actions."""
    attempt, slipped = late.attempt, {"score": "99", "score_after": "99", "decision": "adopted", "finished_at": ""}
    client.force_login(clerk)
    client.post(url("town-late", late.pk), slipped | {"reason": "没有停网", "go": "decline"})
    client.post(url("town-exam", attempt.exam_id), slipped)
    client.force_login(county)
    for model, key in (("attempt", attempt.pk), ("lateanswers", late.pk)):
        name = f"admin:assessments_{model}"
        assert client.post(reverse(f"{name}_change", args=[key]), slipped).status_code == 403
        assert client.post(reverse(f"{name}_delete", args=[key]), {"post": "yes"}).status_code == 403
        bulk = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
        client.post(reverse(f"{name}_changelist"), bulk)
    late.refresh_from_db()
    attempt.refresh_from_db()
    assert (attempt.score, late.decision, late.score_after) == (10, "declined", None)


def test_results_wait_for_the_decision(exam, late, clerk, time_machine):
    time_machine.move_to(exam.closes_at)
    with pytest.raises(ValidationError, match="还有 1 份迟到的答案没有定"):
        release_results(exam=exam, by=clerk)
    decide(late, clerk, adopt=False)
    assert release_results(exam=exam, by=clerk).released_at is not None


@pytest.fixture
def failed_by_a_lost_network(exam, over, clerk, time_machine) -> LateAnswers:
    """Ten points counted, the results are out, a retake is owed; the phone comes back days later with the rest."""
    closed(over)
    time_machine.move_to(exam.closes_at)
    release_results(exam=exam, by=clerk)
    sweep(timezone.now(), drain=True)
    return keep(over, newer(right(over)[1:]))


@pytest.mark.trust("A13")
def test_a_retake_that_is_no_longer_owed_is_cancelled(failed_by_a_lost_network, clerk, county, me):
    decide(failed_by_a_lost_network, clerk)
    decide(failed_by_a_lost_network, county)
    assert list(Retake.objects.filter(enrolment=me).values_list("sequence", "state")) == [(1, "cancelled")]
    sweep(timezone.now(), drain=True)
    assert Retake.objects.filter(enrolment=me).count() == 1
    body = InboxMessage.objects.get(key=f"late-answers:{failed_by_a_lost_network.pk}").body
    assert "原来 10.00 分，现在：" in body


@pytest.mark.trust("A13")
def test_a_retake_that_was_begun_stays_beside_the_better_result(failed_by_a_lost_network, clerk, county, me, exam):
    begun = start_attempt(exam=exam, enrolment=me, by=None)
    decide(failed_by_a_lost_network, clerk)
    decide(failed_by_a_lost_network, county)
    assert list(Retake.objects.filter(enrolment=me).values_list("sequence", "state")) == [(1, "open")]
    submit_attempt(attempt=begun, answers=right(begun, wrong=8), by=None)
    sweep(timezone.now(), drain=True)
    assert list(Retake.objects.filter(enrolment=me).values_list("sequence", "state")) == [(1, "failed")]


# Pages -----------------------------------------------------------------------------------------------
def test_the_desk_and_the_exam_page_lead_to_the_decision(client, exam, late, clerk, town):
    client.force_login(clerk)
    assert [row.url for row in desk_work(town, timezone.now())] == [url("town-exam", exam.pk)]
    assert url("town-late", late.pk) in client.get(url("town-exam", exam.pk)).content.decode()
    page = client.get(url("town-late", late.pk))
    assert (page.context["stake"], page.context["needs_second"], len(page.context["rows"])) == (20, False, 2)
    assert client.post(url("town-late", late.pk), {"reason": "", "go": "adopt"}).status_code == 200
    done = client.post(url("town-late", late.pk), {"reason": "停网", "go": "adopt"})
    late.refresh_from_db()
    assert (done.url, late.decision) == (url("town-exam", exam.pk), "adopted")
    assert desk_work(town, timezone.now()) == []
    again = client.post(url("town-late", late.pk), {"reason": "改", "go": "decline"})
    assert "已经定为“已采纳”，不能再改。" in again.content.decode()


@pytest.mark.trust("C10")
def test_the_decision_shows_neither_key_nor_score_before_release(client, late, clerk, county):
    Attempt.objects.update(score="87.65")
    client.force_login(clerk)
    before = client.get(url("town-late", late.pk)).content.decode()
    decide(late, clerk)
    LateAnswers.objects.update(score_before="87.65", score_after="88.76")
    client.force_login(county)
    pages = [url("town-late", late.pk), reverse("admin:assessments_lateanswers_change", args=[late.pk])]
    shown = before + "".join(client.get(page).content.decode() for page in pages)
    assert [canary for canary in ("87.65", "88.76", '"answer"') if canary in shown] == []


def test_another_town_neither_sees_nor_decides(client, late, other_clerk, me):
    client.force_login(other_clerk)
    assert client.post(url("town-late", late.pk), {"reason": "停网", "go": "adopt"}).status_code == 404
    client.force_login(me.member.user)
    assert client.get(url("town-late", late.pk)).status_code == 403
    client.force_login(UserFactory())
    assert client.get(url("town-late", late.pk)).status_code == 403
    client.logout()
    assert client.get(url("town-late", late.pk)).status_code == 302
    assert LateAnswers.objects.get().decision == ""


def test_the_member_reads_what_happened(client, late, clerk, me):
    client.force_login(me.member.user)
    assert "已经收好，算不算由镇里决定" in client.get(url("me-result", late.attempt_id)).content.decode()
    decide(late, clerk)
    assert "镇里已采纳：村里停网" in client.get(url("me-result", late.attempt_id)).content.decode()


def test_adopted_answers_are_among_the_right_ones_after_release(client, exam, late, clerk, me, time_machine):
    decide(late, clerk)
    time_machine.move_to(exam.closes_at)
    release_results(exam=exam, by=clerk)
    client.force_login(me.member.user)
    page = client.get(url("me-result", late.attempt_id))
    assert (page.context["right"], page.context["attempt"].score) == (3, 30)
