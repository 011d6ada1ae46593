"""Handing evidence in and withdrawing it. What was handed in is never edited."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from centres.days import cn_date
from centres.limits import FIRST_YEAR
from centres.models import Centre, Evidence, StandardItem
from juxian.audit.log import record
from juxian.files.photos import accept, accept_photo, keeping
from juxian.people.models import User
from juxian.people.rights import must_run, need_text

ASKED = StandardItem.Evidence
LONGEST_YEARS = 50


@dataclass(frozen=True)
class Days:
    """The days as the clerk gave them; what is left out follows from the photo, today and the item."""

    taken_on: date | None = None
    effective_from: date | None = None
    valid_until: date | None = None


def add_file(*, centre: Centre, item: StandardItem, upload: UploadedFile, days: Days, by: User) -> Evidence:
    """Keep one photo or paper. The same content with the same days again returns the first row.

    The photo is drawn before the transaction begins: nobody waits for it.
    """
    must_run(by, centre.town)
    if item.evidence not in (ASKED.PHOTO, ASKED.PAPER):
        raise ValidationError(f"“{item.name}”不用上传文件。", code="kind")
    name = str(upload.name)
    accepted = accept_photo(upload, name=name) if item.evidence == ASKED.PHOTO else accept(upload, name=name)
    found = _settled(item, days, accepted.taken_on)
    digest = sha256(accepted.content).hexdigest()
    with transaction.atomic():
        same = _standing(centre, item).filter(file__sha256=digest).first()
        if same:
            return _again(same, found)
        with keeping(accepted, name=name) as kept:
            kind = Evidence.Kind.PHOTO if kept.thumbnail else Evidence.Kind.PAPER
            return _add(centre, item, found, by, kind=kind, file=kept.file, thumbnail=kept.thumbnail)


@transaction.atomic
def add_statement(*, centre: Centre, item: StandardItem, text: str, days: Days, by: User) -> Evidence:
    """Keep a statement in words; the same again returns the first row."""
    must_run(by, centre.town)
    if item.evidence != ASKED.STATEMENT:
        raise ValidationError(f"“{item.name}”不用文字说明。", code="kind")
    text = need_text(text, "请写明情况。")[:500]
    found = _settled(item, days, None)
    same = _standing(centre, item).filter(kind=Evidence.Kind.STATEMENT, text=text, taken_on=found["taken_on"]).first()
    return same or _add(centre, item, found, by, kind=Evidence.Kind.STATEMENT, text=text)


@transaction.atomic
def withdraw_evidence(*, evidence: Evidence, reason: str, by: User) -> Evidence:
    """Take evidence back, saying why; it stays in the history. Twice is once."""
    row: Evidence = Evidence.objects.select_for_update(of=("self",)).select_related("centre__town").get(pk=evidence.pk)
    must_run(by, row.centre.town)
    if row.is_withdrawn:
        return row
    row.withdrawn_reason = need_text(reason, "请写明为什么撤回。")[:200]
    row.state, row.withdrawn_at, row.withdrawn_name = Evidence.State.WITHDRAWN, timezone.now(), str(by)
    row.save(update_fields=["state", "withdrawn_at", "withdrawn_name", "withdrawn_reason"])
    summary = f"撤回{row}：{row.withdrawn_reason}"
    record(by=by, action="centres.evidence_withdraw", subject=row, summary=summary, town_code=row.centre.town.code)
    return row


def _settled(item: StandardItem, days: Days, shown: date | None) -> dict[str, Any]:
    """The three days, completed. Raises ValidationError on the field that is wrong."""
    today = timezone.localdate()
    by_camera = shown if shown and shown <= today and shown.year >= FIRST_YEAR else today
    taken = days.taken_on or by_camera
    begins = days.effective_from or taken
    faults = _wrong_years(taken, begins, days.valid_until, today)
    if faults:
        raise ValidationError(faults)
    until = days.valid_until
    if until is None and item.valid_months:
        until = months_after(begins, item.valid_months)
    if until and until < begins:
        faults["valid_until"] = f"有效期的最后一天早于生效日期（{cn_date(begins)}），请改一个。"
    elif until and until < taken:
        faults["valid_until"] = f"有效期的最后一天早于拍摄日期（{cn_date(taken)}），请改一个。"
    if faults:
        raise ValidationError(faults)
    return {"taken_on": taken, "effective_from": begins, "valid_until": until}


def _wrong_years(taken: date, begins: date, until: date | None, today: date) -> dict[str, str]:
    """Slips of the finger, by field."""
    faults = {}
    if taken > today:
        faults["taken_on"] = "这一天还没到，请填实际拍摄或形成的日期。"
    elif taken.year < FIRST_YEAR:
        faults["taken_on"] = f"不能早于 {FIRST_YEAR} 年，请核对年份。"
    if begins != taken and not FIRST_YEAR <= begins.year <= today.year + 1:
        faults["effective_from"] = f"生效日期要在 {FIRST_YEAR} 年到 {today.year + 1} 年之间，请核对年份。"
    if until and until.year > today.year + LONGEST_YEARS:
        faults["valid_until"] = f"有效期到了 {until.year} 年，请核对年份。"
    return faults


def months_after(day: date, months: int) -> date:
    """The last day of a time of `months` that begins on `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) - timedelta(days=1)


def _standing(centre: Centre, item: StandardItem) -> Any:
    """Evidence of the item that stands, with the centre locked until the transaction ends."""
    Centre.objects.select_for_update(of=("self",)).get(pk=centre.pk)
    return Evidence.objects.filter(centre=centre, item_key=item.key).standing()


def _again(same: Evidence, found: dict[str, Any]) -> Evidence:
    """What was handed in before: the same row, or a refusal where it should count for other days."""
    if all(getattr(same, name) == day for name, day in found.items()):
        return same
    day = timezone.localdate(same.at)
    what = "这张照片" if same.kind == Evidence.Kind.PHOTO else "这份文件"
    text = (
        f"{what} {day.year}年{day.month}月{day.day}日已经传过。要更新就传新的一份；只是日期填错了，先撤回那一份再传。"
    )
    raise ValidationError(text, code="again")


def _add(centre: Centre, item: StandardItem, found: dict[str, Any], by: User, **content: Any) -> Evidence:
    row: Evidence = Evidence(
        centre=centre, item_key=item.key, item_name=item.name, by=by, by_name=str(by), **found, **content
    )
    row.save()
    summary = f"{centre}交{item.name}{row.get_kind_display()}，有效至 {row.valid_until or '长期'}"
    record(by=by, action="centres.evidence_add", subject=row, summary=summary, town_code=centre.town.code)
    return row
