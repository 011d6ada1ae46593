"""Many at once, each on a connection of their own; a place inside an action where they meet; guards switched off."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import close_old_connections, connection, connections
from django.db.models import BaseConstraint, Model, QuerySet
from django.db.transaction import Atomic

GUARDED, BARE = 0.25, 20  # seconds to wait for the others: in vain behind a guard, for certain without one


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all jobs at the same moment; what each returned, or the exception it raised, in their order."""
    barrier = Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        close_old_connections()
        barrier.wait()
        try:
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def kinds(results: list[Any]) -> list[str]:
    """What the results are, sorted: names of exceptions, or the results themselves as text."""
    return sorted(type(result).__name__ if isinstance(result, Exception) else str(result) for result in results)


class Arena:
    """The place of one race: whoever comes to a meeting has read, and nobody has written.

    Behind a guard only one arrives; it waits a moment in vain and goes on. Without it all meet, whatever the machine does.
    """

    def __init__(self) -> None:
        self.monkeypatch = pytest.MonkeyPatch()
        self.dropped: list[tuple[type[Model], BaseConstraint]] = []
        self.patience: float = GUARDED

    def meet(self, owner: Any, name: str, place: Barrier | int, *, after: bool = False) -> Barrier:
        """Let so many jobs wait for one another before (or after) `owner.name` runs; the place, to meet there from elsewhere."""
        barrier, original = Barrier(place) if isinstance(place, int) else place, getattr(owner, name)

        def wait() -> None:
            with suppress(BrokenBarrierError):
                barrier.wait(self.patience)

        def met(*args: Any, **kwargs: Any) -> Any:
            if not after:
                wait()
            result = original(*args, **kwargs)
            if after:
                wait()
            return result

        self.monkeypatch.setattr(owner, name, met)
        return barrier

    def lift_locks(self) -> None:
        """Rows are read without a lock; on SQLite, where the one writer is the lock, every statement is a transaction."""
        self.patience = BARE
        self.monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
        if connection.vendor == "sqlite":
            self.monkeypatch.setattr(Atomic, "__enter__", lambda atomic: None)
            self.monkeypatch.setattr(Atomic, "__exit__", lambda atomic, *error: None)

    def lift(self, owner: Any, name: str, without: Any) -> None:
        """Put something without a condition in the place of what guards."""
        self.patience = BARE
        self.monkeypatch.setattr(owner, name, without)

    def drop(self, model: type[Model], *names: str) -> None:
        """Take unique constraints off a table, and off the model: SQLite makes a table anew from what its model says."""
        for name in names:
            (constraint,) = [one for one in model._meta.constraints if one.name == name]
            model._meta.constraints = [one for one in model._meta.constraints if one.name != name]
            with connection.schema_editor() as editor:
                editor.remove_constraint(model, constraint)
            self.dropped.append((model, constraint))

    def restore(self) -> None:
        """Every guard back; constraints return over an empty database."""
        self.monkeypatch.undo()
        if self.dropped:
            call_command("flush", verbosity=0, interactive=False)
        for model, constraint in self.dropped:
            model._meta.constraints = [*model._meta.constraints, constraint]
            with connection.schema_editor() as editor:
                editor.add_constraint(model, constraint)
