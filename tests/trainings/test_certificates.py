"""Certificates: who gets one, that it never changes, and what anybody may learn from its number."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.messages.models import InboxMessage
from juxian.people.models import Member
from tests.factories import EnrolmentFactory, UserFactory
from tests.flushing import guards_off
from tests.trainings.conftest import mark_all, seated, sessions_of, waive_rest
from trainings import actions
from trainings.actions.certificates import LOOKUPS_PER_ORIGIN
from trainings.models import (
    Certificate,
    CertificateRevocation,
    Enrolment,
    TrainingClass,
)
from trainings.models.certificates import CertificateLookup

Outcome = Enrolment.Outcome


def amend(training_class: TrainingClass, person: Enrolment, status: str, by, sessions: int = 2) -> None:
    """Correct this many half-days of one person after the archive."""
    for session in sessions_of(training_class)[:sessions]:
        actions.amend_mark_after_archive(
            session=session, enrolment=person, status=status, reason="核对纸质签到表", by=by
        )


def standing(person: Enrolment) -> list[tuple[str, bool]]:
    """Number and validity of a person's certificates, the oldest first."""
    rows = Certificate.objects.filter(enrolment=person).select_related("revocation").order_by("pk")
    return [(row.number, row.is_valid) for row in rows]


def one(training_class: TrainingClass) -> Certificate:
    return Certificate.objects.filter(enrolment__training_class=training_class).order_by("pk")[0]


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# Issuing ------------------------------------------------------------------------------------------


def test_the_archive_issues_to_those_who_completed(running, clerk) -> None:
    mark_all(running, clerk)
    absent = seated(running)[0]
    for session in sessions_of(running):
        actions.save_roster(session=session, statuses={absent.pk: "absent"}, key=f"gone{session.pk}", by=clerk)
    actions.begin_closing(training_class=running, by=clerk)
    waive_rest(running, clerk)
    assert Certificate.objects.count() == 0
    archived = actions.archive_class(training_class=running, by=clerk)
    rows = Certificate.objects.order_by("enrolment")
    assert [row.enrolment for row in rows] == seated(running)[1:]
    for row in rows:
        facts = (row.class_code, row.class_title, row.starts_on, row.ends_on, row.hours, row.town_name, row.issuer)
        assert facts == (archived.code, archived.title, archived.starts_on, archived.ends_on, 8, "大店镇", "大店镇党委")
        assert (row.issued_by, row.is_valid, row.replaces) == (clerk, True, None)


def test_archiving_and_issuing_again_issue_nothing(archived, clerk) -> None:
    before = list(Certificate.objects.values_list("number", flat=True))
    actions.archive_class(training_class=archived, by=clerk)
    assert actions.issue_certificates(training_class=archived, by=clerk) == []
    assert list(Certificate.objects.values_list("number", flat=True)) == before
    assert len(before) == 3


def test_a_class_archived_before_gets_what_is_missing(archived, clerk) -> None:
    with guards_off():
        Certificate.objects.all().delete()
    assert len(actions.issue_certificates(training_class=archived, by=clerk)) == 3
    entry = AuditEntry.objects.filter(action="certificate.issue").get()
    assert entry.summary == f"“{archived.title}”补发结业证书 3 份"


def test_nothing_is_issued_before_the_archive(closing, clerk) -> None:
    with pytest.raises(ValidationError, match="结班中"):
        actions.issue_certificates(training_class=closing, by=clerk)
    assert Certificate.objects.count() == 0


@pytest.mark.trust("F20")
def test_a_number_has_128_random_bits(archived) -> None:
    numbers = list(Certificate.objects.values_list("number", flat=True))
    assert [number for number in numbers if not re.fullmatch(r"[0-9a-f]{32}", number)] == []
    assert len({number[:8] for number in numbers}) == 3


def test_words_stay_as_they_were_that_day(archived, town) -> None:
    title = archived.title
    TrainingClass.objects.filter(pk=archived.pk).update(title="改了名")
    type(town).objects.filter(pk=town.pk).update(name="新名镇")
    row = one(archived)
    assert (row.class_title, row.town_name, row.issuer) == (title, "大店镇", "大店镇党委")


# Following corrections ----------------------------------------------------------------------------


