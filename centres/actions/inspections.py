"""Looking at a centre: start, keep each item, pictures, drop what was started by mistake. Signing is in `signing`."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import Centre, Inspection, InspectionPhoto, InspectionResult, Standard
from juxian.audit import log
from juxian.files.models import StoredFile
from juxian.files.store import discard
from juxian.people.models import Grant, User

Kind, State = Inspection.Kind, Inspection.State
MAX_SEQ = 2**53  # the largest whole number a browser counts exactly
PHOTOS_EACH = 9
KEY_LENGTH = 40
UNREADABLE = "这一条读不出来，请刷新页面再选一次。"


def works_for(user: User, centre: Centre) -> bool:
    """Whether `user` is a clerk of the centre's town."""
    return any(g.kind == Grant.Kind.CLERK and g.town_id == centre.town_id for g in user.active_grants)


def is_county_side(user: User) -> bool:
    """Whether `user` looks at centres for the county."""
    return user.is_inspector or user.is_county


def must_inspect(by: User, centre: Centre, kind: str) -> None:
    """A town's clerks look at their own centre, the county's people at the others. PermissionDenied, ValidationError."""
    if kind == Kind.SELF:
        if not works_for(by, centre):
            raise PermissionDenied
        return
    if not is_county_side(by):
        raise PermissionDenied
    if works_for(by, centre):
        raise ValidationError(f"您是{centre.town.name}的干事，不能由您代表县里检查自己的中心。", code="own")


@transaction.atomic
def start_inspection(*, centre: Centre, kind: str, by: User, previous: Inspection | None = None) -> Inspection:
    """Begin; one row an item, still without verdict. Again by the same person: the one that is under way.

    A re-inspection carries the open findings of `previous` only.
    """
    must_inspect(by, centre, kind)
    centre = Centre.objects.select_for_update(of=("self",)).select_related("town").get(pk=centre.pk)
    running: Inspection | None = Inspection.objects.filter(centre=centre, kind=kind).unfinished().first()
    if running and running.is_draft and running.inspector_id == by.pk:
        return running
    if running:
        raise ValidationError(_in_the_way(running), code="running")
    now = timezone.now()
    first = (previous.previous or previous) if previous else None
    standard = first.standard if first else Standard.objects.in_force(timezone.localdate(now))
    if standard is None:
        raise ValidationError("县里还没有发布阵地标准，发布以后才能检查。", code="standard")
    inspection = Inspection.objects.create(
        centre=centre,
        standard=standard,
        kind=kind,
        previous=first,
        inspector=by,
        inspector_name=str(by),
        started_at=now,
    )
    InspectionResult.objects.bulk_create(_rows(inspection, first))
    _note(by, "start", inspection, f"开始{inspection.get_kind_display()}")
    return inspection


def _in_the_way(running: Inspection) -> str:
    what = f"{running.centre.town.name}的{running.get_kind_display()}"
    if running.is_draft:
        return f"{what}正由{running.inspector_name}在做，完成或放弃以后才能另开一次。"
    return f"{what}已提交，还没有双方确认，确认以后才能另开一次。"


def _rows(inspection: Inspection, first: Inspection | None) -> list[InspectionResult]:
    if inspection.kind != Kind.RE:
        return [InspectionResult(inspection=inspection, item=item) for item in inspection.standard.items.all()]
    if first is None or first.centre_id != inspection.centre_id or first.confirmed_at is None:
        raise ValidationError("复查要从双方确认过的一次检查开始。", code="previous")
    rows = [
        InspectionResult(inspection=inspection, item=result.item, rechecks=result.finding)
        for result in first.results.filter(finding__closed_on=None, finding__isnull=False).select_related(
            "item", "finding"
        )
    ]
    if not rows:
        raise ValidationError("这次检查的问题都已销号，不用复查。", code="nothing")
    return rows


def _locked(result: InspectionResult, by: User) -> InspectionResult:
    """The row as it is now, of an inspection still under way that `by` may write."""
    inspection = Inspection.objects.select_for_update(of=("self",)).get(pk=result.inspection_id)
    must_inspect(by, inspection.centre, inspection.kind)
    if not inspection.is_draft:
        raise ValidationError("这次检查已经提交，不能再改。要改，请对方退回。", code="finished")
    found: InspectionResult = InspectionResult.objects.select_related("inspection__centre__town", "item").get(
        pk=result.pk
    )
    return found


