"""Dated settings: a past day keeps its value."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from juxian.audit.models import AuditEntry
from juxian.rules.actions import set_value, withdraw
from juxian.rules.lookup import DEFAULTS, value
from juxian.rules.models import Rule

pytestmark = [pytest.mark.django_db, pytest.mark.db_engine]
KEY = "exam.pass_mark"


def put(county, mark: object, day: date, key: str = KEY, to: date | None = None) -> Rule:
    return set_value(by=county, key=key, value=mark, valid_from=day, valid_to=to, source="县委通知", certainty="A")


@time_machine.travel("2026-03-01T09:00:00+08:00")
def test_a_past_day_keeps_the_value_it_had(county):
    put(county, 70, date(2026, 3, 1))
    put(county, 80, date(2026, 9, 1))

    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 8, 31), date(2026, 9, 1), date(2030, 1, 1)]
    assert [value(KEY, day) for day in days] == [60, 70, 70, 80, 80]


@time_machine.travel("2026-03-01T09:00:00+08:00")
def test_a_value_for_a_time_gives_way_to_the_one_before(county):
    put(county, 70, date(2026, 3, 1))
    put(county, 50, date(2026, 5, 1), to=date(2026, 6, 1))

    assert [value(KEY, date(2026, month, 1)) for month in (4, 5, 6)] == [70, 50, 70]


@time_machine.travel("2026-03-01T00:30:00+08:00")
def test_the_past_cannot_be_changed(county):
    with pytest.raises(ValidationError) as refusal:
        put(county, 70, date(2026, 2, 28))
    rule = put(county, 70, date(2026, 3, 1))
    with pytest.raises(ValidationError) as kept:
        withdraw(by=county, rule=rule)

    assert (refusal.value.code, kept.value.code, Rule.objects.count()) == ("past", "past", 1)


@time_machine.travel("2026-03-01T09:00:00+08:00")
def test_setting_twice_is_once_and_another_value_that_day_is_refused(county):
    first = put(county, 70, date(2026, 4, 1))
    again = put(county, 70, date(2026, 4, 1))
    with pytest.raises(ValidationError) as refusal:
        put(county, 75, date(2026, 4, 1))

    assert (again.pk, refusal.value.code) == (first.pk, "taken")
    assert AuditEntry.objects.filter(action="rules.set").count() == 1


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        (KEY, "60"), (KEY, -1), (KEY, True), (KEY, 1.5), (KEY, None),
        ("survey.reminder_days", 3), ("survey.reminder_days", [1, "3"]), ("survey.reminder_days", [-1]),
        ("attendance.max_absence_ratio", 0.2), ("attendance.max_absence_ratio", "1/0"),
        ("attendance.max_absence_ratio", "8/7"), ("attendance.max_absence_ratio", "七分之一"),
        ("hours.online_counts", 1), ("hours.online_counts", "true"), ("no.such", 1),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_sort_is_refused(county, key, bad):
    with pytest.raises(ValidationError):
        put(county, bad, date(2099, 1, 1), key=key)
    assert Rule.objects.count() == 0


def test_every_shipped_value_passes_its_own_check(county):
    for number, (key, row) in enumerate(DEFAULTS.items()):
        assert put(county, row[0], date(2099, 1, 1), key=key).pk, number


@time_machine.travel("2026-03-01T09:00:00+08:00")
def test_the_county_sets_a_value_in_the_admin_but_edits_none(client, county):
    client.force_login(county)
    form = {"key": KEY, "value": "70", "valid_from": "2026-03-01", "source": "县委通知", "certainty": "A"}

    page = client.post(reverse("admin:rules_rule_add"), form)
    past = client.post(reverse("admin:rules_rule_add"), form | {"valid_from": "2026-02-01"})
    rule = Rule.objects.get()
    edit = client.post(reverse("admin:rules_rule_change", args=[rule.pk]), form | {"value": "90"})
    gone = client.post(reverse("admin:rules_rule_delete", args=[rule.pk]), {"post": "yes"})

    assert (page.status_code, past.status_code, edit.status_code, gone.status_code) == (302, 200, 403, 403)
    assert Rule.objects.values_list("value", "label", "unit").get() == (70, "结业考试及格线", "分")
    assert client.get(reverse("admin:rules_rule_changelist")).status_code == 200


@time_machine.travel("2026-03-01T09:00:00+08:00")
def test_a_row_ahead_can_be_taken_back(client, county):
    client.force_login(county)
    rule = put(county, 70, date(2026, 4, 1))

    page = client.post(reverse("admin:rules_rule_delete", args=[rule.pk]), {"post": "yes"})

    assert (page.status_code, Rule.objects.count()) == (302, 0)
    assert AuditEntry.objects.filter(action="rules.withdraw").count() == 1