def test_a_make_up_after_the_archive_issues_one(running, clerk) -> None:
    mark_all(running, clerk, "absent")
    actions.begin_closing(training_class=running, by=clerk)
    waive_rest(running, clerk)
    archived = actions.archive_class(training_class=running, by=clerk)
    person = seated(archived)[0]
    assert Certificate.objects.count() == 0
    amend(archived, person, "present", clerk)
    assert [valid for _, valid in standing(person)] == [True]
    assert one(archived).hours == 8
    amend(archived, person, "present", clerk)
    assert Certificate.objects.count() == 1
    assert AuditEntry.objects.filter(action="certificate.issue").count() == 1


def test_a_correction_that_undoes_it_revokes_and_the_next_issues_anew(archived, clerk) -> None:
    person = seated(archived)[0]
    amend(archived, person, "absent", clerk)
    assert [valid for _, valid in standing(person)] == [False]
    revocation = CertificateRevocation.objects.get()
    assert revocation.by is None
    assert revocation.reason.startswith("归档后更正，未结业：缺课 4 学时")
    amend(archived, person, "present", clerk)
    rows = Certificate.objects.filter(enrolment=person).order_by("pk")
    assert [row.is_valid for row in rows] == [False, True]
    assert rows[1].replaces == rows[0]
    assert rows[1].number != rows[0].number


def test_hours_that_change_are_said_by_a_new_certificate(archived) -> None:
    """Within the limit of absence the person still completes, with fewer hours."""
    person = seated(archived)[0]
    actions.resettle_outcome(enrolment=person)
    assert [valid for _, valid in standing(person)] == [True]
    certificate = one(archived)
    follow = actions.certificates.follow_outcome
    with transaction.atomic():
        new = follow(Enrolment.objects.get(pk=person.pk), archived, certificate.hours - 4)
    assert (new.hours, new.replaces) == (4, certificate)
    assert CertificateRevocation.objects.get().reason == "归档后更正学时：8 改为 4"


def test_what_a_person_revoked_is_not_issued_anew_by_itself(archived, clerk, county) -> None:
    person = seated(archived)[0]
    actions.revoke_certificate(certificate=Certificate.objects.get(enrolment=person), reason="冒名顶替", by=county)
    actions.resettle_outcome(enrolment=person)
    assert [valid for _, valid in standing(person)] == [False]


# Revoking -----------------------------------------------------------------------------------------


def test_the_county_revokes_with_a_reason(archived, county) -> None:
    certificate = one(archived)
    row = actions.revoke_certificate(certificate=certificate, reason=" 冒名顶替 ", by=county)
    assert (row.reason, row.by) == ("冒名顶替", county)
    assert actions.revoke_certificate(certificate=certificate, reason="再来", by=county) == row
    assert list(Certificate.objects.valid().order_by("pk")) == list(Certificate.objects.order_by("pk")[1:])
    name = certificate.enrolment.member.name
    entry = AuditEntry.objects.filter(action="certificate.revoke").get()
    assert entry.summary == f"“{archived.title}”{name}的结业证书撤销：冒名顶替"
    assert (entry.actor_id, entry.town_code) == (county.pk, archived.town.code)
    letter = InboxMessage.objects.filter(member=certificate.enrolment.member, key__endswith=":revoked").get()
    assert letter.body.startswith("原因：冒名顶替。")


def test_revoking_needs_the_county_and_a_reason(archived, clerk, county) -> None:
    with pytest.raises(PermissionDenied):
        actions.revoke_certificate(certificate=one(archived), reason="冒名顶替", by=clerk)
    with pytest.raises(ValidationError, match="要写明原因"):
        actions.revoke_certificate(certificate=one(archived), reason="  ", by=county)
    assert CertificateRevocation.objects.count() == 0


def test_the_county_issues_anew_once(archived, county, clerk) -> None:
    certificate = one(archived)
    with pytest.raises(ValidationError, match="不用重发"):
        actions.reissue_certificate(certificate=certificate, by=county)
    actions.revoke_certificate(certificate=certificate, reason="打印有误", by=county)
    new = actions.reissue_certificate(certificate=certificate, by=county)
    assert (new.replaces, new.is_valid) == (certificate, True)
    assert actions.reissue_certificate(certificate=certificate, by=county) == new
    with pytest.raises(PermissionDenied):
        actions.reissue_certificate(certificate=certificate, by=clerk)
    Enrolment.objects.filter(pk=certificate.enrolment_id).update(outcome=Outcome.NOT_COMPLETED)
    actions.revoke_certificate(certificate=new, reason="打印有误", by=county)
    with pytest.raises(ValidationError, match="没有结业"):
        actions.reissue_certificate(certificate=new, by=county)


