"""The brand of a town: a draft, then submit; the county approves or returns. A change is a new revision."""

from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import Brand, BrandRevision, BrandTheme, TeachingPoint
from centres.seen import must_be_seen
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import Town, User
from juxian.people.rights import must_decide, must_run, need_text

State = BrandRevision.State
PAGE = "/town/centre/brand/"
SENT = "已经送审，县里批复前不能改。要改先撤回。"


class BrandFields(TypedDict, total=False):
    """What a revision says."""

    theme: BrandTheme | None
    slogan: str
    story: str
    key_point: TeachingPoint | None


def locked_brand(brand: Brand) -> Brand:
    """The brand, locked until the transaction ends: whoever changes a revision or marks a key comes through here."""
    row: Brand = Brand.objects.select_for_update(of=("self",)).select_related("town").get(pk=brand.pk)
    return row


def _locked(revision: BrandRevision) -> BrandRevision:
    """The revision as it is now, with its brand locked."""
    brand = locked_brand(revision.brand)
    row: BrandRevision = BrandRevision.objects.select_related("theme", "key_point").get(pk=revision.pk)
    row.brand = brand
    return row


@transaction.atomic
def open_revision(*, town: Town, by: User) -> BrandRevision:
    """The draft of the town's brand: the open one, else a new one that says what the newest said."""
    must_run(by, town)
    brand, _ = Brand.objects.get_or_create(town=town)
    brand = locked_brand(brand)
    newest: BrandRevision | None = BrandRevision.objects.filter(brand=brand).order_by("-number").first()
    if newest and newest.state == State.SUBMITTED:
        raise ValidationError(SENT, code="state")
    if newest and newest.state == State.DRAFT:
        return newest
    said = {name: getattr(newest, name) for name in BrandRevision.SAID} if newest else {}
    draft = BrandRevision.objects.create(brand=brand, number=newest.number + 1 if newest else 1, **said)
    record(by=by, action="centres.brand_open", subject=draft, summary=f"起草{draft}", town_code=town.code)
    return draft


@transaction.atomic
def save_revision(
    *, revision: BrandRevision, by: User, seen: str | None = None, **fields: Unpack[BrandFields]
) -> BrandRevision:
    """Change a draft; the same again changes nothing. `seen`: which words the form showed."""
    row = _locked(revision)
    must_run(by, row.brand.town)
    if row.state != State.DRAFT:
        raise ValidationError(f"{row}是“{row.get_state_display()}”，不能再改。", code="state")
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if not changed:
        return row
    must_be_seen(seen, row.words)
    for name in changed:
        setattr(row, name, fields[name])  # type: ignore[literal-required]  # its own keys
    _must_fit(row)
    row.full_clean()
    row.save(update_fields=changed)
    record(by=by, action="centres.brand_save", subject=row, summary=f"修改{row}", town_code=row.brand.town.code)
    return row


@transaction.atomic
def save_draft(*, town: Town, by: User, seen: str | None = None, **fields: Unpack[BrandFields]) -> BrandRevision:
    """What the form of a town sends: opens the draft where there is none, and changes it."""
    return save_revision(revision=open_revision(town=town, by=by), by=by, seen=seen, **fields)


def _must_fit(row: BrandRevision) -> None:
    """The theme is one in use, the point one of the own centre."""
    if row.theme and not row.theme.is_active:
        raise ValidationError({"theme": "这个类别还没有启用，请选县里已命名的类别。"})
    if row.key_point and row.key_point.centre.town_id != row.brand.town_id:
        raise ValidationError({"key_point": "重点教学点要是本镇街中心的。"})


def lacking(row: BrandRevision) -> list[str]:
    """What a draft still needs before it can be sent, as sentences."""
    asked = (
        (row.theme, "还没有选类别。"),
        (row.slogan.strip(), "还没有写品牌口号。"),
        (row.story.strip(), "还没有写品牌由来。"),
        (row.key_point, "还没有选重点教学点；中心没有教学点的，先在“基本情况”里登记。"),
    )
    return [sentence for given, sentence in asked if not given]


