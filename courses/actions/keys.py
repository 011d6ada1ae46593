"""Marking the key course of a brand. Only the county marks, one course a brand."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.actions.brands import locked_brand
from centres.models import Brand
from courses.models import Course
from juxian.audit.log import record
from juxian.people.models import User


@transaction.atomic
def mark_key(*, course: Course, brand: Brand, by: User) -> Course:
    """Make a featured course the key of a brand that has none."""
    if not by.is_county:
        raise PermissionDenied
    brand = locked_brand(brand)
    row: Course = Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    if row.key_of_id == brand.pk:
        return row
    known = Course.objects.filter(key_of=brand).first()
    if known:
        raise ValidationError(f"{brand}已有重点课程“{known}”，先取消那一堂，再标“{row}”。", code="second")
    if row.key_of_id:
        raise ValidationError(f"“{row}”已是别的品牌的重点课程，一堂课只做一个品牌的重点。", code="taken")
    if not Course.objects.featured(timezone.localdate()).filter(pk=row.pk).exists():
        raise ValidationError(f"“{row}”现在不是精品课程，不能标为重点。", code="not_featured")
    row.key_of = brand
    row.full_clean()
    row.save(update_fields=["key_of"])
    summary = f"“{row}”标为{brand}的重点课程"
    record(by=by, action="courses.key_marked", subject=row, summary=summary, town_code=brand.town.code)
    return row


@transaction.atomic
def clear_key(*, brand: Brand, by: User) -> None:
    """Take the mark off the brand's key course; nothing where there is none."""
    if not by.is_county:
        raise PermissionDenied
    brand = locked_brand(brand)
    row = Course.objects.filter(key_of=brand).first()
    if row:
        Course.objects.filter(pk=row.pk).update(key_of=None)
        summary = f"“{row}”不再是{brand}的重点课程"
        record(by=by, action="courses.key_cleared", subject=row, summary=summary, town_code=brand.town.code)
