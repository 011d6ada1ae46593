"""What is kept of a failure: enough for staff, nothing personal."""

import re

LENGTH = 300
_NUMBERS = re.compile(r"\d{5,}[\dXx]?")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")


def brief(error: BaseException) -> str:
    """Type and first line of the message, without long numbers and without quoted values, which may be personal."""
    lines = str(error).strip().splitlines()
    message = _QUOTED.sub("“…”", _NUMBERS.sub("…", lines[0])) if lines else ""
    return f"{type(error).__name__}: {message}".rstrip(": ")[:LENGTH]
