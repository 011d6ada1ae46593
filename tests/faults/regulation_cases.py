"""What makes the pages of regulations write."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.faults.inputs import Case


def _paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("rule.pdf", b"%PDF-1.4 rule")


REGULATIONS = {
    "centres:regulation-add": Case({"file": _paper}),
    "centres:regulation-version-add": Case({"file": _paper}),
}
