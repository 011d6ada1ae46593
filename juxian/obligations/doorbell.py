"""Ringing for a worker: a Celery message that carries nothing.

Whoever rings never waits and never fails: one thread of the process publishes, so a broker that hangs or is gone
costs a request nothing, and a hundred rings in a row become one or two messages.
"""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from logging import getLogger
from threading import Event, Lock, Thread
from time import sleep

from celery import current_app
from django.conf import settings

TASK = "juxian.obligations.tasks.sweep"
PAUSE = 0.2  # seconds between two messages of one process
PATIENCE = 1.0  # seconds that a process which ends waits for its last message

logger = getLogger(__name__)
_muted: ContextVar[bool] = ContextVar("muted", default=False)


class Bell:
    """Publishes soon after `ring`, at least once after the last one, in a thread of its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked = Event()
        self._quiet = Event()
        self._owner = 0

    def ring(self) -> None:
        """Ask for one more message."""
        with self._lock:
            self._quiet.clear()
            self._asked.set()
            if self._owner == 0:
                atexit.register(self.settle)
            if self._owner != os.getpid():  # a thread does not survive a fork
                self._owner = os.getpid()
                Thread(target=self._serve, name="doorbell", daemon=True).start()

    def settle(self, patience: float = PATIENCE) -> bool:
        """Wait until nothing is left to publish; False if that took too long."""
        return self._owner != os.getpid() or self._quiet.wait(patience)

    def _serve(self) -> None:
        while self._asked.wait():
            self._asked.clear()
            publish()
            with self._lock:
                if not self._asked.is_set():
                    self._quiet.set()
            sleep(PAUSE)


def publish() -> bool:
    """Send the sweep message; False, and a line in the log, when the broker does not take it."""
    try:
        with current_app.connection_for_write() as connection:
            current_app.send_task(TASK, connection=connection, retry=False, expires=settings.SWEEP_SECONDS)
    except Exception as error:
        logger.warning("nobody answers the doorbell (%s); beat will sweep", type(error).__name__)
        return False
    return True


bell = Bell()


@contextmanager
def muted() -> Iterator[None]:
    """Inside a sweep nobody needs to be called: it looks again by itself."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def ring() -> None:
    """Ask a worker to sweep soon, best effort."""
    if not _muted.get():
        bell.ring()
