"""The sweep: once, late, and in spite of a bad row."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from juxian.obligations import sweep as machinery
from juxian.obligations.claims import LeaseLost, claim_due
from juxian.obligations.models import Heartbeat, Obligation, State
from juxian.obligations.owe import insert_missing, owe
from juxian.obligations.registry import CatchUp, Done, Draft, Kind, Superseded
from juxian.obligations.sweep import sweep
from tests.obligations.effects import NOW, drafts, effects, lose_leases, perform, plain

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]
DAY = timedelta(days=1)


def test_run_twice_is_once(kinds):
    kinds.add(plain(generate=lambda now: drafts(1, 2, 3)))

    first = sweep(NOW)
    second = sweep(NOW)

    assert first == {"t.plain": {"created": 3, "done": 3}}
    assert second == {}
    assert effects() == [(1, 0), (2, 0), (3, 0)]
    row = Obligation.objects.first()
    assert (row.state, row.outcome, row.done_at, row.attempts, row.lease_token) == ("done", "好", NOW, 1, None)


def test_what_is_not_due_waits(kinds):
    kinds.add(plain())
    insert_missing(drafts(1, due=NOW + timedelta(seconds=1)))

    assert sweep(NOW) == {}
    assert sweep(NOW + timedelta(seconds=1)) == {"t.plain": {"done": 1}}


def test_owing_twice_is_one_row_that_keeps_its_due_time(kinds):
    first = owe(drafts(1)[0])
    second = owe(drafts(1, due=NOW + DAY)[0])

    assert (second.pk, second.due_at) == (first.pk, NOW)


@pytest.mark.trust("A12")
def test_the_reason_is_checked_again(kinds):
    kinds.add(plain(perform=lambda row, now, prepared: Superseded("已答")))
    insert_missing(drafts(1))

    assert sweep(NOW) == {"t.plain": {"superseded": 1}}
    assert Obligation.objects.values_list("state", "outcome").get() == ("superseded", "已答")


def test_prepare_runs_before_and_hands_over(kinds):
    seen = []
    kinds.add(plain(prepare=lambda row: f"准备 {row.subject_id}", perform=lambda r, n, p: seen.append(p) or Done(p)))
    insert_missing(drafts(*range(1, 13)))

    assert sweep(NOW) == {"t.plain": {"done": 12}}
    assert seen == [f"准备 {n}" for n in range(1, 13)]


def test_many_at_once_when_the_kind_can(kinds):
    batches = []

    def perform_many(rows, now):
        batches.append(len(rows))
        return [perform(row, now, None) for row in rows]

    kinds.add(plain(perform_many=perform_many))
    insert_missing(drafts(*range(1100)))

    assert sweep(NOW) == {"t.plain": {"done": 1100}}
    assert batches == [500, 500, 100]
    assert len(effects()) == 1100


def test_a_batch_that_fails_goes_row_by_row(kinds):
    def perform_many(rows, now):
        for row in rows:
            perform(row, now, None)
        raise ValueError("boom")

    kinds.add(plain(perform_many=perform_many))
    insert_missing(drafts(1, 2))

    assert sweep(NOW) == {"t.plain": {"done": 2}}
    assert effects() == [(1, 0), (2, 0)]


# Late ------------------------------------------------------------------------------------------------
def _three_stages(kinds, catch_up):
    """Two subjects with stages due on days 1, 2, 3 that each expire five days after they are due."""
    rows = [
        Draft("t.plain", "t.thing", subject, NOW + DAY * stage, stage, expires_at=NOW + DAY * (stage + 5))
        for subject in (1, 2)
        for stage in (1, 2, 3)
    ]
    kinds.add(plain(catch_up=catch_up, generate=lambda now: rows))


@pytest.mark.trust("A6")
@pytest.mark.parametrize(
    ("catch_up", "days_down", "counts", "happened"),
    [
        (CatchUp.ALWAYS, 3, {"done": 6}, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]),
        (CatchUp.ALWAYS, 30, {"done": 6}, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]),
        (CatchUp.UNTIL_EXPIRY, 3, {"done": 6}, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]),
        (CatchUp.UNTIL_EXPIRY, 7, {"expired": 4, "done": 2}, [(1, 3), (2, 3)]),
        (CatchUp.UNTIL_EXPIRY, 30, {"expired": 6}, []),
        (CatchUp.COLLAPSE, 1, {"done": 2}, [(1, 1), (2, 1)]),
        (CatchUp.COLLAPSE, 2, {"superseded": 2, "done": 2}, [(1, 2), (2, 2)]),
        (CatchUp.COLLAPSE, 3, {"superseded": 4, "done": 2}, [(1, 3), (2, 3)]),
        (CatchUp.COLLAPSE, 7, {"expired": 4, "done": 2}, [(1, 3), (2, 3)]),
        (CatchUp.COLLAPSE, 30, {"expired": 6}, []),
    ],
)
def test_days_down_are_caught_up_by_policy(kinds, catch_up, days_down, counts, happened):
    _three_stages(kinds, catch_up)
    insert_missing(kinds.kinds["t.plain"].generate(NOW))

    assert sweep(NOW + DAY * days_down) == {"t.plain": counts}
    assert effects() == happened
    assert sweep(NOW + DAY * days_down) == {}


@pytest.mark.parametrize("catch_up", list(CatchUp))
def test_a_sweep_every_hour_does_every_stage_once(kinds, catch_up):
    _three_stages(kinds, catch_up)

    for hour in range(24 * 4):
        sweep(NOW + timedelta(hours=hour))

    assert effects() == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]


def test_a_stage_that_backs_off_is_overtaken_by_the_next(kinds):
    def fails(row, now, prepared):
        raise ValueError("no")

    kinds.add(plain(catch_up=CatchUp.COLLAPSE, perform=fails))
    insert_missing(drafts(1, stage=1) + drafts(1, stage=2, due=NOW + timedelta(seconds=1)))

    sweep(NOW)
    sweep(NOW + timedelta(seconds=1))

    assert list(Obligation.objects.order_by("stage").values_list("state", flat=True)) == ["superseded", "due"]


# Bad rows ---------------------------------------------------------------------------------------------
@pytest.mark.trust("A11")
def test_one_bad_row_of_a_thousand_is_parked_and_the_rest_goes_on(kinds):
    def poisoned(row, now, prepared):
        if row.subject_id == 500:
            perform(row, now, prepared)
            raise IntegrityError("duplicate key\nDETAIL: Key (id_number)=(000000198001010019)")
        return perform(row, now, prepared)

    kinds.add(plain(perform=poisoned))
    insert_missing(drafts(*range(1000)))

    assert sweep(NOW) == {"t.plain": {"done": 999, "failed": 1}}
    assert len(effects()) == 999
    counts = [sweep(NOW + timedelta(hours=hour)) for hour in range(1, 6)]
    assert counts == [{"t.plain": {"failed": 1}}] * 3 + [{"t.plain": {"parked": 1}}, {}]
    row = Obligation.objects.parked().get()
    assert (row.subject_id, row.attempts, row.last_error) == (500, 5, "IntegrityError: duplicate key")


@pytest.mark.trust("A17")
def test_a_failure_backs_off_longer_each_time_up_to_an_hour(kinds):
    def fails(row, now, prepared):
        raise ValueError("no")

    kinds.add(plain(perform=fails, max_attempts=10))
    insert_missing(drafts(1))
    now, waits = NOW, []
    for _ in range(9):
        sweep(now)
        tried, now = now, Obligation.objects.get().next_try_at
        assert sweep(now - timedelta(seconds=1)) == {}
        waits.append(int((now - tried).total_seconds()))

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_generator_or_chore_that_fails_stops_nothing(kinds):
    def broken(now):
        raise KeyError("名字")

    kinds.add(Kind("t.broken", "坏", perform, generate=broken))
    kinds.add(plain(generate=lambda now: drafts(1)))
    kinds.add_chore("t.bad", broken)
    kinds.add_chore("t.good", lambda now: 4)

    counts = sweep(NOW, drain=True)

    assert counts == {
        "t.broken": {"failed": 2},
        "t.plain": {"created": 1, "done": 1},
        "t.bad": {"failed": 1},
        "t.good": {"done": 4},
    }
    assert (
        Heartbeat.objects.get().last_error == "t.broken: KeyError: “…”; t.broken: KeyError: “…”; t.bad: KeyError: “…”"
    )


def test_rows_of_an_unknown_kind_are_left_alone(kinds):
    insert_missing(drafts(1, kind="t.gone"))

    assert sweep(NOW) == {}
    assert machinery.waiting_unknown(NOW) == {"t.gone": 1}


# Dead and stale workers ----------------------------------------------------------------------------------
def test_the_rows_of_a_dead_worker_are_done_after_the_lease(kinds):
    kinds.add(plain())
    insert_missing(drafts(1, 2, 3))
    claim_due(kinds.kinds["t.plain"], NOW, 200)

    assert sweep(NOW) == {}
    lose_leases()
    assert sweep(NOW) == {"t.plain": {"done": 3}}
    assert effects() == [(1, 0), (2, 0), (3, 0)]


def test_the_row_that_kills_is_parked_and_its_neighbours_are_done(kinds):
    class Killed(BaseException):
        """As kill -9: nothing is caught, nothing is written."""

    def deadly(row, now, prepared):
        if row.subject_id == 2:
            raise Killed
        return perform(row, now, prepared)

    kinds.add(plain(perform=deadly))
    insert_missing(drafts(1, 2, 3, 4))
    for _ in range(5):
        with pytest.raises(Killed):
            sweep(NOW)
        lose_leases()

    sweep(NOW)

    assert effects() == [(1, 0), (3, 0), (4, 0)]
    assert Obligation.objects.parked().values_list("subject_id", "attempts").get() == (2, 5)


def _stale(kinds):
    """A worker claims, stalls beyond its lease while another finishes the row, then goes on."""
    kinds.add(plain())
    insert_missing(drafts(1))
    lease = claim_due(kinds.kinds["t.plain"], NOW, 200)
    lose_leases()
    assert sweep(NOW) == {"t.plain": {"done": 1}}
    run = machinery.Run(NOW, ends=float("inf"))
    machinery._do_batch(run, lease)
    return run


def test_a_stale_worker_changes_nothing_and_its_effect_rolls_back(kinds):
    run = _stale(kinds)

    assert run.counts == {"t.plain": {"lost": 1}}
    assert effects() == [(1, 0)]


def test_without_the_fence_the_stale_worker_would_double(kinds, monkeypatch):
    """The twin: it proves that the test above can see."""
    monkeypatch.setattr(
        "juxian.obligations.claims.held", lambda rows, token: Obligation.objects.filter(pk__in=[row.pk for row in rows])
    )

    _stale(kinds)

    assert effects() == [(1, 0), (1, 0)]


def test_a_stale_failure_does_not_set_back_what_another_did(kinds):
    kinds.add(plain())
    insert_missing(drafts(1))
    kind = kinds.kinds["t.plain"]
    lease = claim_due(kind, NOW, 200)
    lose_leases()
    sweep(NOW)

    outcome = machinery._set_back(machinery.Run(NOW, 0), lease, lease.rows[0], ValueError("late"))

    assert outcome == "lost"
    assert Obligation.objects.get().state == State.DONE


def test_one_lost_row_rolls_back_the_whole_settlement(kinds):
    kinds.add(plain())
    insert_missing(drafts(1, 2))
    lease = claim_due(kinds.kinds["t.plain"], NOW, 200)
    Obligation.objects.filter(subject_id=2).update(state="due", lease_token=None, lease_until=None)

    with pytest.raises(LeaseLost), transaction.atomic():
        lease.settle([(row, Done()) for row in lease.rows], NOW)

    assert set(Obligation.objects.values_list("subject_id", "state")) == {(1, "leased"), (2, "due")}


def test_a_long_batch_renews_its_lease(kinds, monkeypatch):
    kinds.add(plain(lease_seconds=3))
    insert_missing(drafts(1, 2))
    lease = claim_due(kinds.kinds["t.plain"], NOW, 200)
    lose_leases()
    lease.taken -= 2

    lease.renew_if_ageing(lease.rows)

    assert Obligation.objects.abandoned().count() == 0


# Queries ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [1, 3, 50])
def test_generating_costs_the_same_for_one_and_many(kinds, django_assert_num_queries, number):
    rows = drafts(*range(number))
    with django_assert_num_queries(2):
        assert insert_missing(rows) == number
    with django_assert_num_queries(1):
        assert insert_missing(rows) == 0


@pytest.mark.parametrize("number", [1, 3])
def test_a_batch_costs_the_same_queries_beside_its_effects(kinds, django_assert_num_queries, number):
    kinds.add(plain(perform=lambda row, now, prepared: Done()))
    insert_missing(drafts(*range(number)))

    with django_assert_num_queries(11):
        sweep(NOW)


def test_an_idle_sweep_takes_no_write_lock_but_for_the_heartbeat(kinds, django_assert_num_queries):
    kinds.add(plain(generate=lambda now: []))
    kinds.add(Kind("t.late", "晚", perform, catch_up=CatchUp.COLLAPSE))

    with django_assert_num_queries(5) as captured:
        sweep(NOW)

    assert [q["sql"].split()[0] for q in captured].count("INSERT") == 1
