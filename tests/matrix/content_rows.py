"""Courses on their way, drafts, their parts and uploads of both towns, for the matrix."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courses.models import Course, CourseVersion, Material
from juxian.files.models import Upload
from juxian.files.store import store

if TYPE_CHECKING:
    from tests.matrix.towns import TownData


def add_content(data: "TownData", shared: dict[str, Any]) -> None:
    """A course of the town that is not featured, its draft with a text and a file, and a file on its way."""
    course = data.add(
        "taught_course", Course, code=f"N{data.town.code}", theme=shared["course"].theme, town=data.town, search_text=""
    )
    course.lecturers.add(shared["teachers"][data.canary])
    data.add("draft_version", CourseVersion, course=course, number=1, by=data.clerk_user)
    data.add("written_part", Material, version=data.draft_version, sort="summary", by=shared["lecturer_user"])
    data.add(
        "filed_part",
        Material,
        version=data.draft_version,
        sort="slides",
        text="",
        file=store([b"KANARI"], name=f"{data.canary}.xlsx", kind="xlsx"),
        by=data.clerk_user,
    )
    data.add(
        "upload", Upload, key=f"up{data.town.code}", owner_id=data.clerk_user.pk, size=10, mark="",
        purpose=f"courses.courseversion:{data.draft_version.pk}", expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
