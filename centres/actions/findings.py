"""Putting right what an inspection found."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.actions.inspections import PHOTOS_EACH, works_for
from centres.models import Finding, InspectionPhoto, Rectification, StandardItem
from juxian.audit import log
from juxian.files.models import StoredFile
from juxian.files.store import discard
from juxian.people.models import User


def _locked(finding: Finding, by: User) -> Finding:
    rows = Finding.objects.select_for_update(of=("self",)).select_related(
        "result__item", "result__inspection__centre__town"
    )
    found: Finding = rows.get(pk=finding.pk)
    if not works_for(by, found.result.inspection.centre):
        raise PermissionDenied
    return found


@transaction.atomic
def rectify(
    *, finding: Finding, text: str, photos: Sequence[tuple[StoredFile, StoredFile]], key: str, by: User
) -> Rectification:
    """Say what was done, with pictures (each with its thumbnail); the same `key` again is the one that is there."""
    finding = _locked(finding, by)
    known: Rectification | None = Rectification.objects.filter(finding=finding, client_key=key).first()
    if known:
        for kept in (kept for pair in photos for kept in pair):
            discard(kept)
        return known
    if finding.closed_on:
        raise ValidationError(f"这个问题{finding.get_state_display()}，不用再报整改。", code="closed")
    missing = _missing(finding, text, photos)
    if missing:
        raise ValidationError([ValidationError(one, code="missing") for one in missing])
    done = Rectification.objects.create(
        finding=finding, client_key=key[:40], text=text.strip(), by=by, by_name=str(by), at=timezone.now()
    )
    centre = finding.result.inspection.centre
    InspectionPhoto.objects.bulk_create(
        InspectionPhoto(centre=centre, rectification=done, client_key=f"{number}", file=file, thumbnail=thumbnail)
        for number, (file, thumbnail) in enumerate(photos)
    )
    finding.state = Finding.State.RECTIFIED
    finding.save(update_fields=["state"])
    _note(by, "rectify", finding, f"整改“{finding.result.item.name}”，照片 {len(photos)} 张")
    return done


def _missing(finding: Finding, text: str, photos: Sequence[object]) -> list[str]:
    wants_photo = finding.result.item.evidence == StandardItem.Evidence.PHOTO
    return [
        *([] if text.strip() else ["请写明怎么改的。"]),
        *(["请至少传一张整改后的照片。"] if wants_photo and not photos else []),
        *([f"一次最多 {PHOTOS_EACH} 张照片。"] if len(photos) > PHOTOS_EACH else []),
    ]


@transaction.atomic
def assign_finding(*, finding: Finding, owner: str, by: User) -> Finding:
    """Name who in the town sees to it. The same name again changes nothing."""
    finding = _locked(finding, by)
    owner = owner.strip()
    if not owner:
        raise ValidationError("请填责任人姓名。", code="owner")
    if finding.closed_on:
        raise ValidationError(f"这个问题{finding.get_state_display()}，不用再换责任人。", code="closed")
    if owner[:40] != finding.owner:
        finding.owner = owner[:40]
        finding.save(update_fields=["owner"])
        _note(by, "assign", finding, f"“{finding.result.item.name}”由{finding.owner}负责")
    return finding


def _note(by: User, verb: str, finding: Finding, summary: str) -> None:
    town = finding.result.inspection.centre.town
    log.record(
        by=by, action=f"centres.finding_{verb}", subject=finding, summary=f"{town.name}{summary}", town_code=town.code
    )
