"""Versions of the standard: copied, changed as drafts, published for a day; the published stay as they are."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from centres.actions.evidence import Days, add_file
from centres.actions.standards import copy_standard, publish_standard
from centres.evidence import FRESH, standings
from centres.models import Standard, StandardItem
from centres.models.standards import FROZEN
from juxian.audit.models import AuditEntry
from juxian.county.load import load_county
from tests.centres.evidence_files import photo_file, standard_from
from tests.factories import CentreFactory

pytestmark = pytest.mark.django_db
OLD = date(2021, 1, 1)
LIST = "/admin/centres/standard/"


@pytest.fixture
def old() -> Standard:
    return standard_from(OLD, "zone-office", "have-flag")


def day(offset: int) -> date:
    return timezone.localdate() + timedelta(days=offset)


def keys(standard: Standard) -> list[str]:
    return list(standard.items.order_by("order").values_list("key", flat=True))


def test_the_newest_published_that_has_begun_is_in_force(old) -> None:
    assert Standard.objects.in_force(date(2020, 12, 31)) is None
    new = standard_from(date(2025, 1, 1), "a")
    Standard.objects.create(label="草稿", valid_from=date(2025, 6, 1), source="x")
    standard_from(day(1), "b")
    found = [Standard.objects.in_force(on) for on in (OLD, date(2024, 12, 31), date(2025, 1, 1), day(0))]
    assert found == [old, old, new, new]


def test_a_copy_is_a_draft_with_the_same_keys(old, county) -> None:
    draft = copy_standard(standard=old, by=county)
    assert (draft.state, draft.valid_from, keys(draft)) == ("draft", None, ["zone-office", "have-flag"])
    assert copy_standard(standard=old, by=county) == draft
    assert AuditEntry.objects.filter(action="centres.standard_copy").count() == 1
    assert StandardItem.objects.count() == 4


def test_published_it_counts_from_its_day(old, county) -> None:
    draft = copy_standard(standard=old, by=county)
    for _ in range(2):
        publish_standard(standard=draft, valid_from=day(10), by=county)
    draft.refresh_from_db()
    assert (draft.state, draft.published_at is not None) == ("published", True)
    assert [Standard.objects.in_force(day(offset)) for offset in (0, 9, 10)] == [old, old, draft]
    assert AuditEntry.objects.filter(action="centres.standard_publish").count() == 1


@pytest.mark.parametrize(
    ("valid_from", "sentence"),
    [
        (None, "请先填从哪一天起按这一版，再发布。"),
        (OLD, "2021-01-01 起已有一版，请换一天。"),
        (date(2025, 5, 1), "2025-05-01 已经过去，那以后用的是另一版。请填今天或以后的日期。"),
        (date(2020, 5, 1), "2020-05-01 已经过去，那以后用的是另一版。请填今天或以后的日期。"),
    ],
)
def test_a_day_on_which_another_version_was_used_is_refused(old, county, valid_from, sentence) -> None:
    draft = copy_standard(standard=old, by=county)
    with pytest.raises(ValidationError) as refusal:
        publish_standard(standard=draft, valid_from=valid_from, by=county)
    assert refusal.value.messages == [sentence]
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_an_empty_draft_is_not_published_and_the_first_version_may_lie_in_the_past(county) -> None:
    draft = Standard.objects.create(label="四区六有", source="x")
    with pytest.raises(ValidationError, match="还没有条目"):
        publish_standard(standard=draft, valid_from=OLD, by=county)
    StandardItem.objects.create(standard=draft, key="a", group="四区", name="甲", order=1)
    assert publish_standard(standard=draft, valid_from=OLD, by=county).valid_from == OLD


def test_only_the_county_makes_versions(old, clerk) -> None:
    with pytest.raises(PermissionDenied):
        copy_standard(standard=old, by=clerk)
    with pytest.raises(PermissionDenied):
        publish_standard(standard=old, valid_from=day(1), by=clerk)


def test_a_published_version_is_frozen(old, county) -> None:
    for row in (old, old.items.first(), StandardItem(standard=old, key="b", group="六有", name="b", order=9)):
        with pytest.raises(ValidationError) as refusal:
            row.full_clean()
        assert refusal.value.messages == [FROZEN]
    copy_standard(standard=old, by=county).items.first().full_clean()


@pytest.mark.parametrize("broken", [{"state": "published"}, {"state": "published", "valid_from": OLD}])
def test_the_database_wants_the_dates_of_what_is_published(broken) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Standard.objects.create(label="x", source="x", **broken)


def test_keys_and_weights_are_checked(old) -> None:
    for wrong in ({"key": "zone-office", "name": "b"}, {"key": "b", "name": "b", "weight": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StandardItem.objects.create(standard=old, group="四区", order=9, **wrong)


def test_evidence_lasts_into_a_version_with_the_same_key(old, county, clerk, town) -> None:
    centre = CentreFactory(town=town)
    add_file(centre=centre, item=old.items.get(key="zone-office"), upload=photo_file(), days=Days(), by=clerk)
    draft = copy_standard(standard=old, by=county)
    draft.items.filter(key="have-flag").delete()
    StandardItem.objects.create(standard=draft, key="fresh", group="六有", name="新的", order=9)
    publish_standard(standard=draft, valid_from=day(0), by=county)
    assert keys(old) == ["zone-office", "have-flag"]  # last year's stays what it was
    assert standings([centre], day(0))[centre.pk, "zone-office"].state == FRESH


def test_shipped_items_say_what_to_do() -> None:
    load_county()
    items = list(Standard.objects.get().items.order_by("order"))
    assert [item.group for item in items] == ["四区"] * 4 + ["六有"] * 8
    assert [item.name for item in items if not item.text or not item.guidance] == []
    assert {(item.weight, item.need) for item in items} == {(1, "must")}
    assert len({item.key for item in items}) == 12


def test_items_of_before_texts_existed_get_theirs_and_the_countys_words_stay() -> None:
    load_county()
    StandardItem.objects.filter(key="zone-office").update(text="", guidance="", evidence="statement")
    StandardItem.objects.filter(key="have-flag").update(text="县里的话")
    load_county()
    found = dict(StandardItem.objects.values_list("key", "text"))
    assert (found["zone-office"][:3], found["have-flag"]) == ("有固定", "县里的话")
    assert StandardItem.objects.get(key="zone-office").evidence == "photo"


# The admin -------------------------------------------------------------------------------------------
def act(client, name: str, *rows: Standard):
    return client.post(LIST, {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True)


def test_the_county_copies_changes_and_publishes(client, old, county) -> None:
    client.force_login(county)
    page = act(client, "copy", old)
    draft = Standard.objects.get(state="draft")
    assert page.redirect_chain == [(f"{LIST}{draft.pk}/change/", 302)]
    formset = page.context["inline_admin_formsets"][0].formset
    sent = {"label": "四区七有", "valid_from": str(day(3)), "source": "新文件", "_save": "1"}
    sent |= {
        f"{formset.prefix}-{name}": formset.management_form[name].value() for name in formset.management_form.fields
    }
    for form in formset.initial_forms:
        sent |= {form.add_prefix(name): form[name].value() or "" for name in form.fields if name != "DELETE"}
    sent[f"{formset.prefix}-0-text"] = "新的要求"
    assert client.post(f"{LIST}{draft.pk}/change/", sent).status_code == 302
    act(client, "publish", draft)
    draft.refresh_from_db()
    assert (draft.label, draft.state, draft.valid_from) == ("四区七有", "published", day(3))
    assert draft.items.get(key="zone-office").text == "新的要求"
    assert old.items.get(key="zone-office").text == "要求"


def test_what_cannot_be_published_says_why(client, old, county) -> None:
    client.force_login(county)
    draft = copy_standard(standard=old, by=county)
    page = act(client, "publish", draft)
    assert "请先填从哪一天起按这一版，再发布。" in page.content.decode()
    page = act(client, "copy", old, draft)
    assert "请只选一版来复制。" in page.content.decode()


def test_a_published_version_is_only_read(client, old, county) -> None:
    client.force_login(county)
    url = f"{LIST}{old.pk}/change/"
    assert client.get(url).context["has_change_permission"] is False
    assert client.post(url, {"label": "改了"}).status_code == 403
    old.refresh_from_db()
    assert old.label == "四区六有"
    draft = copy_standard(standard=old, by=county)
    assert client.get(f"{LIST}{draft.pk}/change/").context["has_change_permission"] is True
