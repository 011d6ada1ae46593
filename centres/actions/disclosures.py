"""Opening a town's accounts to its members: propose → secrecy check → approve → publish, and back with a comment.

Three people stand behind it: one proposes, another checks, a third, of the county, approves. Once published nothing
changes; a correction is a new disclosure.
"""

from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.books import books
from centres.days import cn_date
from centres.models import Disclosure, DisclosureHead, DisclosureItem
from centres.models.money import FIRST_YEAR, ZERO
from centres.secrecy import Hit, Passage, names_of, scan
from centres.seen import must_be_seen, stamp
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import Town, User
from juxian.people.rights import deciders, must_run, need_text, visible

State = Disclosure.State
GIVEN_BACK = {State.PROPOSED, State.CHECKED, State.APPROVED}
LINK = "/town/centre/disclosures/{}/"


def _locked(disclosure: Disclosure) -> Disclosure:
    row: Disclosure = Disclosure.objects.select_for_update(of=("self",)).select_related("town").get(pk=disclosure.pk)
    return row


def _record(by: User, verb: str, row: Disclosure, words: str) -> None:
    record(by=by, action=f"centres.disclosure_{verb}", subject=row, summary=words, town_code=row.town.code)


def _not_now(row: Disclosure, wanted: str) -> ValidationError:
    return ValidationError(f"{row}现在是“{row.get_state_display()}”，不能{wanted}。", code="state")


def draft_barred(row: Disclosure) -> str:
    """Why a disclosure cannot be edited now; empty for a draft."""
    if row.state == State.DRAFT:
        return ""
    if row.is_published:
        return f"{row}已公布，不能再改。有错请做一份更正。"
    return f"{row}已提出，要改先撤回，或请审查人退回。"


def _draft(disclosure: Disclosure, by: User) -> Disclosure:
    row = _locked(disclosure)
    must_run(by, row.town)
    barred = draft_barred(row)
    if barred:
        raise ValidationError(barred, code="state")
    return row


