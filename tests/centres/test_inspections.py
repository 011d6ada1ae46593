"""Self-check, county inspection, rectification, re-inspection: what the actions do and refuse."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from centres import actions
from centres.figures import Verdict, county_round, latest_verdicts
from centres.models import Centre, Finding, Inspection, InspectionPhoto, InspectionResult, Rectification, Standard
from centres.views.inspections import kept_photo
from juxian.audit.models import AuditEntry
from juxian.files.models import StoredFile
from juxian.messages.models import InboxMessage
from juxian.people.models import Grant, User
from tests.centres.inspecting import ITEMS, in_days, inspected, judge, make_standard, picture, result_of
from tests.factories import CentreFactory, GrantFactory, UserFactory

pytestmark = pytest.mark.django_db
State = Inspection.State


@pytest.fixture
def standard(db) -> Standard:
    return make_standard()


@pytest.fixture
def centre(town, standard) -> Centre:
    return CentreFactory(town=town)


@pytest.fixture
def inspector(db) -> User:
    return GrantFactory(user=UserFactory(username="inspector", name="示例检查员"), kind=Grant.Kind.INSPECTOR).user


def rectify(finding: Finding, by: User, key: str = "") -> Rectification:
    with kept_photo(picture()) as photo:
        return actions.rectify(finding=finding, text="换了新的。", photos=[photo], key=key or uuid4().hex, by=by)


def test_the_whole_way_round(centre, inspector, clerk) -> None:
    first = inspected(centre, inspector, have_signs="牌子掉了", have_books="书只有十本")
    assert (first.state, first.county_name, first.rectify_by) == (State.SUBMITTED, "示例检查员", in_days(30))
    assert Finding.objects.count() == 0
    first = actions.confirm_inspection(inspection=first, by=clerk)
    findings = list(Finding.objects.order_by("pk"))
    assert [(f.owner, f.due_on, f.state) for f in findings] == [("示例干事", in_days(30), "open")] * 2
    assert first.state == State.CONFIRMED
    for finding in findings:
        rectify(finding, clerk)
    second = actions.start_inspection(centre=centre, kind="re", previous=first, by=inspector)
    assert [row.item.key for row in second.results.all()] == ["have-signs", "have-books"]
    judge(second, inspector, have_books="还差一半")
    actions.submit_inspection(inspection=second, rectify_by=in_days(10), by=inspector)
    second = actions.confirm_inspection(inspection=second, by=clerk)
    signs, books = Finding.objects.order_by("pk")
    assert (signs.state, signs.closed_on) == ("accepted", timezone.localdate())
    assert (books.state, books.due_on, books.rounds) == ("reopened", in_days(10), 2)
    assert Inspection.objects.get(pk=first.pk).state == State.CONFIRMED
    rectify(books, clerk)
    third = actions.start_inspection(centre=centre, kind="re", previous=second, by=inspector)
    assert (third.previous_id, [row.rechecks for row in third.results.all()]) == (first.pk, [books])
    judge(third, inspector)
    actions.submit_inspection(inspection=third, rectify_by=None, by=inspector)
    actions.confirm_inspection(inspection=third, by=clerk)
    assert set(Inspection.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert [found.verdict for found in latest_verdicts(timezone.localdate()).values()] == ["met"] * 4
    with pytest.raises(ValidationError) as refused:
        actions.start_inspection(centre=centre, kind="re", previous=first, by=inspector)
    assert refused.value.messages == ["这次检查的问题都已销号，不用复查。"]


def test_every_step_is_on_record(centre, inspector, clerk) -> None:
    first = actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
    finding = Finding.objects.get()
    actions.assign_finding(finding=finding, owner="示例乙", by=clerk)
    rectify(finding, clerk)
    second = actions.start_inspection(centre=centre, kind="re", previous=first, by=inspector)
    judge(second, inspector)
    actions.submit_inspection(inspection=second, rectify_by=None, by=inspector)
    actions.return_inspection(inspection=second, reason="没看后院", by=clerk)
    actions.submit_inspection(inspection=second, rectify_by=None, by=inspector)
    actions.confirm_inspection(inspection=second, by=clerk)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "centres.inspection_start",
        "centres.inspection_submit",
        "centres.inspection_confirm",
        "centres.finding_assign",
        "centres.finding_rectify",
        "centres.inspection_start",
        "centres.inspection_submit",
        "centres.inspection_return",
        "centres.inspection_submit",
        "centres.inspection_confirm",
        "centres.inspection_close",
        "centres.inspection_close",
    ]
    assert set(AuditEntry.objects.values_list("town_code", flat=True)) == {"371327102"}


def test_twice_is_once(centre, inspector, clerk) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    assert actions.start_inspection(centre=centre, kind="county", by=inspector) == one
    judge(one, inspector, have_signs="牌子掉了")
    for _ in range(2):
        actions.submit_inspection(inspection=one, rectify_by=in_days(5), by=inspector)
    for _ in range(2):
        actions.confirm_inspection(inspection=one, by=clerk)
    finding = Finding.objects.get()
    kept = {rectify(finding, clerk, key="gleich").pk for _ in range(2)}
    assert (len(kept), InspectionPhoto.objects.count(), StoredFile.objects.count()) == (1, 1, 2)
    assert AuditEntry.objects.count() == 4
    assert InboxMessage.objects.filter(town=centre.town).count() == 1


def test_everything_missing_is_said_at_once(centre, inspector) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    unmet = result_of(one, "have-signs")
    actions.save_result(result=unmet, verdict="unmet", note="", seq=1, base=0, by=inspector)
    with pytest.raises(ValidationError) as refused:
        actions.submit_inspection(inspection=one, rectify_by=None, by=inspector)
    assert refused.value.messages == [
        "还有 3 项没有结果：办公区、教学区、党建书籍。",
        "还有 1 项没写明问题：标识。",
        "请填整改期限，镇街要在这一天以前改好。",
    ]
    judge(one, inspector, have_signs="牌子掉了")
    with pytest.raises(ValidationError) as refused:
        actions.submit_inspection(inspection=one, rectify_by=in_days(-1), by=inspector)
    assert refused.value.messages == ["整改期限不能早于今天。"]


def save(row: InspectionResult, by: User, verdict: str, note: str, **numbers: int) -> InspectionResult:
    return actions.save_result(result=row, verdict=verdict, note=note, by=by, **numbers)


def test_what_was_chosen_on_an_older_page_waits_for_a_choice(centre, inspector, county) -> None:
    row = result_of(actions.start_inspection(centre=centre, kind="county", by=inspector), "have-signs")
    with time_machine.travel("2026-11-23 10:05+08:00"):
        for _ in range(2):  # an answer that got lost, and the same again
            save(row, inspector, "unmet", "牌子掉了", seq=20, base=0)
    refused = {}
    for by, seq, base in ((county, 30, 0), (inspector, 30, 0), (county, 30, 10), (county, 20, 20)):
        with pytest.raises(ValidationError) as said:
            save(row, by, "met", "", seq=seq, base=base)
        assert said.value.code == "changed"
        refused[by.pk] = said.value.messages[0]
    stands = "在别的页面记为“未达标”，情况是“牌子掉了”。您这里的还没有存，请选留哪一个。"
    assert refused == {
        county.pk: f"“标识”11月23日 10:05 已由示例检查员{stands}",
        inspector.pk: f"“标识”11月23日 10:05 已由您自己{stands}",
    }
    assert save(row, county, "unmet", "牌子掉了", seq=30, base=0).client_seq == 20  # the same words are no quarrel
    kept = save(row, county, "met", "", seq=30, base=20)
    assert (kept.verdict, kept.note, kept.client_seq, kept.by) == ("met", "", 30, county)


@pytest.mark.parametrize(
    ("verdict", "note", "seq"),
    [("fine", "", 1), (None, "", 1), ("met", None, 1), ("met", "", -1), ("met", "", "1"), ("met", "", True)]
    + [("met", "字" * 301, 1), ("met", "", 2**53 + 1)],
)
def test_what_nobody_can_read_is_refused(centre, inspector, verdict, note, seq) -> None:
    row = result_of(actions.start_inspection(centre=centre, kind="county", by=inspector), "have-signs")
    with pytest.raises(ValidationError) as refused:
        save(row, inspector, verdict, note, seq=seq, base=0)
    assert refused.value.code == "bad"
    with pytest.raises(ValidationError) as refused:
        save(row, inspector, "met", "", seq=1, base=None)
    assert refused.value.code == "bad"


def test_nothing_is_written_after_handing_in(centre, inspector) -> None:
    one = inspected(centre, inspector, have_signs="牌子掉了")
    row = result_of(one, "have-signs")
    with pytest.raises(ValidationError) as refused:
        save(row, inspector, "met", "", seq=10**6, base=row.client_seq)
    assert refused.value.code == "finished"
    with pytest.raises(ValidationError), kept_photo(picture()) as (file, small):
        actions.add_photo(result=row, file=file, thumbnail=small, key="k", by=inspector)
    with pytest.raises(ValidationError):
        actions.drop_inspection(inspection=one, by=inspector)
    assert (InspectionResult.objects.get(pk=row.pk).verdict, StoredFile.objects.count()) == ("unmet", 0)


# Two sides -------------------------------------------------------------------------------------------
def test_nobody_confirms_the_own_inspection(centre, clerk, town, county) -> None:
    """A clerk who is also an inspector may not sign for both; the same person after the grant ended neither."""
    GrantFactory(user=clerk, kind=Grant.Kind.INSPECTOR)
    both = User.objects.get(pk=clerk.pk)
    own = inspected(centre, both, kind="self", have_signs="牌子掉了")
    with pytest.raises(ValidationError) as refused:
        actions.confirm_inspection(inspection=own, by=both)
    assert refused.value.messages == ["这次检查是您自己做的，不能由您确认，请县里的另一位同志来办。"]
    with pytest.raises(ValidationError) as refused:
        actions.start_inspection(centre=centre, kind="county", by=both)
    assert refused.value.messages == ["您是大店镇的干事，不能由您代表县里检查自己的中心。"]
    assert actions.confirm_inspection(inspection=own, by=county).state == State.CONFIRMED


def test_an_inspector_who_became_clerk_does_not_confirm_what_he_found(centre, inspector, town) -> None:
    one = inspected(centre, inspector, have_signs="牌子掉了")
    GrantFactory(user=inspector, kind=Grant.Kind.CLERK, town=town)
    now_clerk = User.objects.get(pk=inspector.pk)
    for act in (actions.confirm_inspection, lambda **given: actions.return_inspection(reason="不对", **given)):
        with pytest.raises(ValidationError) as refused:
            act(inspection=one, by=now_clerk)
        assert refused.value.code == "own"
    assert Inspection.objects.get().state == State.SUBMITTED


def test_the_database_refuses_one_person_for_both_sides(centre, inspector, clerk) -> None:
    one = actions.confirm_inspection(inspection=inspected(centre, inspector), by=clerk)
    with pytest.raises(IntegrityError, match="centres_inspection_two_people"), transaction.atomic():
        Inspection.objects.filter(pk=one.pk).update(county_by=clerk)


def test_only_the_right_side_writes(centre, inspector, clerk, other_clerk, county) -> None:
    for kind, who in (("self", inspector), ("self", other_clerk), ("self", county), ("county", clerk)):
        with pytest.raises(PermissionDenied):
            actions.start_inspection(centre=centre, kind=kind, by=who)
    one = inspected(centre, inspector, have_signs="牌子掉了")
    for who in (other_clerk, county, inspector):
        with pytest.raises(PermissionDenied):
            actions.confirm_inspection(inspection=one, by=who)
    actions.confirm_inspection(inspection=one, by=clerk)
    for who in (other_clerk, county, inspector):
        with pytest.raises(PermissionDenied):
            rectify(Finding.objects.get(), who)


def test_sent_back_it_goes_on_and_counts_no_more(centre, inspector, clerk) -> None:
    one = inspected(centre, inspector, have_signs="牌子掉了")
    today = timezone.localdate()
    assert latest_verdicts(today)[centre.pk, "have-signs"].verdict == "unmet"
    with pytest.raises(ValidationError):
        actions.return_inspection(inspection=one, reason=" ", by=clerk)
    one = actions.return_inspection(inspection=one, reason="牌子在门内", by=clerk)
    assert (one.state, one.county_by, one.returned_reason) == (State.DRAFT, None, "牌子在门内")
    assert latest_verdicts(today) == {}
    assert InboxMessage.objects.get(user=inspector).title == "大店镇的县级检查被退回"
    judge(one, inspector)
    actions.submit_inspection(inspection=one, rectify_by=None, by=inspector)
    one = actions.confirm_inspection(inspection=one, by=clerk)
    assert (one.returned_reason, Finding.objects.count()) == ("", 0)
    with pytest.raises(ValidationError):
        actions.return_inspection(inspection=one, reason="晚了", by=clerk)


# One after another -----------------------------------------------------------------------------------
def test_one_unfinished_inspection_of_a_kind(centre, inspector, clerk, county) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    with pytest.raises(ValidationError) as refused:
        actions.start_inspection(centre=centre, kind="county", by=county)
    assert refused.value.messages == ["大店镇的县级检查正由示例检查员在做，完成或放弃以后才能另开一次。"]
    actions.start_inspection(centre=centre, kind="self", by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.create(
            centre=centre, standard=one.standard, kind="county", inspector=county, inspector_name="乙",
            started_at=timezone.now(),
        )  # fmt: skip
    judge(one, inspector)
    actions.submit_inspection(inspection=one, rectify_by=None, by=inspector)
    with pytest.raises(ValidationError) as refused:
        actions.start_inspection(centre=centre, kind="county", by=inspector)
    assert refused.value.messages == ["大店镇的县级检查已提交，还没有双方确认，确认以后才能另开一次。"]


def test_a_new_inspection_has_the_last_word_on_what_was_open(centre, inspector, clerk) -> None:
    first = inspected(centre, inspector, have_signs="牌子掉了", have_books="没有书")
    actions.confirm_inspection(inspection=first, by=clerk)
    again = inspected(centre, inspector, have_books="还是没有书", zone_office="没有桌子")
    actions.confirm_inspection(inspection=again, by=clerk)
    found = Finding.objects.order_by("pk").values_list("result__item__key", "result__inspection", "state")
    assert sorted(found) == [
        ("have-books", first.pk, "replaced"),
        ("have-books", again.pk, "open"),
        ("have-signs", first.pk, "accepted"),
        ("zone-office", again.pk, "open"),
    ]
    assert Inspection.objects.get(pk=first.pk).state == State.CLOSED


def test_a_self_check_closes_nothing_of_the_county(centre, inspector, clerk, county) -> None:
    actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
    own = inspected(centre, clerk, kind="self", have_books="没有书")
    today = timezone.localdate()
    assert latest_verdicts(today)[centre.pk, "have-signs"].verdict == "unmet"  # not signed by the county yet
    actions.confirm_inspection(inspection=own, by=county)
    assert list(Finding.objects.order_by("pk").values_list("result__item__key", "state", "owner")) == [
        ("have-signs", "open", "示例干事"),
        ("have-books", "open", "示例干事"),
    ]


def test_dropping_leaves_nothing_but_a_line_in_the_log(centre, inspector) -> None:
    one = actions.start_inspection(centre=centre, kind="county", by=inspector)
    row = result_of(one, "have-signs")
    for key in ("a", "a", "b"):
        with kept_photo(picture()) as (file, small):
            actions.add_photo(result=row, file=file, thumbnail=small, key=key, by=inspector)
    assert (InspectionPhoto.objects.count(), StoredFile.objects.count()) == (2, 4)
    for _ in range(2):
        actions.drop_inspection(inspection=one, by=inspector)
    assert (Inspection.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert AuditEntry.objects.latest("pk").summary == f"放弃县级检查，已查 0 项：{centre.name}"


def test_rectifying_needs_words_and_a_picture(centre, inspector, clerk) -> None:
    actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
    with pytest.raises(ValidationError) as refused:
        actions.rectify(finding=Finding.objects.get(), text=" ", photos=[], key="k", by=clerk)
    assert refused.value.messages == ["请写明怎么改的。", "请至少传一张整改后的照片。"]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("centres_inspection_rectify_after", {"rectify_by": date(2020, 1, 1)}),
        ("centres_inspection_submitted_after_start", {"started_at": timezone.now() + timedelta(days=9)}),
        ("centres_inspection_state_has_dates", {"submitted_at": None, "confirmed_at": None}),
        ("centres_inspection_re_has_previous", {"kind": "re"}),
        ("centres_inspection_date_order", {"confirmed_at": timezone.now() - timedelta(days=9)}),
    ],
)
def test_the_database_keeps_the_order(centre, inspector, clerk, constraint, change) -> None:
    one = actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Inspection.objects.filter(pk=one.pk).update(**change)


def test_the_database_keeps_the_days_of_a_finding(centre, inspector, clerk) -> None:
    actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
    for change in ({"due_on": date(2020, 1, 1)}, {"state": "accepted"}, {"closed_on": timezone.localdate()}):
        with pytest.raises(IntegrityError, match="centres_finding"), transaction.atomic():
            Finding.objects.update(**change)


# Figures ---------------------------------------------------------------------------------------------
def test_latest_verdicts_of_a_day(centre, inspector, clerk, django_assert_num_queries) -> None:
    with time_machine.travel("2025-03-05 10:00+08:00"):
        old = actions.confirm_inspection(inspection=inspected(centre, inspector, have_signs="牌子掉了"), by=clerk)
    make_standard(date(2026, 1, 1), (*ITEMS[:3], ("have-screen", "六有", "大屏")))
    with time_machine.travel("2026-03-05 10:00+08:00"):
        new = inspected(centre, inspector)
    with django_assert_num_queries(1):
        found = latest_verdicts(date(2025, 12, 31))
    assert found[centre.pk, "have-signs"] == Verdict("unmet", date(2025, 3, 5), old.pk, "county", "confirmed")
    assert latest_verdicts(date(2025, 3, 4)) == {}
    later = latest_verdicts(date(2026, 3, 5))
    assert later[centre.pk, "have-signs"] == Verdict("met", date(2026, 3, 5), new.pk, "county", "submitted")
    assert later[centre.pk, "have-books"].on == date(2025, 3, 5)
    assert {key for _, key in later} == {"zone-office", "zone-teaching", "have-signs", "have-books", "have-screen"}


def test_the_round_counts_what_is_open(centre, inspector, clerk, django_assert_num_queries) -> None:
    first = inspected(centre, inspector, have_signs="牌子掉了", have_books="没有书")
    actions.confirm_inspection(inspection=first, by=clerk)
    rectify(Finding.objects.earliest("pk"), clerk)
    actions.start_inspection(centre=centre, kind="self", by=clerk)
    CentreFactory()
    with django_assert_num_queries(3):
        busy, idle = county_round(Centre.objects.order_by("pk"), Inspection.objects.all(), in_days(31))
    assert (busy.last.bad, busy.to_recheck, busy.open, busy.rectified, busy.overdue) == (2, first, 2, 1, 1)
    assert (busy.is_busy, [one.kind for one in busy.running]) == (False, ["self"])
    assert (idle.last, idle.open, idle.running) == (None, 0, [])
