"""Drafts, publishing, and that what was published stays as it was."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from courses.actions.borrowing import grant_borrowing, request_borrowing
from courses.actions.uploads import begin_upload, finish_upload
from courses.actions.versions import add_material, drop_draft, publish, remove_material, save_draft, start_draft
from courses.models import CourseVersion, Material
from juxian.files.arriving import append
from juxian.files.models import StoredFile, Upload
from tests.factories import CourseFactory, LecturerFactory, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 courseware\nstartxref\n0\n%%EOF\n"


def published(course, by) -> CourseVersion:
    draft = start_draft(course=course, by=by)
    save_draft(version=draft, outline="一、导入", note="补充", by=by)
    add_material(version=draft, sort="plan", title="教案", text="内容", by=by)
    return publish(version=draft, by=by)


def put(version, by, content: bytes = PDF, sort: str = "slides") -> Material:
    upload = begin_upload(version=version, name="课件.pdf", size=len(content), mark="1", by=by)
    append(upload, 0, content)
    return finish_upload(version=version, key=upload.key, sort=sort, title="课件", by=by)


def test_a_correction_is_a_new_version_and_a_class_keeps_its_own(town, clerk) -> None:
    course = CourseFactory(town=town)
    first = published(course, clerk)
    session = SessionFactory(course_version=first)
    second = start_draft(course=course, by=clerk)
    assert start_draft(course=course, by=clerk) == second
    assert (second.number, [row.title for row in Material.objects.filter(version=second)]) == (2, ["教案"])
    with pytest.raises(ValidationError, match="改了什么"):
        publish(version=second, by=clerk)
    save_draft(version=second, outline="新提纲", note="换了案例", by=clerk)
    publish(version=second, by=clerk)
    session.refresh_from_db()
    assert (session.course_version, session.course_version.outline) == (first, "一、导入")


def test_a_published_version_never_changes(town, clerk) -> None:
    version = published(CourseFactory(town=town), clerk)
    SessionFactory(course_version=version)
    part = Material.objects.get(version=version)
    for act in (
        lambda: save_draft(version=version, outline="x", note="", by=clerk),
        lambda: add_material(version=version, sort="plan", title="x", text="x", by=clerk),
        lambda: remove_material(material=part, by=clerk),
        lambda: drop_draft(version=version, by=clerk),
        lambda: begin_upload(version=version, name="a", size=1, mark="", by=clerk),
    ):
        with pytest.raises(ValidationError, match="这一版已经发布"):
            act()
    versions, parts = CourseVersion.objects.filter(pk=version.pk), Material.objects.filter(pk=part.pk)
    for write in (
        lambda: versions.update(outline="x"),
        lambda: versions.update(published_on=None),
        lambda: parts.update(text="x"),
        lambda: parts.delete(),
        lambda: Material.objects.create(version=version, sort="plan", title="x", text="x"),
    ):
        with pytest.raises(DatabaseError, match="已发布的课程版本不能修改或删除"), transaction.atomic():
            write()


def test_who_drafts_and_who_publishes(town, clerk, other_clerk, county) -> None:
    course = CourseFactory(town=town)
    lecturer = LecturerFactory(user=UserFactory())
    with pytest.raises(PermissionDenied):
        start_draft(course=course, by=other_clerk)
    with pytest.raises(PermissionDenied):
        start_draft(course=course, by=lecturer.user)
    course.lecturers.add(lecturer)
    draft = start_draft(course=course, by=lecturer.user)
    part = put(draft, lecturer.user)
    assert (part.file.kind, part.file.original_name) == ("pdf", "课件.pdf")
    save_draft(version=draft, outline="一", note="", by=lecturer.user)
    with pytest.raises(PermissionDenied):
        publish(version=draft, by=lecturer.user)
    assert publish(version=draft, by=county).is_draft is False


def test_a_lecturer_takes_out_only_what_is_theirs_or_kept_elsewhere(town, clerk) -> None:
    course, lecturer = CourseFactory(town=town), LecturerFactory(user=UserFactory())
    course.lecturers.add(lecturer)
    published(course, clerk)
    draft = start_draft(course=course, by=clerk)
    opinion = add_material(version=draft, sort="review", title="意见", text="通过", by=clerk)
    added = add_material(version=draft, sort="plan", title="补充讲义", text="一", by=clerk)
    own = add_material(version=draft, sort="slides", title="课件", text="一", by=lecturer.user)
    for part, why in ((opinion, "审核意见由申报镇街"), (added, "补充讲义”是")):
        with pytest.raises(ValidationError, match=why):
            remove_material(material=part, by=lecturer.user)
    with pytest.raises(ValidationError, match="审核意见由申报镇街"):
        add_material(version=draft, sort="review", title="意见", text="很好", by=lecturer.user)
    for part in (own, Material.objects.get(version=draft, title="教案")):
        remove_material(material=part, by=lecturer.user)
    remove_material(material=opinion, by=clerk)
    assert list(Material.objects.filter(version=draft).values_list("title", flat=True)) == ["补充讲义"]


def test_other_towns_read_no_opinions_and_questions_only_where_lent(town, other_town, clerk, other_clerk) -> None:
    course = CourseFactory(town=town, featured_on=timezone.localdate())
    draft = start_draft(course=course, by=clerk)
    save_draft(version=draft, outline="一", note="", by=clerk)
    for sort in ("plan", "questions", "review"):
        add_material(version=draft, sort=sort, title=sort, text="内容", by=clerk)
    publish(version=draft, by=clerk)

    def read(user) -> list[str]:
        return sorted(Material.objects.visible_to(user).values_list("sort", flat=True))

    assert (read(clerk), read(other_clerk)) == (["plan", "questions", "review"], ["plan"])
    asked = request_borrowing(
        course=course, host=other_town, year=timezone.localdate().year, purpose="x", by=other_clerk
    )
    assert read(other_clerk) == ["plan"]
    grant_borrowing(borrowing=asked, by=clerk)
    assert read(other_clerk) == ["plan", "questions"]


def test_what_cannot_be_used_is_refused_and_forgotten(town, clerk, other_clerk) -> None:
    draft = start_draft(course=CourseFactory(town=town), by=clerk)
    with pytest.raises(ValidationError, match="不是 MP4"):
        put(draft, clerk, sort="video")
    with pytest.raises(ValidationError, match="不能用"):
        put(draft, clerk, b"MZ nothing")
    assert (Upload.objects.count(), StoredFile.objects.count(), Material.objects.count()) == (0, 0, 0)


def test_a_file_shared_with_an_older_version_outlives_the_draft(town, clerk) -> None:
    course = CourseFactory(town=town)
    first = start_draft(course=course, by=clerk)
    kept = put(first, clerk).file
    save_draft(version=first, outline="一", note="", by=clerk)
    publish(version=first, by=clerk)
    second = start_draft(course=course, by=clerk)
    own = put(second, clerk, PDF + b"2").file
    drop_draft(version=second, by=clerk)
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [kept.pk]
    assert own.pk != kept.pk


def test_pages_of_a_version(client: Client, town, clerk, other_clerk) -> None:
    course = CourseFactory(town=town)
    client.force_login(clerk)
    page = client.post(f"/town/courses/{course.pk}/versions/add/").headers["Location"]
    draft = CourseVersion.objects.get()
    client.post(f"{page}save/", {"outline": "一、导入", "note": ""})
    part = put(draft, clerk)
    file = f"/town/materials/{part.pk}/file/"
    answer = client.get(file, headers={"Range": "bytes=0-3"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"%PDF")
    client.force_login(other_clerk)
    assert [client.get(path).status_code for path in (page, file)] == [404, 404]
    client.force_login(clerk)
    client.post(f"{page}publish/", {"seen": "old"})
    draft.refresh_from_db()
    assert draft.is_draft
    client.post(f"{page}publish/", {"seen": client.get(page).context["stamp"]})
    client.force_login(other_clerk)
    assert [client.get(path).status_code for path in (page, file)] == [200, 200]
