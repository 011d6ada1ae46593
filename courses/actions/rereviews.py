"""The yearly review of featured courses: keep, improve by a day, or retire."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.actions.keys import clear_key
from courses.models import Course, CourseReview
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import User
from juxian.people.rights import must_run, need_text

Verdict = CourseReview.Verdict


@transaction.atomic
def review(*, course: Course, verdict: str, comment: str, improve_by: date | None, by: User) -> CourseReview:
    """The county's verdict on a featured course. The same verdict twice in a day is one; retiring ends it today."""
    if not by.is_county:
        raise PermissionDenied
    today = timezone.localdate()
    course = Course.objects.select_for_update(of=("self",)).select_related("town", "key_of").get(pk=course.pk)
    comment = need_text(comment, "请写复审意见。")
    improve_by = improve_by if verdict == Verdict.IMPROVE else None
    there: CourseReview | None = CourseReview.objects.filter(course=course, on=today).order_by("-id").first()
    if there and (there.verdict, there.comment, there.improve_by) == (verdict, comment, improve_by):
        return there
    if not Course.objects.featured(today).filter(pk=course.pk).exists():
        raise ValidationError(f"“{course}”现在不是精品课程，不用复审。", code="not_featured")
    if verdict == Verdict.IMPROVE and (improve_by is None or improve_by <= today):
        raise ValidationError({"improve_by": "限期改进要写期限，晚于今天。"})
    row = CourseReview(course=course, verdict=verdict, comment=comment, on=today, improve_by=improve_by, by=by)
    row.by_name = str(by)
    row.full_clean()
    row.save()
    if verdict == Verdict.RETIRE:
        _retire(course, today, by)
    code = course.town.code if course.town else ""
    summary = f"复审“{course}”：{row.get_verdict_display()}。{comment}"
    record(by=by, action="courses.reviewed", subject=course, summary=summary, town_code=code)
    if course.town:
        until = f"请在 {improve_by.month}月{improve_by.day}日前改好，到课程复审页写明改了什么。" if improve_by else ""
        title = f"“{course}”复审：{row.get_verdict_display()}"[:100]
        tell(to=course.town, key=f"review:{row.pk}", title=title, body=f"{comment}\n{until}", link="/town/reviews/")
    return row


def _retire(course: Course, today: date, by: User) -> None:
    """It leaves the library today, and is no longer the key of a brand."""
    if course.key_of:
        clear_key(brand=course.key_of, by=by)
    course.retired_on = today
    course.save(update_fields=["retired_on"])


@transaction.atomic
def tell_improved(*, row: CourseReview, text: str, by: User) -> CourseReview:
    """The owner writes what was improved; the county looks again."""
    row = CourseReview.objects.select_for_update(of=("self",)).select_related("course__town").get(pk=row.pk)
    town = row.course.town
    if town is None:
        if not by.is_county:
            raise PermissionDenied
    else:
        must_run(by, town)
    text = need_text(text, "请写改了什么。")
    if row.improved == text:
        return row
    newest = CourseReview.objects.filter(course=row.course).order_by("-on", "-id").values_list("pk", flat=True)[0]
    if row.verdict != Verdict.IMPROVE or newest != row.pk:
        raise ValidationError("这次复审不等改进情况，或县里已经又看过了。", code="state")
    row.improved = text
    row.full_clean()
    row.save(update_fields=["improved"])
    code = town.code if town else ""
    summary = f"“{row.course}”改进情况：{text}"
    record(by=by, action="courses.improved", subject=row.course, summary=summary[:300], town_code=code)
    title = f"已改进，等您复审：{row.course}"[:100]
    tell_county(key=f"improved:{row.pk}", title=title, body=text, link=f"/town/courses/{row.course_id}/review/", by=by)
    return row
