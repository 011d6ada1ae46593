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
from juxian.rules.words import SORTS, in_words, read_value

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
        (KEY, 600), (KEY, 0), ("exam.duration_minutes", 0), ("retake.days", 0), ("survey.min_group", 4),
        ("survey.reminder_days", []), ("survey.reminder_days", [3, 1]), ("survey.reminder_days", [0]),
        ("attendance.max_absence_ratio", "0/7"), ("attendance.max_absence_ratio", "7/7"),
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


def test_every_shipped_value_is_read_as_it_is_told():
    told = {key: SORTS[key].tell(row[0]) for key, row in DEFAULTS.items()}
    assert {key: read_value(key, text) for key, text in told.items()} == {key: row[0] for key, row in DEFAULTS.items()}
    assert (set(SORTS), told["hours.online_counts"]) == (set(DEFAULTS), "否")
    assert in_words("survey.reminder_days", [1, 3, 5]) == "1、3、5 天"


@time_machine.travel("2026-03-01T09:00:00+08:00")
@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        (KEY, " 70 ", 70),
        ("attendance.max_absence_ratio", "1/5", "1/5"),
        ("hours.online_counts", "是", True),
        ("survey.reminder_days", "2，4, 6", [2, 4, 6]),
    ],
)
def test_the_county_types_a_value_as_people_write_it(client, county, key, typed, stored):
    client.force_login(county)
    form = {"key": key, "value": typed, "valid_from": "2026-03-01", "source": "县委通知", "certainty": "A"}
    assert client.post(reverse("admin:rules_rule_add"), form).status_code == 302
    assert Rule.objects.get().value == stored


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        (KEY, "600", "“结业考试及格线”请写 1 到 100 的整数，如 60。"),
        ("attendance.max_absence_ratio", "8/7", "“缺课上限（占全班学时）”请写大于 0、小于 1 的分数，如 1/7。"),
        ("hours.online_counts", "true", "“网上学习计入学时”请写“是”或“否”。"),
        (
            "survey.reminder_days",
            "1, 三",
            "“测评提醒在开放后第几天”请写从小到大、不重复的天数，用逗号隔开，如 1, 3, 5。",
        ),
    ],
)
def test_the_form_says_how_to_write_a_value(client, county, key, typed, sentence):
    client.force_login(county)
    form = {"key": key, "value": typed, "valid_from": "2099-03-01", "source": "县委通知", "certainty": "A"}
    page = client.post(reverse("admin:rules_rule_add"), form)
    assert page.context["adminform"].form.errors == {"value": [sentence]}
    assert Rule.objects.count() == 0


@time_machine.travel("2026-03-01T09:00:00+08:00")
def test_the_admin_tells_values_with_their_unit(client, county):
    client.force_login(county)
    rule = put(county, 70, date(2026, 3, 1))
    for page in (reverse("admin:rules_rule_changelist"), reverse("admin:rules_rule_change", args=[rule.pk])):
        assert "70 分" in client.get(page).content.decode()
