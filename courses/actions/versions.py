"""Drafting and publishing versions of a course. A published version stays as it is; every change is a new version."""

from hashlib import sha256

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from courses.models import Course, CourseVersion, Material
from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.files.store import discard
from juxian.people.models import User

OPINION = "审核意见由申报镇街或县里存取，主讲看得到，改不了。"
FROZEN = "这一版已经发布，不能再改。有要改的，请另起一版。"


def may_publish(user: User, course: Course) -> bool:
    """The county, and the town that brought the course in."""
    return user.is_county or user.editable_towns().filter(pk=course.town_id or 0).exists()


def may_draft(user: User, course: Course) -> bool:
    """Whoever may publish, and the lecturers of the course."""
    return may_publish(user, course) or course.lecturers.filter(user=user).exists()


@transaction.atomic
def start_draft(*, course: Course, by: User) -> CourseVersion:
    """The draft of the next version with what the newest one holds; the one under way where there is one."""
    course = Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    if not may_draft(by, course):
        raise PermissionDenied
    known: CourseVersion | None = CourseVersion.objects.filter(course=course, published_on=None).first()
    if known:
        return known
    if course.retired_on and course.retired_on <= timezone.localdate():
        raise ValidationError(f"“{course}”已经退出课程库，不再起新版。", code="retired")
    newest = CourseVersion.objects.filter(course=course).order_by("-number").first()
    draft: CourseVersion = CourseVersion.objects.create(
        course=course, number=newest.number + 1 if newest else 1, outline=newest.outline if newest else "", by=by
    )
    if newest:
        rows = Material.objects.filter(version=newest).order_by("pk")
        Material.objects.bulk_create(
            Material(version=draft, sort=row.sort, title=row.title, text=row.text, file_id=row.file_id, by_id=row.by_id)
            for row in rows
        )
    _record(by, "courses.version_drafted", draft, f"起草“{draft}”")
    return draft


@transaction.atomic
def save_draft(*, version: CourseVersion, outline: str, note: str, by: User) -> CourseVersion:
    """Write the outline, and what is new in this version."""
    row = locked_draft(version, by)
    if (row.outline, row.note) != (outline, note):
        row.outline, row.note = outline, note
        row.full_clean()
        row.save(update_fields=["outline", "note"])
        _record(by, "courses.version_saved", row, f"修改“{row}”的提纲")
    return row


@transaction.atomic
def publish(*, version: CourseVersion, by: User, seen: str = "") -> CourseVersion:
    """From today on classes are planned with this version; those that have an older one keep it.

    `seen` is the stamp of the draft as it was looked at (`stamp`): what came after it is looked at first.
    """
    rows = CourseVersion.objects.select_for_update(of=("self",)).select_related("course__town")
    row: CourseVersion = rows.get(pk=version.pk)
    if not may_publish(by, row.course):
        raise PermissionDenied
    if not row.is_draft:
        return row
    if seen and seen != stamp(row):
        raise ValidationError("草稿刚才有人改过，请看过现在的内容再发布。", code="seen")
    missing = []
    if not row.outline.strip():
        missing.append("还没有写提纲。")
    if row.number > 1 and not row.note.strip():
        missing.append("请写明这一版改了什么。")
    if missing:
        raise ValidationError(missing, code="missing")
    row.published_on = timezone.localdate()
    row.save(update_fields=["published_on"])
    _record(by, "courses.version_published", row, f"发布“{row}”")
    return row


@transaction.atomic
def drop_draft(*, version: CourseVersion, by: User) -> None:
    """Forget a draft with what only it holds; nothing where it is gone."""
    row = CourseVersion.objects.filter(pk=version.pk).first()
    if row is None:
        return
    row = locked_draft(row, by)
    if not may_publish(by, row.course):
        raise PermissionDenied
    _record(by, "courses.version_dropped", row, f"放弃“{row}”的草稿")
    for one in Material.objects.filter(version=row).select_related("file"):
        _remove(one)
    row.delete()


@transaction.atomic
def add_material(
    *, version: CourseVersion, sort: str, title: str, by: User, text: str = "", file: StoredFile | None = None
) -> Material:
    """Put a text or a stored file into a draft."""
    row = locked_draft(version, by)
    if sort == Material.Sort.REVIEW and not may_publish(by, row.course):
        raise ValidationError(OPINION, code="opinion")
    material = Material(version=row, sort=sort, title=title, text=text, file=file, by=by)
    material.full_clean()
    material.save()
    kind = material.get_sort_display()
    _record(by, "courses.material_added", row, f"“{row}”存入{kind}：{title}", {"sha256": file.sha256} if file else None)
    return material


@transaction.atomic
def remove_material(*, material: Material, by: User) -> None:
    """Take a part out of a draft; nothing where it is gone."""
    version = locked_draft(material.version, by)
    row = Material.objects.filter(pk=material.pk, version=version).select_related("file").first()
    if row:
        _may_remove(row, by)
        _record(by, "courses.material_removed", version, f"“{version}”去掉{row.get_sort_display()}：{row.title}")
        _remove(row)


def _may_remove(row: Material, by: User) -> None:
    """A lecturer takes out what is theirs, or what an older version keeps; whoever publishes takes out anything."""
    if may_publish(by, row.version.course):
        return
    if row.sort == Material.Sort.REVIEW:
        raise ValidationError(OPINION, code="opinion")
    published = Material.objects.filter(version__course=row.version.course_id, version__published_on__isnull=False)
    if row.by_id != by.pk and not published.filter(sort=row.sort, title=row.title, file=row.file_id).exists():
        who = row.by.name if row.by else "别人"
        raise ValidationError(f"“{row.title}”是{who}存入的，请他去掉，或告诉申报镇街。", code="others")


def locked_draft(version: CourseVersion, by: User) -> CourseVersion:
    """The draft, locked, for who may write it; a published version is refused."""
    rows = CourseVersion.objects.select_for_update(of=("self",)).select_related("course__town")
    try:
        row: CourseVersion = rows.get(pk=version.pk)
    except CourseVersion.DoesNotExist:
        raise ValidationError("这份草稿已被放弃。", code="gone") from None
    if not may_draft(by, row.course):
        raise PermissionDenied
    if not row.is_draft:
        raise ValidationError(FROZEN, code="published")
    return row


def stamp(version: CourseVersion) -> str:
    """Changes with every change of a draft that a publisher should look at."""
    found = Material.objects.filter(version=version).aggregate(last=Max("pk"), number=Count("pk"))
    said = sha256(f"{version.outline}\0{version.note}".encode()).hexdigest()[:16]
    return f"{found['last'] or 0}-{found['number']}-{said}"


def _remove(row: Material) -> None:
    """The stored file goes only where no other version holds it."""
    stored = row.file
    row.delete()
    if stored and not Material.objects.filter(file=stored).exists():
        discard(stored)


def _record(by: User, action: str, row: CourseVersion, summary: str, body: dict[str, str] | None = None) -> None:
    town = row.course.town
    record(by=by, action=action, subject=row, summary=summary, town_code=town.code if town else "", body=body)
