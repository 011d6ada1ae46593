"""What staff do about due work."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from juxian.audit import log
from juxian.obligations.models import Obligation, State
from juxian.obligations.owe import wake_on_commit
from juxian.obligations.registry import registry


@transaction.atomic
def retry(*, obligation: Obligation, by: Any) -> Obligation:
    """Make a parked row due again with all its attempts; a row that is not parked stays as it is."""
    now = timezone.now()
    changed = Obligation.objects.parked().filter(pk=obligation.pk)
    if changed.update(state=State.DUE, attempts=0, next_try_at=now):
        log.record(
            by=by,
            action="obligations.retry",
            subject=obligation,
            summary=f"再办一次：{registry.label(obligation.kind)}（{obligation.subject_kind} {obligation.subject_id}）",
            body={"last_error": obligation.last_error},
        )
        wake_on_commit()
    obligation.refresh_from_db()
    return obligation
