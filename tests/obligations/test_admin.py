"""Staff see parked rows and try them again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.obligations import figures, heartbeat
from juxian.obligations.actions import retry
from juxian.obligations.models import Heartbeat, Obligation
from juxian.obligations.owe import insert_missing
from juxian.obligations.registry import Draft
from juxian.people.models import Grant
from tests.factories import GrantFactory, UserFactory
from tests.obligations.effects import drafts, plain

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]
LIST = "admin:obligations_obligation_changelist"


@pytest.fixture
def rows(kinds) -> list[Obligation]:
    """One parked, one due."""
    kinds.add(plain())
    insert_missing(drafts(1, 2))
    Obligation.objects.filter(subject_id=1).update(state="parked", attempts=5, last_error="ValueError: no")
    return list(Obligation.objects.order_by("subject_id"))


def ask(client, rows) -> object:
    form = {"action": "retry_parked", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), form, follow=True)


def states() -> list[tuple[str, int]]:
    return list(Obligation.objects.order_by("subject_id").values_list("state", "attempts"))


def test_the_county_tries_parked_rows_again(client, county, rows):
    client.force_login(county)

    page = ask(client, rows)

    assert [str(m) for m in page.context["messages"]] == ["已让 1 件重新排队，一分钟内会再办。"]
    assert states() == [("due", 0), ("due", 0)]
    entry = AuditEntry.objects.get(action="obligations.retry")
    assert (entry.actor_id, entry.subject_id, entry.body) == (
        county.pk,
        str(rows[0].pk),
        {"last_error": "ValueError: no"},
    )


def test_retrying_twice_is_once(county, rows):
    retry(obligation=rows[0], by=county)
    retry(obligation=rows[0], by=county)
    retry(obligation=rows[1], by=county)

    assert AuditEntry.objects.filter(action="obligations.retry").count() == 1


def test_an_auditor_looks_but_cannot_retry(client, rows):
    client.force_login(GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user)

    ask(client, rows)

    assert states() == [("parked", 5), ("due", 0)]
    assert client.get(reverse(LIST)).status_code == 200


def test_nobody_edits_or_deletes_the_machinery(client, county, rows):
    client.force_login(county)
    path = reverse("admin:obligations_obligation_change", args=[rows[0].pk])
    heartbeat.beat("sweep")

    assert client.get(path).status_code == 200
    assert client.post(path, {"state": "done"}).status_code == 403
    assert client.post(reverse("admin:obligations_obligation_delete", args=[rows[0].pk])).status_code == 403
    assert client.get(reverse("admin:obligations_obligation_add")).status_code == 403
    assert client.get(reverse("admin:obligations_heartbeat_changelist")).status_code == 200
    assert client.get(reverse(LIST), {"kind": "t.plain"}).status_code == 200


def test_a_piece_of_work_is_named_in_words(client, county, kinds):
    kinds.add(plain())
    insert_missing([Draft("t.plain", "people.member", 7, timezone.now(), stage=2)])
    row = Obligation.objects.get()
    heartbeat.beat("sweep")
    client.force_login(county)

    answer = client.get(reverse("admin:obligations_obligation_change", args=[row.pk]))

    assert answer.context["subtitle"] == "试：党员 7 第 2 次"
    assert ("t.plain" in answer.content.decode(), str(row)) == (False, f"试（编号 {row.pk}）")
    assert "办理到期事务" in client.get(reverse("admin:obligations_heartbeat_changelist")).content.decode()


def test_the_notice_counts_parked_rows_by_kind(rows):
    assert figures.parked() == [figures.Parked("t.plain", "试", 1)]


def test_a_heartbeat_is_one_row_that_moves(django_assert_num_queries):
    assert heartbeat.age(timezone.now()) is None
    heartbeat.beat(heartbeat.WORKER)
    with django_assert_num_queries(1):
        heartbeat.beat(heartbeat.WORKER, error="x")

    assert Heartbeat.objects.values_list("name", "last_error").get() == ("worker", "x")
    assert heartbeat.age(timezone.now()).total_seconds() < 60