@pytest.mark.trust("F20")
@pytest.mark.parametrize("model", [Certificate, CertificateRevocation])
def test_rows_are_never_changed_or_deleted(archived, county, model) -> None:
    """Twin: with the guards off the same statements go through."""
    actions.revoke_certificate(certificate=one(archived), reason="打印有误", by=county)
    changes = {Certificate: {"hours": 99}, CertificateRevocation: {"reason": "没有撤销"}}[model]
    for act in (lambda: model.objects.update(**changes), lambda: model.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            act()
    with guards_off():
        assert model.objects.update(**changes) == model.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_issue_one_each(archived, clerk) -> None:
    with guards_off():
        Certificate.objects.all().delete()
    barrier, faults = threading.Barrier(2), []

    def issue() -> None:
        try:
            barrier.wait()
            actions.issue_certificates(training_class=archived, by=clerk)
        except Exception as fault:  # noqa: BLE001 whatever it is, the test must see it
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=issue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Certificate.objects.count() == 3


# The clerk's and the county's pages -----------------------------------------------------------------


def test_the_clerk_sees_and_prints_them(client, clerk, archived) -> None:
    client.force_login(clerk)
    page = client.get(reverse("trainings:town-detail", args=[archived.pk]), {"tab": "certificates"})
    assert list(page.context["certificates"]) == list(
        Certificate.objects.order_by("enrolment__branch__name", "enrolment__member__name", "pk")
    )
    assert [tab["n"] for tab in page.context["tabs"] if tab["label"] == "证书"] == ["3 份"]
    assert "撤销<" not in page.content.decode()
    whole = client.get(reverse("trainings:certificates-print", args=[archived.pk]))
    single = client.get(reverse("trainings:certificate-print", args=[one(archived).pk]))
    for response in (whole, single):
        assert (response.status_code, response["Content-Type"], response.content[:5]) == (
            200,
            "application/pdf",
            b"%PDF-",
        )
        assert response["Cache-Control"] == "private, no-store"
    assert len(whole.content) > len(single.content)


@pytest.mark.parametrize("number", [1, 3])
def test_the_panel_costs_the_same(client, clerk, archived, town, number, django_assert_num_queries) -> None:
    for _ in range(number):
        EnrolmentFactory(training_class=archived, member__branch__town=town, outcome=Outcome.COMPLETED)
    actions.issue_certificates(training_class=archived, by=clerk)
    client.force_login(clerk)
    url = reverse("trainings:town-detail", args=[archived.pk])
    with django_assert_num_queries(24):
        client.get(url, {"tab": "certificates"})


def test_the_panel_is_turned_page_by_page(client, clerk, archived, monkeypatch) -> None:
    monkeypatch.setattr("trainings.views.detail.PAGE", 2)
    client.force_login(clerk)
    url = reverse("trainings:town-detail", args=[archived.pk])
    first = client.get(url, {"tab": "certificates"})
    second = client.get(url, {"tab": "certificates", "page": "2"})
    assert [len(page.context["certificates"]) for page in (first, second)] == [2, 1]
    assert 'href="?tab=certificates&amp;page=2">下一页</a>' in first.content.decode()
    assert second.context["certificates_valid"] == 3


def test_a_class_still_running_has_no_panel(client, clerk, running) -> None:
    client.force_login(clerk)
    page = client.get(reverse("trainings:town-detail", args=[running.pk]), {"tab": "certificates"})
    assert [tab["label"] for tab in page.context["tabs"]] == ["课程表", "花名册", "签到", "档案"]
    assert "还没有结业证书" in page.content.decode()
    assert client.get(reverse("trainings:certificates-print", args=[running.pk])).status_code == 404


def test_missing_ones_are_issued_by_a_button(client, clerk, archived) -> None:
    with guards_off():
        Certificate.objects.all().delete()
    client.force_login(clerk)
    page = client.get(reverse("trainings:town-detail", args=[archived.pk]), {"tab": "certificates"})
    assert page.context["certificates_owed"] == 3
    answer = client.post(reverse("trainings:certificates-issue", args=[archived.pk]), follow=True)
    assert said(answer) == ["证书已补发。"]
    assert Certificate.objects.count() == 3


def test_the_county_revokes_and_issues_anew_on_the_page(client, county, archived) -> None:
    client.force_login(county)
    certificate = one(archived)
    url = reverse("trainings:certificate-revoke", args=[certificate.pk])
    assert client.post(url, {"reason": ""}).context["form"].errors["reason"]
    answer = client.post(url, {"reason": "冒名顶替"}, follow=True)
    assert said(answer) == ["证书已撤销，并通知了本人。"]
    assert CertificateRevocation.objects.get().certificate == certificate
    refused = client.get(reverse("trainings:certificate-print", args=[certificate.pk]))
    assert refused.status_code == 404
    answer = client.post(reverse("trainings:certificate-reissue", args=[certificate.pk]), follow=True)
    assert said(answer) == ["已重新颁发，编号是新的。"]
    assert Certificate.objects.filter(replaces=certificate).count() == 1


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("certificate-print", "get"),
        ("certificate-revoke", "get"),
        ("certificate-revoke", "post"),
        ("certificate-reissue", "post"),
    ],
)
def test_doors_of_one_certificate(client, clerk, other_clerk, county, archived, name, method) -> None:
    """Another town: not found, or the county's business at all; nobody signed in: sign in."""
    url = reverse(f"trainings:{name}", args=[one(archived).pk])
    knock = getattr(client, method)
    assert knock(url)["Location"].startswith(reverse("login"))
    client.force_login(other_clerk)
    assert knock(url).status_code == (404 if name == "certificate-print" else 403)
    client.force_login(clerk)
    assert knock(url).status_code == (200 if name == "certificate-print" else 403)
    assert CertificateRevocation.objects.count() == 0


