"""Sending a stored file to a browser, for the view of whatever owns it: that view has checked who may see it."""

from django.http import FileResponse

from juxian.files.models import StoredFile
from juxian.files.photos import TYPES
from juxian.files.store import open_whole

OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = TYPES | {
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "pptx": f"{OFFICE}presentationml.presentation",
    "mp4": "video/mp4",
    "webm": "video/webm",
}


def sent(stored: StoredFile) -> FileResponse:
    """Pictures to look at, everything else as a download; the browser guesses no type and runs nothing in it.

    Raises DamagedFile.
    """
    kind = KINDS.get(stored.kind, "application/octet-stream")
    response = FileResponse(
        open_whole(stored), as_attachment=stored.kind != "jpeg", filename=stored.original_name, content_type=kind
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    return response
