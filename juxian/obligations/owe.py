"""Stating that work is due."""

from datetime import datetime

from django.db import transaction

from juxian.obligations.models import Obligation
from juxian.obligations.registry import Draft


def owe(draft: Draft) -> Obligation:
    """Insert the obligation unless it exists, return the row, and wake the sweep once the transaction commits."""
    row, _ = Obligation.objects.get_or_create(
        kind=draft.kind,
        subject_kind=draft.subject_kind,
        subject_id=draft.subject_id,
        stage=draft.stage,
        defaults={"due_at": draft.due_at, "next_try_at": draft.due_at, "expires_at": draft.expires_at},
    )
    transaction.on_commit(wake, robust=True)
    return row


def wake() -> None:
    """Ask a worker to sweep soon. Best effort: the row is the truth, beat sweeps anyway."""