# What it says -----------------------------------------------------------------------------------------
def _check_period(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ValidationError("“账目至”不能早于“账目自”。", code="period")
    if starts_on.year != ends_on.year:
        raise ValidationError("一份公开只写一个年度的账，请把“账目自”和“账目至”填在同一年。", code="period")
    if starts_on.year < FIRST_YEAR or starts_on > timezone.localdate():
        raise ValidationError(f"“账目自”应在 {FIRST_YEAR} 年到今天之间，请核对年份。", code="period")


def _overlap(row: Disclosure) -> str:
    """Names what the town has already sent or published of the same days; empty when there is none."""
    other: Disclosure | None = Disclosure.objects.overlapping(row).order_by("starts_on", "pk").first()
    if other is None:
        return ""
    return (
        f"{cn_date(other.starts_on)}至{cn_date(other.ends_on)}的账目已在“{other}”里（{other.get_state_display()}），"
        f"同一天的账只公开一次。请改起止日期；那一份有错的，对它做更正。"
    )


def _hold_town(row: Disclosure) -> None:
    """Of two disclosures of the same days that go on at once only one gets through."""
    Town.objects.select_for_update(of=("self",), no_key=True).get(pk=row.town_id)


def _must_not_overlap(row: Disclosure) -> None:
    _hold_town(row)
    _must_not(_overlap(row), "overlap")


@transaction.atomic
def open_disclosure(*, town: Town, title: str, starts_on: date, ends_on: date, text: str = "", by: User) -> Disclosure:
    """A new draft with the items copied from the books; the same one again returns the first."""
    must_run(by, town)
    _check_period(starts_on, ends_on)
    rows = Disclosure.objects.filter(town=town, starts_on=starts_on, ends_on=ends_on, corrects=None)
    same: Disclosure | None = rows.first()
    title, text = need_text(title, "标题还空着。"), visible(text)
    if same and (same.title, same.text) == (title, text):
        return same
    row = Disclosure(town=town, title=title, starts_on=starts_on, ends_on=ends_on, text=text)
    row.full_clean()
    _must_not_overlap(row)
    row.save()
    _copy_books(row)
    _record(by, "open", row, f"新建账目公开：{row}")
    return row


@transaction.atomic
def change_disclosure(
    *, disclosure: Disclosure, title: str, starts_on: date, ends_on: date, text: str, by: User, seen: str | None = None
) -> Disclosure:
    """Change a draft; the items follow the period. `seen`: which words the form showed."""
    row = _draft(disclosure, by)
    _check_period(starts_on, ends_on)
    title, text = need_text(title, "标题还空着。"), visible(text)
    if stamp(title, starts_on, ends_on, text) != row.words:
        must_be_seen(seen, row.words)
    row.title, row.starts_on, row.ends_on, row.text = title, starts_on, ends_on, text
    row.full_clean()
    _must_not_overlap(row)
    row.save(update_fields=["title", "starts_on", "ends_on", "text"])
    _copy_books(row)
    _record(by, "change", row, f"修改账目公开：{row}")
    return row


@transaction.atomic
def reword_item(*, item: DisclosureItem, text: str, by: User, seen: str | None = None) -> DisclosureItem:
    """Say otherwise what an expense was for; day and amount stay those of the books. `seen`: which words the form showed."""
    row = _draft(item.head.disclosure, by)
    item = DisclosureItem.objects.select_related("head").get(pk=item.pk, head__disclosure=row)
    text = need_text(text, "用途不能空着。")
    if item.text == text:
        return item
    must_be_seen(seen, stamp(item.text))
    item.text, item.is_reworded = text, True
    item.full_clean()
    item.save(update_fields=["text", "is_reworded"])
    _record(by, "reword", row, f"{row}改“{item.head}”{item}的用途")
    return item


def _copy_books(row: Disclosure) -> None:
    """Heads and items as the books stand now. What was reworded keeps its words."""
    items = DisclosureItem.objects.filter(head__disclosure=row)
    reworded = dict(items.filter(is_reworded=True).values_list("source", "text"))
    DisclosureHead.objects.filter(disclosure=row).delete()
    found = books(row.town, row.starts_on, row.ends_on)
    heads = [
        DisclosureHead(
            disclosure=row,
            order=order,
            name=head.name,
            budget=head.budget,
            spent_before=head.spent_before,
            spent=head.spent,
        )
        for order, head in enumerate(found, 1)
    ]
    DisclosureHead.objects.bulk_create(heads)
    DisclosureItem.objects.bulk_create(
        [
            DisclosureItem(
                head=head,
                number=number,
                source=item.source,
                day=item.day,
                text=reworded.get(item.source, item.text),
                is_reworded=item.source in reworded,
                amount=item.amount,
            )
            for head, copied in zip(heads, found, strict=True)
            for number, item in enumerate(copied.items, 1)
        ]
    )
    row.copied_at = timezone.now()
    row.save(update_fields=["copied_at"])


def hits_of(row: Disclosure) -> list[Hit]:
    """What stands in the texts of a disclosure that should not. Constant queries."""
    items = DisclosureItem.objects.filter(head__disclosure=row).select_related("head").order_by("head__order", "number")
    passages = [Passage("标题", row.title), Passage("说明", row.text)]
    passages += [Passage(f"“{item.head}”{item}", item.text) for item in items]
    return scan(passages, names_of(row.town))


# The way ----------------------------------------------------------------------------------------------
def missing_to_propose(row: Disclosure, today: date) -> list[str]:
    """Everything that keeps a draft from being proposed."""
    items = DisclosureItem.objects.filter(head__disclosure=row)
    missing = []
    if row.ends_on >= today:
        missing.append(f"账目写到 {cn_date(row.ends_on)}，这一天还没过完，到期后再提出。")
    if not items.exists():
        missing.append("这段时间账上没有支出，先在“经费”里入账，或改账目的起止日期。")
    if row.corrects and not row.text:
        missing.append("更正要在说明里写清改了什么、为什么改。")
    overlap = _overlap(row)
    return [*missing, overlap] if overlap else missing


@transaction.atomic
def propose_disclosure(*, disclosure: Disclosure, by: User) -> Disclosure:
    """Copy the books once more and send it to the secrecy check."""
    row = _locked(disclosure)
    must_run(by, row.town)
    if row.state == State.PROPOSED:
        return row
    if row.state != State.DRAFT:
        raise _not_now(row, "再提出")
    _hold_town(row)
    _copy_books(row)
    missing = missing_to_propose(row, timezone.localdate())
    if missing:
        raise ValidationError([ValidationError(text, code="missing") for text in missing])
    row.state, row.proposed_by, row.proposed_at, row.comment = State.PROPOSED, by, timezone.now(), ""
    row.save(update_fields=["state", "proposed_by", "proposed_at", "comment"])
    _record(by, "propose", row, f"提出公开：{row}")
    tell(
        to=row.town,
        key=f"disclosure:{row.pk}:proposed:{row.seen}",
        title=f"等保密审查：{row}",
        body=f"{by}提出。请另一位同志审查有没有不该公开的内容。",
        link=LINK.format(row.pk),
    )
    return row


def _must_be_another(row: Disclosure, by: User, what: str) -> None:
    if row.proposed_by_id == by.pk:
        raise ValidationError(f"这是您自己提出的，要由另一个人{what}。", code="own")


def _another_decides(row: Disclosure, by: User) -> bool:
    """Whether somebody else could approve what `by` checks."""
    return any(one.pk not in (by.pk, row.proposed_by_id) for one in deciders())


def check_barred(row: Disclosure, by: User) -> str:
    """Why the county's `by` leaves the check to the town: nobody else could approve after it. Empty for anybody else."""
    if not by.is_county or _another_decides(row, by):
        return ""
    return (
        "审查和批准要两个人，能批准的县级账号只有您一个。保密审查请交给本镇另一位同志"
        "（镇里没有第二个账号的，先在“岗位”里请人任职），您留着批准。"
    )


def approve_barred(row: Disclosure, by: User) -> str:
    """Why who checked does not approve, and what to do instead; empty for another one."""
    if not by.is_county or row.checked_by_id != by.pk:
        return ""
    if _another_decides(row, by):
        return "保密审查是您做的，要由另一位县级管理员批准。"
    return "保密审查是您做的，能批准的县级账号又只有您一个。请退回，重新提出后由本镇另一位同志作保密审查，您再批准。"


def _must_not(barred: str, code: str) -> None:
    if barred:
        raise ValidationError(barred, code=code)


def _must_be_seen(row: Disclosure, seen: str | None) -> None:
    if seen is not None and seen != row.seen:
        raise ValidationError(f"{row}在您打开以后改过又重新提出，请重新看一遍再办。", code="changed")


@transaction.atomic
def check_disclosure(*, disclosure: Disclosure, by: User, seen: str | None = None) -> Disclosure:
    """保密审查 by another person of the town or the county, if then somebody is left to approve.

    `seen`: which proposal was looked at.
    """
    row = _locked(disclosure)
    must_run(by, row.town)
    _must_be_another(row, by, "作保密审查")
    if row.state == State.CHECKED and row.checked_by_id == by.pk:
        return row
    if row.state != State.PROPOSED:
        raise _not_now(row, "作保密审查")
    _must_be_seen(row, seen)
    _must_not(check_barred(row, by), "alone")
    _must_be_clean(_barring([hit for hit in hits_of(row) if hit.stops], [], ""))
    row.state, row.checked_by, row.checked_at = State.CHECKED, by, timezone.now()
    row.save(update_fields=["state", "checked_by", "checked_at"])
    _record(by, "check", row, f"保密审查通过：{row}")
    tell_county(
        key=f"disclosure:{row.pk}:checked:{row.seen}",
        title=f"等您批准：{row}",
        body=f"{row.town}的账目公开已通过保密审查。可以批准，或写明意见退回。",
        link=LINK.format(row.pk),
        by=by,
    )
    return row


def _barring(hits: list[Hit], kept: list[str], reason: str) -> list[str]:
    """Everything in the texts that keeps it from being published."""
    texts = [f"{hit.sentence}请退回，去掉后再公开。" for hit in hits if hit.stops]
    names = sorted({hit.found for hit in hits if not hit.stops} - set(kept))
    if names and not reason:
        texts.append(f"文字里有{'、'.join(names)}等与本镇党员或讲师相同的名字，保留要写明理由，否则请退回。")
    return texts


def _must_be_clean(barring: list[str]) -> None:
    if barring:
        raise ValidationError([ValidationError(text, code="secrecy") for text in barring])


@transaction.atomic
def approve_disclosure(
    *, disclosure: Disclosure, by: User, names_reason: str = "", seen: str | None = None
) -> Disclosure:
    """Somebody of the county who neither proposed nor checked approves. Names that stay need a reason, which is kept."""
    row = _locked(disclosure)
    if not by.is_county:
        raise PermissionDenied
    _must_be_another(row, by, "批准")
    if row.state in (State.APPROVED, State.PUBLISHED):
        return row
    if row.state != State.CHECKED:
        raise _not_now(row, "批准")
    _must_be_seen(row, seen)
    _must_not(approve_barred(row, by), "checker")
    hits, reason = hits_of(row), visible(names_reason)
    _must_be_clean(_barring(hits, [], reason))
    names = sorted({hit.found for hit in hits if not hit.stops})
    row.state, row.approved_by, row.approved_at = State.APPROVED, by, timezone.now()
    row.names_kept, row.names_reason = names, reason if names else ""
    row.full_clean()
    row.save(update_fields=["state", "approved_by", "approved_at", "names_kept", "names_reason"])
    _record(by, "approve", row, f"批准公开：{row}" + (f"；保留姓名：{reason}" if names else ""))
    tell(
        to=row.town,
        key=f"disclosure:{row.pk}:approved:{row.seen}",
        title=f"已批准：{row}",
        body="可以向本镇党员公布了。",
        link=LINK.format(row.pk),
    )
    return row


@transaction.atomic
def publish_disclosure(*, disclosure: Disclosure, by: User) -> Disclosure:
    """Open it to the town's members. From now on nothing of it changes."""
    row = _locked(disclosure)
    must_run(by, row.town)
    if row.is_published:
        return row
    if row.state != State.APPROVED:
        raise _not_now(row, "公布")
    if row.approved_by_id and row.approved_by_id == row.checked_by_id:  # approved before this was refused
        raise ValidationError("保密审查和批准是同一个人做的，请县里退回，重新审查、批准以后再公布。", code="checker")
    _must_not_overlap(row)
    _must_be_clean(_barring(hits_of(row), row.names_kept, ""))
    row.state, row.published_by, row.published_at = State.PUBLISHED, by, timezone.now()
    row.save(update_fields=["state", "published_by", "published_at"])
    _record(by, "publish", row, f"公布：{row}")
    return row


def _to_draft(row: Disclosure, comment: str) -> None:
    row.state, row.comment, row.names_kept, row.names_reason = State.DRAFT, comment, [], ""
    for step in ("proposed", "checked", "approved"):
        setattr(row, f"{step}_by", None)
        setattr(row, f"{step}_at", None)
    row.save()


@transaction.atomic
def withdraw_disclosure(*, disclosure: Disclosure, by: User) -> Disclosure:
    """The town takes its proposal back as a draft, before the county has approved."""
    row = _locked(disclosure)
    must_run(by, row.town)
    if row.state == State.DRAFT:
        return row
    if row.state not in (State.PROPOSED, State.CHECKED):
        raise _not_now(row, "撤回")
    _to_draft(row, "")
    _record(by, "withdraw", row, f"撤回：{row}")
    return row


@transaction.atomic
def return_disclosure(*, disclosure: Disclosure, comment: str, by: User) -> Disclosure:
    """Whoever checks or approves sends it back as a draft, saying why."""
    row = _locked(disclosure)
    must_run(by, row.town)
    if row.state == State.DRAFT and row.comment and row.comment == comment.strip():
        return row
    if row.state not in GIVEN_BACK:
        raise _not_now(row, "退回")
    _must_be_another(row, by, "退回；要改可以撤回")
    was = row.seen
    _to_draft(row, need_text(comment, "退回要写明意见，提出的人才知道改什么。"))
    _record(by, "return", row, f"退回：{row}：{row.comment}")
    tell(
        to=row.town,
        key=f"disclosure:{row.pk}:returned:{was}",
        title=f"被退回：{row}",
        body=f"意见：{row.comment}",
        link=LINK.format(row.pk),
    )
    return row


@transaction.atomic
def correct_disclosure(*, disclosure: Disclosure, by: User) -> Disclosure:
    """A new draft that corrects a published one; asked again, the same draft."""
    row = _locked(disclosure)
    must_run(by, row.town)
    if not row.is_published:
        raise ValidationError(f"{row}还没公布，直接改就行，不用做更正。", code="state")
    known: Disclosure | None = Disclosure.objects.select_related("town").filter(corrects=row).first()
    if known:
        return known
    title = f"{row.title.removesuffix('（更正）')}（更正）"[:80]
    made = Disclosure(town=row.town, title=title, starts_on=row.starts_on, ends_on=row.ends_on, corrects=row)
    made.full_clean()
    made.save()
    _copy_books(made)
    _record(by, "correct", made, f"更正：{row}")
    return made


@transaction.atomic
def drop_disclosure(*, disclosure: Disclosure, by: User) -> None:
    """Take away a draft that is not wanted; one that is gone already is none."""
    if not Disclosure.objects.filter(pk=disclosure.pk).exists():
        return
    row = _draft(disclosure, by)
    _record(by, "drop", row, f"删去草稿：{row}")
    row.delete()


def total_of(row: Disclosure) -> dict[str, Decimal | None]:
    """Budget, spent before, spent and left over all heads, added up as Decimal (one query, none with the heads at hand).

    `before` and `left` are None where one head's are not known.
    """
    heads = list(row.heads.all())
    known = all(one.left is not None for one in heads)
    return {
        "budget": sum((one.budget for one in heads), ZERO),
        "before": sum((one.spent_before or ZERO for one in heads), ZERO) if known else None,
        "spent": sum((one.spent for one in heads), ZERO),
        "left": sum((one.left or ZERO for one in heads), ZERO) if known else None,
    }
