"""One-time slips: made by clerks, used once by the member, guessed by nobody."""

from datetime import timedelta
from math import log2

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.people import codes
from juxian.people.actions import TOO_MANY_TRIES, WRONG_SLIP, activate, forget_tries, make_slips
from juxian.people.models import ActivationSlip, ActivationTry, Member, User
from tests.factories import BranchFactory, MemberFactory, UserFactory
from tests.races.threads import together

PASSWORD = "Maque-feiguo-7"
ACTIVATE = reverse("people:activate")


@pytest.fixture
def newcomer(town) -> Member:
    return MemberFactory(name="示例·新", branch=BranchFactory(town=town))


@pytest.fixture
def printed(newcomer, clerk):
    return make_slips(members=[newcomer], by=clerk)[0]


def use(code: str, name: str = "示例·新", password: str = PASSWORD, origin: str = "here") -> User:
    return activate(code=code, name=name, password=password, origin=origin)


def refusal(**kwargs) -> str:
    with pytest.raises(ValidationError) as caught:
        use(**kwargs)
    return caught.value.messages[0]


# Codes -------------------------------------------------------------------------------------------
def test_code_is_long_enough_and_readable():
    assert len(codes.new_code()) * log2(len(codes.ALPHABET)) >= 48
    assert set("01OIL") & set(codes.ALPHABET) == set()
    assert len({codes.new_code() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "typed", ["abcde-fghjk", "ABCDEFGHJK", " abcde fghjk ", "ａｂｃｄｅ－ｆｇｈｊｋ", "ABCDE—FGHJK"]
)
def test_code_may_be_typed_in_any_way(typed):
    assert codes.code_digest(typed) == codes.code_digest("ABCDE-FGHJK")


def test_origin_is_a_digest_and_ipv6_counts_by_network(rf):
    def origin(address: str) -> str:
        return codes.origin_digest(rf.get("/", REMOTE_ADDR=address))

    assert origin("2001:db8:1:2::1") == origin("2001:db8:1:2:ffff::9")
    assert origin("2001:db8:1:3::1") != origin("2001:db8:1:2::1")
    assert origin("192.0.2.1") != origin("192.0.2.2")
    assert len(origin("192.0.2.1")) == 64


# Making ------------------------------------------------------------------------------------------
def test_slip_keeps_only_a_digest(printed, newcomer):
    slip, code = printed
    row = ActivationSlip.objects.values().get()
    assert (len(code), code[5]) == (11, "-")
    assert [value for value in row.values() if codes.normalised(code) in codes.normalised(str(value))] == []
    assert slip.username == row["username"]
    assert row["expires_at"] - row["made_at"] == pytest.approx(timedelta(days=14), abs=timedelta(seconds=5))
    assert code not in str(list(AuditEntry.objects.values()))


def test_new_slip_cancels_the_earlier_and_keeps_the_name(printed, newcomer, clerk):
    again = make_slips(members=[newcomer], by=clerk)[0]
    assert again.slip.username == printed.slip.username
    assert refusal(code=printed.code) == WRONG_SLIP
    assert use(again.code).username == printed.slip.username


def test_sheet_costs_the_same_for_any_number(newcomer, clerk, django_assert_num_queries):
    assert not clerk.is_county  # grants are read once per request
    people = list(Member.objects.select_related("branch__town", "user"))
    with django_assert_num_queries(8):
        make_slips(members=people, by=clerk)
    MemberFactory.create_batch(4, branch=newcomer.branch)
    people = list(Member.objects.select_related("branch__town", "user"))
    with django_assert_num_queries(8):
        assert len({slip.username for slip, _ in make_slips(members=people, by=clerk)}) == 5
    assert AuditEntry.objects.count() == 2


# Using -------------------------------------------------------------------------------------------
def test_slip_opens_an_account_and_is_used_up(printed, newcomer):
    user = use(printed.code.lower(), name=" 示例•新 ")
    newcomer.refresh_from_db()
    assert (newcomer.user, user.username, user.name) == (user, printed.slip.username, "示例·新")
    assert user.username[:2] == "dy"
    assert len(user.username) == 8
    assert user.password.startswith("argon2$argon2id$")
    assert ActivationTry.objects.count() == 0
    assert AuditEntry.objects.first().action == "people.account_opened"
    assert refusal(code=printed.code) == WRONG_SLIP
    assert User.objects.filter(member=newcomer).count() == 1


def test_taken_name_is_replaced(printed, newcomer):
    UserFactory(username=printed.slip.username)
    assert use(printed.code).username != printed.slip.username


def test_slip_of_an_opened_account_resets_the_password(newcomer, clerk):
    newcomer.user = UserFactory(username="dy000001", must_change_password=True)
    newcomer.save()
    code = make_slips(members=[newcomer], by=clerk)[0].code
    user = use(code)
    assert (user.pk, user.username, user.must_change_password) == (newcomer.user_id, "dy000001", False)
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert AuditEntry.objects.first().action == "people.password_reset_by_slip"


def test_wrong_expired_cancelled_and_others_name_read_the_same(printed, newcomer, clerk):
    assert refusal(code="AAAAA-AAAAA") == WRONG_SLIP
    assert refusal(code=printed.code, name="示例乙") == WRONG_SLIP
    assert refusal(code="") == WRONG_SLIP
    with time_machine.travel(timezone.now() + timedelta(days=14, seconds=1)):
        assert refusal(code=printed.code) == WRONG_SLIP
    Member.objects.filter(pk=newcomer.pk).update(left_on=timezone.localdate())
    assert refusal(code=printed.code) == WRONG_SLIP
    assert User.objects.filter(member=newcomer).count() == 0


@pytest.mark.parametrize("password", ["shilixin-2026", "示例·新hao-12345", "kurz", "1234567890123", "password123"])
def test_weak_password_is_refused_and_the_slip_stays(printed, newcomer, password):
    assert refusal(code=printed.code, password=password) != WRONG_SLIP
    assert use(printed.code).pk


def test_password_of_own_digits_is_refused(printed, newcomer):
    assert "身份证号" in refusal(code=printed.code, password=f"Hao-{newcomer.id_number[-6:]}-ba")
    assert "手机号" in refusal(code=printed.code, password=f"Hao-{newcomer.mobile[2:8]}-ba")


# Accounts that hold rights ------------------------------------------------------------------------
def test_clerk_cannot_take_over_an_account_with_rights(newcomer, clerk, county):
    newcomer.user = county
    newcomer.save()
    with pytest.raises(ValidationError, match="工作人员"):
        make_slips(members=[newcomer], by=clerk)
    assert use(make_slips(members=[newcomer], by=county)[0].code) == county


def test_slip_made_before_the_rights_came_opens_nothing(printed, newcomer, county):
    newcomer.user = county
    newcomer.save()
    assert refusal(code=printed.code) == WRONG_SLIP
    assert User.objects.get(pk=county.pk).password == county.password


def test_account_that_was_stopped_stays_stopped(newcomer, clerk):
    newcomer.user = UserFactory()
    newcomer.save()
    code = make_slips(members=[newcomer], by=clerk)[0].code
    User.objects.filter(pk=newcomer.user_id).update(is_active=False)
    assert refusal(code=code) == WRONG_SLIP
    newcomer.user.is_active = False
    with pytest.raises(ValidationError, match="已停用"):
        make_slips(members=[newcomer], by=clerk)


# Guessing ----------------------------------------------------------------------------------------
def test_ten_tries_in_fifteen_minutes_from_one_place(printed):
    assert [refusal(code="AAAAA-AAAAA") for _ in range(10)] == [WRONG_SLIP] * 10
    assert refusal(code=printed.code) == TOO_MANY_TRIES
    assert use(printed.code, origin="elsewhere").pk


def test_place_may_try_again_after_a_while(printed):
    for _ in range(11):
        refusal(code="AAAAA-AAAAA")
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert use(printed.code).pk


def test_all_places_together_have_a_limit(printed, monkeypatch):
    monkeypatch.setattr("juxian.people.actions.TRIES_IN_ALL", 3)
    for place in range(3):
        assert refusal(code="AAAAA-AAAAA", origin=f"place {place}") == WRONG_SLIP
    assert refusal(code=printed.code, origin="elsewhere") == TOO_MANY_TRIES


def test_old_tries_are_forgotten(db):
    now = timezone.now()
    ActivationTry.objects.create(at=now - timedelta(days=2), origin_digest="a")
    ActivationTry.objects.create(at=now, origin_digest="b")
    assert forget_tries(now=now) == 1
    assert ActivationTry.objects.get().origin_digest == "b"


@pytest.mark.django_db(transaction=True)
def test_limit_holds_when_many_try_at_once(printed):
    answers = together(*[lambda: [refusal(code="AAAAA-AAAAA") for _ in range(2)]] * 8)
    assert sum(pair.count(WRONG_SLIP) for pair in answers) <= 10
    assert [len(pair) for pair in answers] == [2] * 8


# The page ----------------------------------------------------------------------------------------
def post(client: Client, code: str, **more):
    data = {"code": code, "name": "示例·新", "new_password": PASSWORD, "new_password_again": PASSWORD}
    return client.post(ACTIVATE, {**data, **more})


def test_page_opens_account_and_signs_in(client, printed, newcomer):
    assert client.get(ACTIVATE).status_code == 200
    answer = post(client, printed.code)
    newcomer.refresh_from_db()
    assert answer.url == "/me/"
    assert client.session["_auth_user_id"] == str(newcomer.user_id)
    again = Client()
    again.post(reverse("login"), {"username": newcomer.user.username, "password": PASSWORD})
    assert again.session["_auth_user_id"] == str(newcomer.user_id)


def test_page_says_where(client, printed):
    assert post(client, "AAAAAAAAAA").context["form"].non_field_errors() == [WRONG_SLIP]
    assert list(post(client, printed.code, new_password_again="x").context["form"].errors) == ["new_password_again"]
    weak = post(client, printed.code, new_password="kurz", new_password_again="kurz")
    assert list(weak.context["form"].errors) == ["new_password"]


def test_page_limits_and_keeps_no_password(client, printed):
    statuses = [post(client, "AAAAAAAAAA").status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert PASSWORD not in post(client, "AAAAAAAAAA").content.decode()


def test_page_is_never_cached(client, db):
    assert "no-store" in client.get(ACTIVATE)["Cache-Control"]
