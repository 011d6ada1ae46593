"""Ringing for a worker: a Celery message that carries nothing. Never raises, never waits longer than a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_muted: ContextVar[bool] = ContextVar("muted", default=False)


@contextmanager
def muted() -> Iterator[None]:
    """Inside a sweep nobody needs to be called: it looks again by itself."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def ring() -> None:
    """Publish the sweep task, best effort."""
    if _muted.get():
        return
