"""Keeping what is known of a centre, its zones, rooms, teaching points and reception sites."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import Centre, ReceptionSite, Room, TeachingPoint, Zone, ZonePhoto
from centres.secrecy import NAME, Passage, scan
from juxian.audit.log import record_edit
from juxian.files.models import StoredFile
from juxian.files.store import discard
from juxian.people.models import User
from juxian.people.rights import must_run

Part = Zone | Room | TeachingPoint | ReceptionSite
PHOTOS_A_ZONE = 6
ROLES = ("员", "人", "者", "干部")  # 村讲解员, 志愿者: nobody's name
PUBLIC = {"name": "名称", "address": "地址", "introduction": "简介", "route": "路线", "safety_note": "安全提示"}


def _locked(centre: Centre) -> Centre:
    """The centre as it is now, locked: whoever changes its parts takes turns."""
    found: Centre = Centre.objects.select_for_update(of=("self",)).select_related("town").get(pk=centre.pk)
    return found


@transaction.atomic
def change_centre(*, centre: Centre, by: User, **fields: Any) -> Centre:
    """Write what the centre says of itself. The same again changes nothing."""
    centre = _locked(centre)
    must_run(by, centre.town)
    agreed = fields.get("principal_agreed_on", centre.principal_agreed_on)
    if agreed and agreed > timezone.localdate():
        raise ValidationError({"principal_agreed_on": "同意的日期不能晚于今天。本人同意以后再填。"}, code="future")
    _check_public(fields, "" if agreed else fields.get("principal", centre.principal))
    if _write(centre, fields):
        record_edit(by=by, verb="changed", row=centre, town_code=centre.town.code)
    return centre


def _check_public(fields: dict[str, Any], unnamed: str) -> None:
    """What everybody may read carries no number of a person, nor the one name here that nobody agreed to show."""
    names = [unnamed] if unnamed and not unnamed.endswith(ROLES) else []
    for field, label in PUBLIC.items():
        hits = scan([Passage(label, fields.get(field) or "")], names)
        text = "".join(hit.sentence for hit in hits if hit.stops or hit.kind == NAME)
        if text:
            raise ValidationError({field: f"{text}公开页面谁都能看，请去掉再保存。"}, code="secrecy")


@transaction.atomic
def add_part(*, model: type[Part], centre: Centre, by: User, **fields: Any) -> Part:
    """A new zone, room, teaching point or reception site; the same again returns the first one."""
    centre = _locked(centre)
    must_run(by, centre.town)
    same: Part | None = model._default_manager.filter(centre=centre, **fields).first()
    if same:
        return same
    _check_public(fields, fields.get("guide", ""))
    row = model(centre=centre, **fields)
    row.full_clean()
    row.save()
    record_edit(by=by, verb="added", row=row, town_code=centre.town.code)
    return row


@transaction.atomic
def change_part(*, part: Part, by: User, **fields: Any) -> Part:
    """Change a zone, room, teaching point or reception site. The same again changes nothing."""
    centre = _locked(part.centre)
    must_run(by, centre.town)
    row: Part = type(part)._default_manager.select_for_update(of=("self",)).get(pk=part.pk)
    _check_public(fields, fields.get("guide", ""))
    if _write(row, fields):
        record_edit(by=by, verb="changed", row=row, town_code=centre.town.code)
    return row


def _write(row: Centre | Part, fields: dict[str, Any]) -> bool:
    """Whether anything is different now."""
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.full_clean()
        row.save(update_fields=changed)
    return bool(changed)


@transaction.atomic
def add_photo(*, zone: Zone, file: StoredFile, thumbnail: StoredFile, caption: str, by: User) -> ZonePhoto:
    """Keep a picture of a zone; only so many, for these are to be looked at."""
    centre = _locked(zone.centre)
    must_run(by, centre.town)
    if ZonePhoto.objects.filter(zone=zone).count() >= PHOTOS_A_ZONE:
        raise ValidationError(f"{zone.name}已有 {PHOTOS_A_ZONE} 张照片，先去掉一张再传。", code="many")
    photo = ZonePhoto(zone=zone, file=file, thumbnail=thumbnail, caption=caption, added_at=timezone.now())
    photo.full_clean()
    photo.save()
    record_edit(by=by, verb="added", row=photo, town_code=centre.town.code)
    return photo


@transaction.atomic
def remove_photo(*, photo: ZonePhoto, by: User) -> None:
    """Take a picture away with its files. Twice is once."""
    centre = _locked(photo.zone.centre)
    must_run(by, centre.town)
    row = ZonePhoto.objects.select_related("file", "thumbnail").filter(pk=photo.pk).first()
    if row is None:
        return
    record_edit(by=by, verb="deleted", row=row, town_code=centre.town.code)
    row.delete()
    for stored in {row.file, row.thumbnail}:
        discard(stored)
