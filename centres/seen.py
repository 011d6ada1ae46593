"""Which words a form showed: nobody overwrites unseen what another window or person has saved since."""

from hashlib import sha256

from django.core.exceptions import ValidationError

CHANGED = (
    "您打开这一页以后，这里的内容在别处（另一个窗口，或另一位同志）改过并保存了，您填的没有保存。"
    "请先把您填的抄下来，重新打开这一页，看过新的内容再补上。"
)


def stamp(*said: object) -> str:
    """The same for the same words."""
    return sha256(repr([str(one) for one in said]).encode()).hexdigest()[:20]


def must_be_seen(seen: str | None, now: str) -> None:
    """Refuses unless what was `seen` is what stands there `now`; None: nobody looked, as in a program."""
    if seen is not None and seen != now:
        raise ValidationError(CHANGED, code="changed")
