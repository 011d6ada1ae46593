"""The inboxes: whose messages, in which order, and that only opening marks them read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from juxian.messages.actions import tell
from juxian.messages.models import InboxMessage
from tests.factories import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member):
    return tell(to=member, key="m1", title="请您评课", body="匿名填写。", link="/me/trainings/")


@pytest.fixture
def desk_letter(town):
    return tell(to=town, key="t1", title="班次已批准", body="可以开始报名。", link="/town/trainings/")


def is_read(message) -> bool:
    return InboxMessage.objects.get(pk=message.pk).is_read


def test_a_member_opens_a_message_and_it_is_read(client, member, letter):
    client.force_login(member.user)

    assert client.get(reverse("inbox:me-list")).status_code == 200
    page = client.get(reverse("inbox:me-detail", args=[letter.pk]))
    assert is_read(letter) is False  # looking changes nothing
    opened = client.post(reverse("inbox:me-open", args=[letter.pk]))

    assert 'href="/me/trainings/"' in page.content.decode()
    assert (opened.status_code, opened["Location"]) == (302, reverse("inbox:me-detail", args=[letter.pk]))
    assert is_read(letter) is True


def test_unread_ones_come_first(client, member):
    first, second, third = (tell(to=member, key=f"k{n}", title=f"第{n}条", body="") for n in range(3))
    InboxMessage.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=9))
    InboxMessage.objects.filter(pk=third.pk).update(read_at=timezone.now())
    client.force_login(member.user)

    page = client.get(reverse("inbox:me-list"))

    assert [m.pk for m in page.context["page"]] == [second.pk, first.pk, third.pk]
    assert page.context["unread"] == 2


def test_all_at_once_marks_only_the_members_own(client, member, letter, desk_letter):
    other = tell(to=MemberFactory(), key="o1", title="别人的", body="")
    client.force_login(member.user)

    client.post(reverse("inbox:me-read-all"))

    assert [is_read(m) for m in (letter, desk_letter, other)] == [True, False, False]


@pytest.mark.parametrize(("name", "method"), [("me-detail", "get"), ("me-open", "post")])
def test_another_members_message_is_not_there(client, member, letter, name, method):
    stranger = MemberFactory(user=UserFactory(username="stranger"))
    client.force_login(stranger.user)

    assert getattr(client, method)(reverse(f"inbox:{name}", args=[letter.pk])).status_code == 404
    assert is_read(letter) is False


def test_a_clerk_reads_the_desk(client, clerk, desk_letter, letter):
    client.force_login(clerk)

    page = client.get(reverse("inbox:town-list"))
    shown = client.get(reverse("inbox:town-detail", args=[desk_letter.pk]))
    client.post(reverse("inbox:town-open", args=[desk_letter.pk]))

    assert [m.pk for m in page.context["page"]] == [desk_letter.pk]
    assert shown.status_code == 200
    assert is_read(desk_letter) is True


@pytest.mark.parametrize(("name", "method"), [("town-detail", "get"), ("town-open", "post")])
def test_another_towns_desk_is_not_there(client, other_clerk, desk_letter, name, method):
    client.force_login(other_clerk)

    assert getattr(client, method)(reverse(f"inbox:{name}", args=[desk_letter.pk])).status_code == 404
    assert is_read(desk_letter) is False


def test_the_county_lists_own_messages_and_may_open_a_desks_without_ticking_off(client, county, desk_letter):
    own = tell(to=county, key="c1", title="给您的", body="")
    client.force_login(county)
    assert [m.pk for m in client.get(reverse("inbox:town-list")).context["page"]] == [own.pk]

    assert client.get(reverse("inbox:town-detail", args=[desk_letter.pk])).status_code == 200
    client.post(reverse("inbox:town-open", args=[desk_letter.pk]))
    client.post(reverse("inbox:town-read-all"))

    assert is_read(desk_letter) is False


def test_doors_are_for_their_people(client, member, clerk, letter, desk_letter):
    paths = {
        "me": [reverse("inbox:me-list"), reverse("inbox:me-detail", args=[letter.pk])],
        "town": [reverse("inbox:town-list"), reverse("inbox:town-detail", args=[desk_letter.pk])],
    }
    posts = {
        "me": [reverse("inbox:me-open", args=[letter.pk]), reverse("inbox:me-read-all")],
        "town": [reverse("inbox:town-open", args=[desk_letter.pk]), reverse("inbox:town-read-all")],
    }
    for path in paths["me"] + paths["town"]:
        assert client.get(path)["Location"].startswith("/login/")
    for path in posts["me"] + posts["town"]:
        assert client.post(path)["Location"].startswith("/login/")
        client.force_login(clerk)
        assert client.get(path).status_code == 405
        client.logout()
    client.force_login(clerk)
    assert {client.get(path).status_code for path in paths["me"]} == {403}
    assert {client.post(path).status_code for path in posts["me"]} == {403}
    client.force_login(member.user)
    assert {client.get(path).status_code for path in paths["town"]} == {403}
    assert {client.post(path).status_code for path in posts["town"]} == {403}


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same_for_one_and_three(client, member, clerk, town, django_assert_num_queries, number):
    for n in range(number):
        tell(to=member, key=f"m{n}", title="题", body="文")
        tell(to=town, key=f"t{n}", title="题", body="文")

    client.force_login(member.user)
    with django_assert_num_queries(8):
        client.get(reverse("inbox:me-list"))
    client.force_login(clerk)
    with django_assert_num_queries(8):
        client.get(reverse("inbox:town-list"))


def test_empty_inboxes_say_what_comes(client, member, clerk):
    client.force_login(member.user)
    assert "还没有消息" in client.get(reverse("inbox:me-list")).content.decode()
    client.force_login(clerk)
    assert "还没有消息" in client.get(reverse("inbox:town-list")).content.decode()


def test_the_admin_shows_messages_and_copies_to_read(client, county, desk_letter, settings):
    settings.OUTBOUND_CHANNELS = ["console"]
    sent = tell(to=desk_letter.town, key="t2", title="第二条", body="").sends.get()
    client.force_login(county)
    for model, row in (("inboxmessage", desk_letter), ("outboundsend", sent)):
        assert client.get(reverse(f"admin:inbox_{model}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:inbox_{model}_change", args=[row.pk])).status_code == 200
        assert client.get(reverse(f"admin:inbox_{model}_add")).status_code == 403


def test_the_county_sees_that_a_members_letter_was_sent_and_not_its_text(
    client, county, letter, desk_letter, other_clerk
):
    private = tell(to=other_clerk, key="u1", title="写给用户", body="只给他。")
    client.force_login(county)

    rows = client.get(reverse("admin:inbox_inboxmessage_changelist")).context["cl"].result_list
    page = client.get(reverse("admin:inbox_inboxmessage_change", args=[letter.pk]))
    desk_page = client.get(reverse("admin:inbox_inboxmessage_change", args=[desk_letter.pk]))

    assert {row.pk for row in rows} == {letter.pk, desk_letter.pk}  # every row of the list opens
    assert (page.status_code, letter.title in page.content.decode()) == (200, True)
    assert (letter.body in page.content.decode(), desk_letter.body in desk_page.content.decode()) == (False, True)
    assert client.get(reverse("admin:inbox_inboxmessage_change", args=[private.pk])).status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_the_admins_list_of_letters_costs_the_same(client, county, town, number, django_assert_num_queries):
    for index in range(number):
        tell(to=MemberFactory(), key=f"m{index}", title="请您评课", body="匿名。")
        tell(to=UserFactory(), key=f"u{index}", title="欢迎", body="匿名。")
    client.force_login(county)
    with django_assert_num_queries(9):
        assert client.get(reverse("admin:inbox_inboxmessage_changelist")).status_code == 200


@pytest.fixture
def outsider(db):
    """A lecturer or judge from outside: neither staff nor member."""
    return UserFactory(username="outsider")


def test_who_is_neither_staff_nor_member_has_a_plain_inbox(client, outsider, letter, desk_letter):
    own = tell(to=outsider, key="u1", title="请您授课", body="来不了请早些告诉镇里。", link="/teach/")
    client.force_login(outsider)

    page = client.get(reverse("inbox:own-list"))
    shown = client.get(reverse("inbox:own-detail", args=[own.pk])).content.decode()

    assert [m.pk for m in page.context["page"]] == [own.pk]
    assert f'href="{reverse("inbox:own-list")}"' in page.content.decode()
    assert "消息 1" in page.content.decode()
    assert ('href="/teach/"' in shown, is_read(own)) == (True, False)
    client.post(reverse("inbox:own-open", args=[own.pk]))
    assert is_read(own) is True


@pytest.mark.parametrize(("name", "method"), [("own-detail", "get"), ("own-open", "post")])
def test_nobody_reads_others_letters_there(client, outsider, letter, desk_letter, name, method):
    client.force_login(outsider)

    for one in (letter, desk_letter, tell(to=UserFactory(username="third"), key="x1", title="别人的", body="")):
        assert getattr(client, method)(reverse(f"inbox:{name}", args=[one.pk])).status_code == 404
        assert is_read(one) is False


def test_all_at_once_there_marks_only_own_ones(client, outsider, letter, desk_letter):
    own = tell(to=outsider, key="u2", title="请您评审", body="")
    client.force_login(outsider)

    client.post(reverse("inbox:own-read-all"))

    assert [is_read(m) for m in (own, letter, desk_letter)] == [True, False, False]