# The member ---------------------------------------------------------------------------------------


@pytest.fixture
def holder(archived) -> Member:
    """A member with a certificate and an account."""
    member = seated(archived)[0].member
    member.user = UserFactory(name=member.name)
    member.save()
    return member


def test_a_member_sees_and_prints_the_own(client, archived, holder, county) -> None:
    own = Certificate.objects.get(enrolment__member=holder)
    other = Certificate.objects.exclude(pk=own.pk)[0]
    client.force_login(holder.user)
    page = client.get(reverse("trainings:me-certificates"))
    assert list(page.context["certificates"]) == [own]
    printed = client.get(reverse("trainings:me-certificate-print", args=[own.pk]))
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
    assert client.get(reverse("trainings:me-certificate-print", args=[other.pk])).status_code == 404
    actions.revoke_certificate(certificate=own, reason="打印有误", by=county)
    assert client.get(reverse("trainings:me-certificate-print", args=[own.pk])).status_code == 404
    assert "撤销：打印有误" in client.get(reverse("trainings:me-certificates")).content.decode()
    actions.reissue_certificate(certificate=own, by=county)
    page = client.get(reverse("trainings:me-certificates"))
    assert [row.replaces for row in page.context["certificates"]] == [own]


@pytest.mark.parametrize("number", [1, 3])
def test_the_own_list_costs_the_same(client, archived, holder, number, django_assert_num_queries) -> None:
    person = Enrolment.objects.get(member=holder)
    for _ in range(number - 1):
        EnrolmentFactory(member=holder, training_class__town=archived.town, outcome=Outcome.COMPLETED)
    for row in Enrolment.objects.filter(member=holder).exclude(pk=person.pk):
        actions.new_certificate(row.training_class, row, 4, at=timezone.now(), by=None).save()
    client.force_login(holder.user)
    with django_assert_num_queries(6):
        page = client.get(reverse("trainings:me-certificates"))
    assert len(page.context["certificates"]) == number


def test_only_members_have_certificates_of_their_own(client, clerk) -> None:
    client.force_login(clerk)
    assert client.get(reverse("trainings:me-certificates")).status_code == 403


# Anybody ------------------------------------------------------------------------------------------


def verify(client, number: str, **headers: str):
    return client.get(reverse("trainings:verify", args=[number]), **headers)


@pytest.mark.trust("F20")
def test_anybody_may_check_a_number(client, archived) -> None:
    certificate = one(archived)
    Member.objects.filter(pk=certificate.enrolment.member_id).update(name="王示例")
    page = verify(client, certificate.number)
    text = page.content.decode()
    assert page.status_code == 200
    assert (page.context["holder"], page.context["certificate"]) == ("王**", certificate)
    assert "这份证书有效。" in text
    assert "王示例" not in text
    assert certificate.enrolment.branch.name not in text
    spaced = verify(client, certificate.spaced.upper())
    assert spaced.context["certificate"] == certificate


