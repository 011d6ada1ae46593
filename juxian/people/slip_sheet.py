"""The sheet of slips just made: kept sealed in the session for a few minutes, so that a reload prints the same codes."""

import json
from collections.abc import Sequence

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from juxian.people.actions import PrintedSlip
from juxian.people.models import ActivationSlip, User
from juxian.vault.cipher import CannotOpenError, seal, unseal

KEPT_SECONDS = 600
NAME = "slip_sheet"
PURPOSE = "people.slip_sheet"


def keep(session: SessionBase, printed: Sequence[PrintedSlip]) -> None:
    """Put the codes into the session, encrypted; an earlier sheet is forgotten."""
    codes = {str(item.slip.pk): item.code for item in printed}
    session[NAME] = seal(json.dumps({"at": timezone.now().timestamp(), "codes": codes}), PURPOSE)


def kept(session: SessionBase, user: User) -> list[PrintedSlip]:
    """The sheet, without slips used or cancelled since; empty, and forgotten, when its minutes are over."""
    codes = _codes(session)
    if not codes:
        session.pop(NAME, None)
        return []
    rows = ActivationSlip.objects.editable_by(user).open(timezone.now()).filter(pk__in=codes)
    found = rows.select_related("member__branch__town").in_bulk()
    return [PrintedSlip(found[int(pk)], code) for pk, code in codes.items() if int(pk) in found]


def _codes(session: SessionBase) -> dict[str, str]:
    try:
        sheet = json.loads(unseal(session.get(NAME, ""), PURPOSE) or "{}")
    except CannotOpenError:  # the key was changed meanwhile
        return {}
    fresh = timezone.now().timestamp() - sheet.get("at", 0) < KEPT_SECONDS
    codes: dict[str, str] = sheet["codes"] if fresh else {}
    return codes
