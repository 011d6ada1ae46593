"""Marking the key lecturer of a brand. Only the county marks, one lecturer a brand."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.actions.brands import locked_brand
from centres.models import Brand
from juxian.audit.log import record
from juxian.people.models import User
from lecturers.models import Appointment, Lecturer


@transaction.atomic
def mark_key(*, lecturer: Lecturer, brand: Brand, by: User) -> Lecturer:
    """Make a lecturer with an appointment the key of a brand that has none."""
    if not by.is_county:
        raise PermissionDenied
    brand = locked_brand(brand)
    row: Lecturer = Lecturer.objects.select_for_update(of=("self",)).get(pk=lecturer.pk)
    if row.key_of_id == brand.pk:
        return row
    known = Lecturer.objects.filter(key_of=brand).first()
    if known:
        raise ValidationError(f"{brand}已有重点讲师{known}，先取消那一位，再标{row}。", code="second")
    if row.key_of_id:
        raise ValidationError(f"{row}已是别的品牌的重点讲师，一人只做一个品牌的重点。", code="taken")
    if not Appointment.objects.in_force(timezone.localdate()).filter(lecturer=row).exists():
        raise ValidationError(f"{row}现在没有聘任，不能标为重点讲师。", code="not_appointed")
    row.key_of = brand
    row.full_clean()
    row.save(update_fields=["key_of"])
    summary = f"{row}标为{brand}的重点讲师"
    record(by=by, action="lecturers.key_marked", subject=row, summary=summary, town_code=brand.town.code)
    return row


@transaction.atomic
def clear_key(*, brand: Brand, by: User) -> None:
    """Take the mark off the brand's key lecturer; nothing where there is none."""
    if not by.is_county:
        raise PermissionDenied
    brand = locked_brand(brand)
    row = Lecturer.objects.filter(key_of=brand).first()
    if row:
        Lecturer.objects.filter(pk=row.pk).update(key_of=None)
        summary = f"{row}不再是{brand}的重点讲师"
        record(by=by, action="lecturers.key_cleared", subject=row, summary=summary, town_code=brand.town.code)