@transaction.atomic
def save_result(
    *, result: InspectionResult, verdict: object, note: object, seq: object, base: object, by: User
) -> InspectionResult:
    """Keep verdict and note; returns what is kept now. The same words again change nothing.

    `seq` numbers this tap, `base` is the number of what the page showed when it was made. Refused with code `changed`
    where something else was kept since, `finished` once handed in, `bad` for what cannot be read. Not in the log one
    by one: what was handed in is.
    """
    result = _locked(result, by)
    if verdict not in ["", *InspectionResult.Verdict.values] or not isinstance(note, str):
        raise ValidationError(UNREADABLE, code="bad")
    number, shown = _number(seq), _number(base)
    note = note.strip()
    if len(note) > 300:
        raise ValidationError(f"“{result.item.name}”的情况最多写 300 个字，现在是 {len(note)} 个。", code="bad")
    if (verdict, note) == (result.verdict, result.note):
        return result
    if shown != result.client_seq or number <= shown:
        raise ValidationError(_stands(result, by), code="changed")
    result.verdict, result.note, result.client_seq = str(verdict), note, number
    result.saved_at, result.by = timezone.now(), by
    result.save(update_fields=["verdict", "note", "client_seq", "saved_at", "by"])
    return result


def _number(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MAX_SEQ:
        raise ValidationError(UNREADABLE, code="bad")
    return given


def _stands(result: InspectionResult, by: User) -> str:
    """What is kept of an item, for whoever would have written over it."""
    who = "您自己" if result.by_id == by.pk else str(result.by)
    at = timezone.localtime(result.saved_at)
    told = f"，情况是“{result.note}”" if result.note else ""
    return (
        f"“{result.item.name}”{at.month}月{at.day}日 {at:%H:%M} 已由{who}在别的页面记为“{result.word.text}”{told}。"
        "您这里的还没有存，请选留哪一个。"
    )


@transaction.atomic
def add_photo(
    *, result: InspectionResult, file: StoredFile, thumbnail: StoredFile, key: str, by: User
) -> InspectionPhoto:
    """Put a picture to an item; the same `key` again returns the one that is there and lets the new files go."""
    result = _locked(result, by)
    known: InspectionPhoto | None = InspectionPhoto.objects.filter(result=result, client_key=key).first()
    if known:
        discard(file)
        discard(thumbnail)
        return known
    if not 0 < len(key) <= KEY_LENGTH:
        raise ValidationError("这张照片读不出来，请重新选一次。", code="bad")
    if result.photos.count() >= PHOTOS_EACH:
        raise ValidationError(f"一条最多 {PHOTOS_EACH} 张照片，请先删掉用不着的。", code="many")
    return InspectionPhoto.objects.create(
        centre=result.inspection.centre, result=result, client_key=key, file=file, thumbnail=thumbnail
    )


@transaction.atomic
def drop_photo(*, photo: InspectionPhoto, by: User) -> None:
    """Take a picture away while the inspection is under way; twice is once."""
    if photo.result is None:
        raise ValidationError("整改照片报上来以后不能删。", code="finished")
    _locked(photo.result, by)
    for row in InspectionPhoto.objects.filter(pk=photo.pk).select_related("file", "thumbnail"):
        _forget([row])


def _forget(photos: list[InspectionPhoto]) -> None:
    for photo in photos:
        photo.delete()
        discard(photo.file)
        discard(photo.thumbnail)


@transaction.atomic
def drop_inspection(*, inspection: Inspection, by: User) -> None:
    """Give up what was started by mistake, with its results and pictures; the log keeps that it was."""
    locked: Inspection | None = Inspection.objects.select_for_update(of=("self",)).filter(pk=inspection.pk).first()
    if locked is None:
        return
    must_inspect(by, locked.centre, locked.kind)
    if not locked.is_draft:
        raise ValidationError("这次检查已经提交，不能放弃。", code="finished")
    looked = locked.results.exclude(verdict="").count()
    _note(by, "drop", locked, f"放弃{locked.get_kind_display()}，已查 {looked} 项")
    _forget(list(InspectionPhoto.objects.filter(result__inspection=locked).select_related("file", "thumbnail")))
    locked.delete()


def _note(by: User, verb: str, inspection: Inspection, summary: str) -> None:
    """One audit row about an inspection."""
    centre = inspection.centre
    log.record(
        by=by,
        action=f"centres.inspection_{verb}",
        subject=inspection,
        summary=f"{summary}：{centre.name}",
        town_code=centre.town.code,
    )