@transaction.atomic
def submit_revision(*, revision: BrandRevision, by: User) -> BrandRevision:
    """Send the draft to the county; refused with everything it lacks."""
    row = _locked(revision)
    must_run(by, row.brand.town)
    if row.state == State.SUBMITTED:
        return row
    if row.state != State.DRAFT:
        raise ValidationError(f"{row}是“{row.get_state_display()}”，不能送审。要改先新起一版。", code="state")
    if missing := lacking(row):
        raise ValidationError(missing, code="missing")
    _must_fit(row)
    row.state, row.submitted_by, row.submitted_at = State.SUBMITTED, by, timezone.now()
    row.save(update_fields=["state", "submitted_by", "submitted_at"])
    town = row.brand.town
    record(by=by, action="centres.brand_submit", subject=row, summary=f"送审{row}", town_code=town.code)
    tell_county(
        key=f"brand:{row.pk}:submitted:{row.submitted_at:%Y%m%d%H%M%S%f}",
        title=f"等您审批：{row}",
        body=f"{by}送审，口号“{row.slogan}”。可以批准，或写明意见退回。",
        link=f"{PAGE}?town={town.code}",
        by=by,
    )
    return row


@transaction.atomic
def withdraw_revision(*, revision: BrandRevision, by: User) -> BrandRevision:
    """The town takes back what it sent, as a draft, before the county decided."""
    row = _locked(revision)
    must_run(by, row.brand.town)
    if row.state == State.DRAFT:
        return row
    if row.state != State.SUBMITTED:
        raise ValidationError(f"县里已批复（{row.get_state_display()}），不能撤回。", code="state")
    row.state, row.submitted_by, row.submitted_at = State.DRAFT, None, None
    row.save(update_fields=["state", "submitted_by", "submitted_at"])
    record(by=by, action="centres.brand_withdraw", subject=row, summary=f"撤回{row}", town_code=row.brand.town.code)
    return row


@transaction.atomic
def approve_revision(*, revision: BrandRevision, by: User, seen: str | None = None) -> BrandRevision:
    """The county approves; what was in force until now is kept as replaced. `seen`: which sending was looked at."""
    row = _locked(revision)
    must_decide(by, row.submitted_by_id)
    if row.state == State.APPROVED:
        return row
    if row.state != State.SUBMITTED:
        raise ValidationError(f"{row}是“{row.get_state_display()}”，只有送审的才能批准。", code="state")
    if seen is not None and seen != row.seen:
        raise ValidationError(f"{row}在您打开以后改过又重新送审，请重新看一遍再批准。", code="changed")
    today = timezone.localdate()
    old = BrandRevision.objects.filter(brand=row.brand).in_force()
    for before in old:
        before.state, before.used_until = State.REPLACED, max(today, before.used_from)
        before.save(update_fields=["state", "used_until"])
    row.used_from = today
    return _decide(row, by, State.APPROVED, "")


@transaction.atomic
def return_revision(*, revision: BrandRevision, comment: str, by: User) -> BrandRevision:
    """The county sends it back, saying why; what is in force stays in force."""
    row = _locked(revision)
    must_decide(by, row.submitted_by_id)
    if row.state == State.RETURNED and row.comment == comment.strip():
        return row
    if row.state != State.SUBMITTED:
        raise ValidationError(f"{row}是“{row.get_state_display()}”，只有送审的才能退回。", code="state")
    return _decide(row, by, State.RETURNED, need_text(comment, "退回要写明意见，镇里才知道改什么。"))


def _decide(row: BrandRevision, by: User, state: State, comment: str) -> BrandRevision:
    row.state, row.decided_by, row.decided_at, row.comment = state, by, timezone.now(), comment
    row.save(update_fields=["state", "decided_by", "decided_at", "comment", "used_from"])
    town, verb = row.brand.town, "已批准" if state == State.APPROVED else "被退回"
    summary = f"{row}{verb}" + (f"：{comment}" if comment else "")
    record(by=by, action=f"centres.brand_{state}", subject=row, summary=summary, town_code=town.code)
    tell(
        to=town,
        key=f"brand:{row.pk}:{state}",
        title=f"品牌申报{verb}",
        body=f"县里的意见：{comment}" if comment else f"“{row.slogan}”已启用，大厅屏和中心公开页会显示。",
        link=PAGE,
    )
    return row
