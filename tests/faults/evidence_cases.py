"""What makes the pages of the standard write."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.faults.inputs import Case
from tests.files.pictures import picture


def _photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", picture(), "image/jpeg")


EVIDENCE = {"centres:evidence-add": Case({"uploads": _photo})}
