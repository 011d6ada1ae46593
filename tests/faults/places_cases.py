"""What makes the pages of a centre's places and posts write."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.faults.inputs import Case


def _photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return SimpleUploadedFile("a.png", out.getvalue())


def places_cases() -> dict[str, Case]:
    """Only pages for which their own form, as it is, is not enough."""
    said: dict[str, Any] = {
        "name": "另一处",
        "village": "示例村",
        "working_since": "2026-01-01",
        "opens_in": "",
        "closes_in": "",
    }
    return {
        "centres:centre-edit": Case({"address": "新地址", "principal_agreed_on": ""}),
        "centres:zone-add": Case(said),
        "centres:zone-edit": Case(said),
        "centres:room-add": Case(said),
        "centres:room-edit": Case(said),
        "centres:point-add": Case(said),
        "centres:point-edit": Case(said),
        "centres:site-add": Case(said | {"checked_on": ""}),
        "centres:site-edit": Case(said | {"checked_on": ""}),
        "centres:photo-add": Case({"file": _photo, "caption": "教学区"}),
        "centres:post-take-up": Case({"name": "示例新人", "username": ""}),
    }
