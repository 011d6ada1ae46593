"""County and auditors read the log; nobody writes it there."""

import pytest
from django.urls import reverse

from juxian.audit import log
from juxian.audit.chain import seal
from juxian.audit.models import AuditEntry
from juxian.people.models import Grant
from tests.factories import GrantFactory, TownFactory, UserFactory


@pytest.fixture
def auditor(db):
    return GrantFactory(user=UserFactory(username="auditor"), kind=Grant.Kind.AUDITOR).user


def entry(number: int) -> AuditEntry:
    return log.record(by=None, action="people.test", subject=TownFactory(), summary=f"第{number}件")


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number(client, auditor, rows, django_assert_num_queries):
    for number in range(rows):
        entry(number)
    seal(None)
    client.force_login(auditor)
    with django_assert_num_queries(8):
        answer = client.get(reverse("admin:audit_auditentry_changelist"))
    assert answer.context["cl"].result_count == rows


@pytest.mark.parametrize("query", ["app=people", "sealed=no", "sealed=yes", "q=第1件"])
def test_filters_open(client, auditor, query):
    entry(1)
    client.force_login(auditor)
    answer = client.get(f"{reverse('admin:audit_auditentry_changelist')}?{query}")
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == (0 if query == "sealed=yes" else 1)


def test_nobody_adds_changes_or_deletes(client, county):
    row = entry(1)
    client.force_login(county)
    assert client.get(reverse("admin:audit_auditentry_add")).status_code == 403
    assert client.post(reverse("admin:audit_auditentry_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:audit_auditentry_change", args=[row.pk]), {"summary": "x"}).status_code == 403
    assert client.get(reverse("admin:audit_auditentry_change", args=[row.pk])).status_code == 200
    assert AuditEntry.objects.get(pk=row.pk).summary == "第1件"
