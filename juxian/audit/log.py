"""Writing to the log, always inside the action's own transaction."""

import json
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.audit.words import VERBS

SYSTEM = "系统"


def body_digest(body: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a body; the chain covers this, so a body can be blanked."""
    return sha256(json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def record(
    *,
    by: Any,
    action: str,
    subject: models.Model,
    summary: str,
    town_code: str = "",
    body: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one row. `by` is a user or None for the system; `body` must hold no ID or phone number.

    The body is kept, and its digest taken, as the JSON it becomes: dates, decimals and lazy texts are strings there.
    """
    plain = None if body is None else json.loads(json.dumps(body, cls=DjangoJSONEncoder))
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor_id=by.pk if by else None,
        actor_name=str(by) if by else SYSTEM,
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        town_code=town_code,
        summary=summary[:300],
        body=plain,
        body_digest=body_digest(plain),
    )


def record_edit(
    *, by: Any, verb: str, row: models.Model, town_code: str = "", body: dict[str, Any] | None = None
) -> AuditEntry:
    """Write that a row was `added`, `changed` or `deleted` on a page, in the words of every model."""
    return record(
        by=by,
        action=f"{row._meta.app_label}.{row._meta.model_name}_{verb}",
        subject=row,
        summary=f"{VERBS[verb]}{row._meta.verbose_name}：{row}",
        town_code=town_code,
        body=body,
    )