@pytest.mark.trust("F20")
@pytest.mark.parametrize(
    ("typed", "where"),
    [("0123 4567-89AB", "/verify/0123456789ab/"), ("../../x?y=1/", "/verify/xy1/"), ("a" * 99, f"/verify/{'a' * 64}/")],
)
def test_a_typed_number_leads_to_its_own_address(client, typed, where) -> None:
    assert client.get("/verify/", {"number": typed}).headers["Location"] == where


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "  ", "/"])
def test_without_a_number_the_page_asks_for_one(client, typed) -> None:
    page = client.get("/verify/", {"number": typed})
    assert (page.status_code, page.content.decode().count('name="number"')) == (200, 1)


def test_a_revoked_one_says_so_and_not_why(client, archived, county) -> None:
    certificate = one(archived)
    actions.revoke_certificate(certificate=certificate, reason="冒名顶替", by=county)
    text = verify(client, certificate.number).content.decode()
    assert "撤销，无效。" in text
    assert "冒名顶替" not in text
    assert "换发新证" not in text
    actions.reissue_certificate(certificate=certificate, by=county)
    assert "换发新证" in verify(client, certificate.number).content.decode()


@pytest.mark.trust("F20")
def test_a_changed_number_is_nobodys(client, archived) -> None:
    """Every single digit changed, a digit less, a digit more, and none at all."""
    number = one(archived).number
    changed = [number[:at] + ("0" if number[at] != "0" else "1") + number[at + 1 :] for at in range(len(number))]
    for wrong in [*changed, number[:-1], f"{number}0", "%", "_", "0", "\x00", "王示例", "*" * 32]:
        CertificateLookup.objects.all().delete()
        page = verify(client, wrong)
        assert (page.status_code, "certificate" in page.context) == (404, False), wrong
        assert "没有这个编号的证书。" in page.content.decode()


@pytest.mark.trust("F21")
def test_names_and_id_numbers_find_nothing(client, archived) -> None:
    member = one(archived).enrolment.member
    for wanted in (member.name, member.id_number, member.mobile, str(one(archived).pk), archived.code):
        assert verify(client, wanted).status_code == 404
        assert client.get("/verify/", {"number": wanted}, follow=True).status_code == 404


@pytest.mark.trust("F21")
def test_who_asks_for_too_many_waits(client, archived) -> None:
    """Known and unknown numbers count alike, by address; another address and a later hour go on."""
    number = one(archived).number
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for turn in range(LOOKUPS_PER_ORIGIN):
            assert verify(client, number if turn % 2 else f"{turn:032x}").status_code == (200 if turn % 2 else 404)
        slow = verify(client, number)
        assert slow.status_code == 429
        assert "请过十分钟再查" in slow.content.decode()
        assert archived.title not in slow.content.decode()
        assert verify(client, number, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429
        assert verify(client, number, REMOTE_ADDR="203.0.113.7").status_code == 200
        clock.shift(timedelta(minutes=11))
        assert verify(client, number).status_code == 200
        clock.shift(timedelta(hours=2))
        verify(client, number)
        assert CertificateLookup.objects.count() == 1


@pytest.mark.trust("F21")
def test_without_the_limit_nobody_waits(client, archived, monkeypatch) -> None:
    """Twin of the limit."""
    monkeypatch.setattr("trainings.actions.certificates.LOOKUPS_PER_ORIGIN", 10_000)
    number = one(archived).number
    assert {verify(client, number).status_code for _ in range(LOOKUPS_PER_ORIGIN + 5)} == {200}


def test_the_public_page_is_not_kept_or_listed(client, archived) -> None:
    for number in (one(archived).number, "0" * 32):
        page = verify(client, number)
        assert "no-store" in page["Cache-Control"]
        assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert client.post(reverse("trainings:verify", args=[number])).status_code == 405


def test_no_address_is_stored(client, archived) -> None:
    verify(client, one(archived).number, REMOTE_ADDR="203.0.113.7")
    assert re.fullmatch(r"[0-9a-f]{64}", CertificateLookup.objects.get().origin_digest)
