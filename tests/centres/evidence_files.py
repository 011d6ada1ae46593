"""Standards and uploads for tests of the standard."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from centres.models import Standard, StandardItem
from tests.files.pictures import picture


def standard_from(day: date, *keys: str, evidence: str = "photo", months: int | None = 12) -> Standard:
    """A published version in force from `day`, with an item a key."""
    made = Standard.objects.create(
        label="四区六有", valid_from=day, source="测试", state="published", published_at=timezone.now()
    )
    for order, key in enumerate(keys, start=1):
        StandardItem.objects.create(
            standard=made,
            key=key,
            group="四区",
            name=key,
            text="要求",
            evidence=evidence,
            valid_months=months,
            order=order,
        )
    return made


def photo_file(name: str = "门口.jpg", width: int = 300) -> SimpleUploadedFile:
    """A photo as a telephone sends it; another width is another photo."""
    return SimpleUploadedFile(name, picture(size=(width, 100)), "image/jpeg")
