"""What a log line may hold: of a refused page who, where and why, in one line."""

import logging
from typing import Any


class OneLineRefusals(logging.Filter):
    """Turns Django's record of a 403 into one line without query, names or stack; other records stay as they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        request: Any = getattr(record, "request", None)
        if request is None or getattr(record, "status_code", 0) != 403:
            return True
        user = getattr(request, "user", None)
        path = request.path.encode("unicode_escape").decode("ascii")
        record.msg, record.args = (
            "403 user %s %s %s: %s",
            (getattr(user, "pk", None), request.method, path, _why(record)),
        )
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _why(record: logging.LogRecord) -> str:
    """The words of the refusal, or the name of the function that refused."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:  # the form token's check, which passes its reason
        return str(record.args[0]) if isinstance(record.args, tuple) and len(record.args) > 1 else "no reason given"
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return str(error) or (step.tb_frame.f_code.co_name if step else "no reason given")
