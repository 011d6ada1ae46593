"""From recommendation to appointment, and what becomes of a term: its limit, renewal, suspension, end and warning."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.obligations.models import Obligation
from juxian.obligations.sweep import sweep
from juxian.rules.models import Rule
from lecturers.actions import candidacies, terms
from lecturers.figures import experts, pool
from lecturers.models import Appointment, Candidacy, Lecturer, Suspension, YearlyReview
from lecturers.terms import limit_of, strength
from tests.factories import LecturerFactory, LecturerKindFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
UNTIL = date(2029, 11, 23)  # three years, the shipped limit
SAID = {"source": "town", "name": "示例甲子", "unit": "示例合作社", "topics": "茶园管理", "tier": "pool"}
SAID |= {"reason": "讲得明白", "conduct": "表现良好"}


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel("2026-11-23 10:00+08:00", tick=False):
        yield


@pytest.fixture
def candidate(town, clerk) -> Candidacy:
    return candidacies.propose(by=clerk, town=town, kind=LecturerKindFactory(), **SAID)


@pytest.fixture
def passed(candidate, county) -> Candidacy:
    candidacies.vet(candidacy=candidate, conduct_opinion="没有问题", content_opinion="讲稿可用", by=county)
    return candidacies.record_panel(candidacy=candidate, on=TODAY, size=5, yes=4, note="", by=county)


@pytest.fixture
def term(passed, county) -> Appointment:
    return candidacies.appoint(candidacy=passed, starts_on=TODAY, ends_on=UNTIL, by=county)


def refused(code: str, act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        act(*args, **kwargs)
    errors = caught.value.error_dict.values() if hasattr(caught.value, "error_dict") else [[caught.value]]
    assert [error.code for found in errors for error in found] == [code]
    return " ".join(caught.value.messages)


# The way in ---------------------------------------------------------------------------------------------
def test_a_town_recommends_and_the_county_appoints(term, candidate, town) -> None:
    candidate.refresh_from_db()
    assert (candidate.state, candidate.lecturer, term.limit_on) == ("appointed", term.lecturer, UNTIL)
    assert (term.number, term.span) == (f"师聘〔2026〕{term.pk:04d}号", "2026年11月23日至2029年11月22日")
    assert (term.lecturer.name, term.lecturer.town, pool(TODAY)) == ("示例甲子", town, 1)
    assert (pool(UNTIL - timedelta(days=1)), pool(UNTIL)) == (1, 0)
    assert InboxMessage.objects.get(town=town).title == "推荐的示例甲子已聘任"
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "lecturers.candidacy_propose",
        "lecturers.candidacy_vet",
        "lecturers.candidacy_panel",
        "lecturers.appointed",
    ]


def test_appointed_twice_is_appointed_once(term, passed, county) -> None:
    assert candidacies.appoint(candidacy=passed, starts_on=TODAY, ends_on=UNTIL, by=county) == term


def test_an_appointment_repeated_with_other_days_is_not_swallowed(term, passed, county) -> None:
    other = {"starts_on": TODAY, "ends_on": UNTIL - timedelta(days=1), "by": county}
    refused("appointed", candidacies.appoint, candidacy=passed, **other)


def test_days_follow_one_another(candidate, county) -> None:
    """Recommended, then the panel, then a term that is not over yet."""
    candidacies.vet(candidacy=candidate, conduct_opinion="没有问题", content_opinion="讲稿可用", by=county)
    panel = {"candidacy": candidate, "size": 5, "yes": 4, "note": "", "by": county}
    refused("before", candidacies.record_panel, on=TODAY - timedelta(days=1), **panel)
    passed = candidacies.record_panel(on=TODAY, **panel)
    early = {"starts_on": date(2020, 1, 1), "ends_on": date(2022, 1, 1), "by": county}
    refused("before", candidacies.appoint, candidacy=passed, **early)
    with time_machine.travel("2027-12-01 10:00+08:00"):
        refused(
            "past",
            candidacies.appoint,
            candidacy=passed,
            **early | {"starts_on": TODAY, "ends_on": UNTIL.replace(year=2027, month=11)},
        )


@pytest.mark.parametrize("tier", ["expert", "pool"])
def test_a_town_appoints_nobody(passed, clerk, tier) -> None:
    Candidacy.objects.update(tier=tier)
    with pytest.raises(PermissionDenied):
        candidacies.appoint(candidacy=passed, starts_on=TODAY, ends_on=UNTIL, by=clerk)
    with pytest.raises(PermissionDenied):
        terms.record_term(lecturer=LecturerFactory(), tier=tier, starts_on=TODAY, ends_on=UNTIL, by=clerk)
    assert (experts(TODAY), pool(TODAY)) == (0, 0)


def test_a_term_beyond_the_limit_is_refused_and_by_the_database(passed, county) -> None:
    beyond = UNTIL + timedelta(days=1)
    told = refused("beyond", candidacies.appoint, candidacy=passed, starts_on=TODAY, ends_on=beyond, by=county)
    assert told == "一次最长聘到2029年11月22日（含这一天），2029年11月23日超过了。要再长，到期后续聘。"
    assert Lecturer.objects.count() == 0
    made = candidacies.appoint(candidacy=passed, starts_on=TODAY, ends_on=UNTIL, by=county)
    for end in (beyond, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.filter(pk=made.pk).update(ends_on=end)


def test_a_term_says_its_last_day_wherever_it_is_named(client: Client, passed, county) -> None:
    """Rows hold the day after; people read and write the last day itself."""
    before = {"starts_on": TODAY, "ends_on": TODAY, "by": county}
    told = refused("dates", terms.record_term, lecturer=LecturerFactory(), tier="pool", **before)
    assert told == "聘期最后一天（2026年11月22日）早于第一天（2026年11月23日），请核对年份。"
    made = candidacies.appoint(candidacy=passed, starts_on=TODAY, ends_on=UNTIL, by=county)
    terms.leave(lecturer=made.lecturer, on=TODAY, kind="other", reason="登记错了", by=county)
    client.force_login(county)
    page = client.get(f"/town/lecturers/{made.lecturer_id}/").content.decode()
    assert "原定至 2029年11月22日" in page
    assert "不含" not in page


def test_the_limit_is_the_settings(passed, county) -> None:
    Rule.objects.create(key="pool.term_years", value=1, valid_from=TODAY, source="县级设置", label="聘期")
    assert limit_of(TODAY) == date(2027, 11, 23)
    refused("beyond", candidacies.appoint, candidacy=passed, starts_on=TODAY, ends_on=date(2027, 11, 24), by=county)
    assert limit_of(date(2028, 2, 29)) == date(2029, 2, 28)


def test_steps_are_taken_in_order(candidate, county) -> None:
    refused("state", candidacies.appoint, candidacy=candidate, starts_on=TODAY, ends_on=UNTIL, by=county)
    refused("state", candidacies.record_panel, candidacy=candidate, on=TODAY, size=5, yes=5, note="", by=county)


@pytest.mark.parametrize(("yes", "state"), [(2, "refused"), (3, "passed")])
def test_a_panel_passes_with_more_than_half(candidate, county, town, yes, state) -> None:
    candidacies.vet(candidacy=candidate, conduct_opinion="好", content_opinion="好", by=county)
    panel = {"candidacy": candidate, "on": TODAY, "note": "", "by": county}
    refused("few", candidacies.record_panel, size=2, yes=2, **panel)
    refused("votes", candidacies.record_panel, size=4, yes=5, **panel)
    assert candidacies.record_panel(size=5 if yes == 3 else 4, yes=yes, **panel).state == state
    assert InboxMessage.objects.filter(town=town).count() == (state == "refused")


def test_who_registered_it_for_a_town_does_not_decide(town, county) -> None:
    own = candidacies.propose(by=county, town=town, kind=LecturerKindFactory(), **SAID)
    refused("own", candidacies.vet, candidacy=own, conduct_opinion="好", content_opinion="好", by=county)


def test_the_same_candidate_is_recommended_once(candidate, town, clerk) -> None:
    with pytest.raises(ValidationError, match="这个人已经推荐了"):
        candidacies.propose(by=clerk, town=town, kind=candidate.kind, **SAID)
    candidacies.withdraw(candidacy=candidate, by=clerk)
    assert candidacies.propose(by=clerk, town=town, kind=candidate.kind, **SAID).state == "proposed"


def test_the_county_begins_and_nothing_is_changed_any_more(candidate, clerk, county) -> None:
    assert candidacies.change(candidacy=candidate, by=clerk, topics="制茶").topics == "制茶"
    candidacies.vet(candidacy=candidate, conduct_opinion="好", content_opinion="好", by=county)
    refused("state", candidacies.change, candidacy=candidate, by=clerk, topics="茶艺")
    assert candidacies.refuse(candidacy=candidate, reason="时间排不开", by=county).state == "refused"
    refused("state", candidacies.withdraw, candidacy=candidate, by=clerk)


# Terms --------------------------------------------------------------------------------------------------
def test_one_term_of_a_tier_at_a_time(term, county) -> None:
    said = {"lecturer": term.lecturer, "by": county, "starts_on": date(2027, 1, 1), "ends_on": date(2028, 1, 1)}
    refused("overlap", terms.record_term, tier="pool", **said)
    assert terms.record_term(tier="expert", **said) == terms.record_term(tier="expert", **said)


def test_the_database_refuses_terms_that_overlap(term) -> None:
    rows = Appointment.objects.filter(lecturer=term.lecturer)
    after = Appointment(lecturer=term.lecturer, tier="pool", starts_on=UNTIL, ends_on=date(2030, 1, 1))
    for before in (date(2026, 1, 1), TODAY, date(2027, 1, 1)):
        with pytest.raises(IntegrityError, match="聘期不能重叠"), transaction.atomic():
            rows.create(lecturer=term.lecturer, tier="pool", starts_on=before, ends_on=date(2028, 1, 1))
    after.save()
    with pytest.raises(IntegrityError, match="聘期不能重叠"), transaction.atomic():
        rows.filter(pk=after.pk).update(starts_on=UNTIL - timedelta(days=1))
    rows.filter(pk=term.pk).update(ends_on=date(2027, 1, 1))
    assert rows.count() == 2


def review(term, county, result="fit") -> YearlyReview:
    return terms.review(lecturer=term.lecturer, year=2026, result=result, note="按时授课", by=county)


def test_renewal_needs_a_review_that_was_passed(term, county) -> None:
    refused("unreviewed", terms.renew, appointment=term, ends_on=date(2030, 1, 1), by=county)
    review(term, county)
    new = terms.renew(appointment=term, ends_on=date(2030, 1, 1), by=county)
    assert (new.starts_on, new.tier, new.renews) == (UNTIL, "pool", term)
    assert terms.renew(appointment=term, ends_on=date(2031, 1, 1), by=county) == new
    refused("coming", terms.renew, appointment=new, ends_on=date(2032, 1, 1), by=county)
    with time_machine.travel(f"{UNTIL} 10:00+08:00"):
        terms.review(lecturer=term.lecturer, year=UNTIL.year, result="fit", note="好", by=county)
        refused("beyond", terms.renew, appointment=new, ends_on=date(2034, 1, 2), by=county)


def test_nobody_unfit_is_renewed(term, county) -> None:
    review(term, county, "unfit")
    refused("unfit", terms.renew, appointment=term, ends_on=date(2030, 1, 1), by=county)


def test_a_year_is_reviewed_once(term, county) -> None:
    assert review(term, county) == review(term, county)
    refused("reviewed", review, term, county, "good")
    refused("none", terms.review, lecturer=term.lecturer, year=2025, result="fit", note="好", by=county)
    refused("future", terms.review, lecturer=term.lecturer, year=2027, result="fit", note="好", by=county)


def test_who_is_suspended_teaches_nowhere_but_stays_in_the_pool(term, county) -> None:
    row = terms.suspend(lecturer=term.lecturer, starts_on=TODAY, reason="生病", by=county)
    assert terms.suspend(lecturer=term.lecturer, starts_on=TODAY, reason="生病", by=county) == row
    assert (list(Lecturer.objects.teaching(TODAY)), pool(TODAY)) == ([], 1)
    terms.lift(suspension=row, on=date(2026, 12, 1), reason="康复", by=county)
    assert list(Lecturer.objects.teaching(date(2026, 12, 1))) == [term.lecturer]
    assert list(Lecturer.objects.teaching(date(2026, 11, 30))) == []
    refused("overlap", terms.suspend, lecturer=term.lecturer, starts_on=date(2026, 11, 30), reason="生病", by=county)
    with pytest.raises(IntegrityError, match="暂停授课的日期不能重叠"), transaction.atomic():
        Suspension.objects.create(lecturer=term.lecturer, starts_on=date(2026, 11, 30), reason="生病", by=county)
    terms.suspend(lecturer=term.lecturer, starts_on=date(2026, 12, 1), reason="生病", by=county)


def test_leaving_ends_every_term_with_a_reason(term, county) -> None:
    expert = {"tier": "expert", "starts_on": TODAY, "ends_on": date(2027, 1, 1)}
    terms.record_term(lecturer=term.lecturer, by=county, **expert)
    terms.suspend(lecturer=term.lecturer, starts_on=TODAY, reason="生病", by=county)
    going = {"lecturer": term.lecturer, "kind": "unavailable", "reason": "身体原因", "by": county}
    refused("none", terms.leave, on=TODAY - timedelta(days=1), **going)
    with time_machine.travel("2026-12-01 10:00+08:00"):
        terms.leave(on=date(2026, 12, 1), **going)
        refused("none", terms.leave, on=date(2026, 12, 1), **going)
    term.refresh_from_db()
    assert (term.ends_on, term.agreed_until, term.end_kind) == (date(2026, 12, 1), UNTIL, "unavailable")
    assert (experts(date(2026, 12, 1)), pool(date(2026, 12, 1))) == (0, 0)
    assert Suspension.objects.get().ends_on == date(2026, 12, 1)


def test_whoever_was_appointed_today_can_leave_today(term, county) -> None:
    going = {"lecturer": term.lecturer, "on": TODAY, "kind": "other", "reason": "登记错了", "by": county}
    assert terms.leave(**going) == [term]
    term.refresh_from_db()
    assert (term.last_day, term.agreed_until) == (TODAY, UNTIL)
    refused("none", terms.leave, **going)


@pytest.mark.parametrize("act", ["renew", "suspend", "leave", "review"])
def test_terms_are_the_countys(term, clerk, act) -> None:
    said = {
        "renew": {"appointment": term, "ends_on": UNTIL},
        "suspend": {"lecturer": term.lecturer, "starts_on": TODAY, "reason": "x"},
        "leave": {"lecturer": term.lecturer, "on": TODAY, "kind": "other", "reason": "x"},
        "review": {"lecturer": term.lecturer, "year": 2026, "result": "fit", "note": "x"},
    }
    with pytest.raises(PermissionDenied):
        getattr(terms, act)(by=clerk, **said[act])


# Warning ------------------------------------------------------------------------------------------------
def ending_term(county, days: int, **given) -> Appointment:
    ends_on = TODAY + timedelta(days=days)
    return Appointment.objects.create(lecturer=LecturerFactory(**given), tier="pool", starts_on=TODAY, ends_on=ends_on)


def test_sixty_days_before_the_county_and_the_town_are_told_once(county, clerk, town) -> None:
    ending_term(county, 60, town=town, name="示例乙丑")
    ending_term(county, 61)
    for _ in range(2):
        sweep(timezone.now())
    told = InboxMessage.objects.order_by("pk")
    assert [(row.user or row.town, row.title) for row in told] == [
        (county, "示例乙丑的聘期1月21日届满"),
        (town, "示例乙丑的聘期1月21日届满"),
    ]
    assert Obligation.objects.get(kind="lecturers.term_ending").state == "done"


def test_a_renewed_term_is_not_warned_of(county) -> None:
    term = ending_term(county, 30)
    review(term, county)
    terms.renew(appointment=term, ends_on=date(2028, 1, 1), by=county)
    sweep(timezone.now())
    assert InboxMessage.objects.count() == 0


def test_both_tiers_stand_beside_one_another(county) -> None:
    one = ending_term(county, 90).lecturer
    Appointment.objects.create(lecturer=one, tier="expert", starts_on=TODAY)
    found = strength(TODAY)
    assert [(row.number, row.wanted) for row in found.targets] == [(1, 15), (1, 50)]
    assert found.both == 1


# Pages --------------------------------------------------------------------------------------------------
def test_a_candidate_goes_the_whole_way_on_the_pages(client: Client, clerk, county) -> None:
    client.force_login(clerk)
    sent = SAID | {"kind": LecturerKindFactory().pk}
    page = client.post("/town/candidacies/add/", sent, follow=True)
    path = page.request["PATH_INFO"].replace("/town/", "/county/")
    assert client.post(f"{path}vet/", {}).status_code == 403
    client.force_login(county)
    client.post(f"{path}vet/", {"conduct_opinion": "好", "content_opinion": "好"})
    client.post(f"{path}panel/", {"on": "2026-11-23", "size": "3", "yes": "3", "note": ""})
    refusal = client.post(f"{path}appoint/", {"starts_on": "2026-11-23", "ends_on": "2029-11-23", "number": ""})
    assert refusal.context["form"].errors["ends_on"][0][:7] == "一次最长聘到2"
    client.post(f"{path}appoint/", {"starts_on": "2026-11-23", "ends_on": "2029-11-22", "number": "莒组〔2026〕9号"})
    term = Appointment.objects.get()
    assert (term.ends_on, term.number) == (UNTIL, "莒组〔2026〕9号")
    letter = client.get(f"/town/appointments/{term.pk}/letter/")
    assert (letter["Content-Type"], letter.content[:5]) == ("application/pdf", b"%PDF-")


def test_candidates_are_their_towns(client: Client, candidate, other_clerk, county) -> None:
    client.force_login(other_clerk)
    assert client.get(f"/town/candidacies/{candidate.pk}/").status_code == 404
    assert client.get("/town/candidacies/").context["open"] == []
    client.force_login(county)
    assert client.get("/town/candidacies/").context["open"] == [candidate]


def test_reasons_are_for_the_county_and_the_recommending_town(client: Client, term, county, clerk, other_clerk) -> None:
    terms.suspend(lecturer=term.lecturer, starts_on=TODAY, reason="正在核实情况", by=county)
    shown = {}
    for user in (county, clerk, other_clerk):
        client.force_login(user)
        shown[user.pk] = "正在核实情况" in client.get(f"/town/lecturers/{term.lecturer_id}/").content.decode()
    assert shown == {county.pk: True, clerk.pk: True, other_clerk.pk: False}


def test_a_lecturer_prints_the_own_letter_only(client: Client, term, member) -> None:
    path = f"/teach/appointments/{term.pk}/letter/"
    client.force_login(member.user)
    assert client.get(path).status_code == 403
    own = LecturerFactory(user=member.user)
    assert client.get(path).status_code == 404
    Appointment.objects.filter(pk=term.pk).update(lecturer=own)
    assert client.get(path).status_code == 200


def test_list_by_how_the_term_stands(client: Client, term, county) -> None:
    soon, gone = ending_term(county, 9).lecturer, LecturerFactory()
    Appointment.objects.create(lecturer=gone, tier="pool", starts_on=date(2020, 1, 1), ends_on=TODAY)
    never = LecturerFactory(name="没聘过")
    terms.suspend(lecturer=term.lecturer, starts_on=TODAY, reason="生病", by=county)
    client.force_login(county)

    def listed(standing: str) -> set[Lecturer]:
        return set(client.get(f"/town/lecturers/?standing={standing}").context["page"])

    assert [listed(name) for name in ("", "ending", "suspended", "past", "all")] == [
        {term.lecturer, soon},
        {soon},
        {term.lecturer},
        {gone},
        {term.lecturer, soon, gone, never},
    ]
    assert never not in listed("all&tier=pool")
    assert "在全部讲师里查" in client.get("/town/lecturers/?q=没聘过").content.decode()


def test_a_suspension_to_come_is_no_suspension_yet(client: Client, term, county) -> None:
    terms.suspend(lecturer=term.lecturer, starts_on=TODAY + timedelta(days=3), reason="外出学习", by=county)
    client.force_login(county)
    page = client.get(f"/town/lecturers/{term.lecturer_id}/").content.decode()
    assert ("2026年11月26日起暂停" in page, '<span class="st st-bad">暂停授课</span>' in page) == (True, False)


def test_lists_cost_the_same_for_one_and_three(client: Client, county, town, django_assert_num_queries) -> None:
    client.force_login(county)
    kind = LecturerKindFactory()
    for count in (1, 2):
        for number in range(count):
            said = SAID | {"name": f"示例{count}{number}"}
            candidacies.propose(by=county, town=town, kind=kind, **said)
            ending_term(county, 90, town=town)
        client.get("/town/candidacies/")
        with django_assert_num_queries(7):
            client.get("/town/candidacies/")
        with django_assert_num_queries(7):
            client.get("/county/lecturers/reviews/")
