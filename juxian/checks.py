"""What must be right before the portal starts: system checks, run by every command and by the processes themselves."""

import sys
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import connections

from juxian.vault.probe import key_faults


@register
def field_keys(**kwargs: Any) -> list[CheckMessage]:
    """The keys open what is stored."""
    return [Error(sentence, id="juxian.E001") for sentence in key_faults()]


def stop_on_wrong_keys() -> None:
    """End a process that serves or works (no command, so no checks) when it could not read what is stored."""
    try:
        found = key_faults()
    finally:
        connections.close_all()
    if found:
        sys.stderr.write("\n".join(found) + "\n")
        sys.exit(1)
