"""New versions of the standard: copied, changed as a draft, published for a day."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import Standard, StandardItem
from juxian.audit.log import record
from juxian.people.models import User


@transaction.atomic
def copy_standard(*, standard: Standard, by: User) -> Standard:
    """A new draft with the same items and keys. While there is a draft, that one is returned."""
    _must_be_county(by)
    list(Standard.objects.select_for_update().order_by("pk"))
    draft = Standard.objects.filter(state=Standard.State.DRAFT).order_by("pk").first()
    if draft:
        return draft
    items = list(standard.items.order_by("order"))
    made = Standard.objects.create(label=standard.label, source=standard.source)
    for item in items:
        item.pk, item.standard, item._state.adding = None, made, True
    StandardItem.objects.bulk_create(items)
    record(by=by, action="centres.standard_copy", subject=made, summary=f"由“{standard}”复制新草稿，{len(items)} 项")
    return made


@transaction.atomic
def publish_standard(*, standard: Standard, valid_from: date | None, by: User) -> Standard:
    """Let a draft count from `valid_from` on. Twice is once; days another version was used on stay as they were."""
    _must_be_county(by)
    rows = {row.pk: row for row in Standard.objects.select_for_update().order_by("pk")}
    row = rows[standard.pk]
    if row.is_published:
        return row
    faults = _faults(row, valid_from, list(rows.values()))
    if faults:
        raise ValidationError(faults)
    row.valid_from, row.state, row.published_at = valid_from, Standard.State.PUBLISHED, timezone.now()
    row.save(update_fields=["valid_from", "state", "published_at"])
    record(by=by, action="centres.standard_publish", subject=row, summary=f"发布“{row}”，{row.items.count()} 项")
    return row


def _faults(draft: Standard, valid_from: date | None, rows: list[Standard]) -> list[str]:
    """Why a draft cannot be published for that day."""
    if valid_from is None:
        return ["请先填从哪一天起按这一版，再发布。"]
    today = timezone.localdate()
    found = [] if draft.items.exists() else ["草稿里还没有条目，不能发布。"]
    others = [row for row in rows if row.is_published]
    if any(row.valid_from == valid_from for row in others):
        found.append(f"{valid_from} 起已有一版，请换一天。")
    elif valid_from < today and any(row.valid_from < today for row in others if row.valid_from):
        found.append(f"{valid_from} 已经过去，那以后用的是另一版。请填今天或以后的日期。")
    return found


def _must_be_county(by: User) -> None:
    if not by.is_county:
        raise PermissionDenied
