"""What all parts of the generation share: the day everything hangs on, the random source, the cast."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import models
from django.utils import timezone

from juxian.audit.log import SYSTEM, body_digest
from juxian.audit.models import AuditEntry
from juxian.people.models import Member, Town, User

SEED = 371327
BATCH = 2000


@dataclass
class Plot:
    """One generation. `at` is the local day it plays on; `scale` multiplies members, classes and attendances."""

    at: date
    scale: int
    password: str  # as stored
    random: Random = field(init=False)
    users: dict[str, User] = field(default_factory=dict)
    towns: list[Town] = field(default_factory=list)
    members: dict[int, list[Member]] = field(default_factory=dict)  # by town
    numbers: set[str] = field(default_factory=set)
    hero: Member | None = None
    audit: list[AuditEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(f"{SEED}:{self.at}:{self.scale}")

    def moment(self, day: date, clock: str = "09:00") -> datetime:
        """A local wall-clock moment, aware."""
        hour, minute = clock.split(":")
        return timezone.make_aware(datetime.combine(day, time(int(hour), int(minute))))

    def day(self, offset: int) -> date:
        """The day `offset` days from the day of the play."""
        return self.at + timedelta(days=offset)

    def clerk(self, town: Town) -> User:
        return self.users[f"clerk-{town.code}"]

    def note(self, at: datetime, by: User | None, action: str, subject: models.Model, summary: str, code: str) -> None:
        """Keep an audit row for the one bulk write at the end."""
        self.audit.append(
            AuditEntry(
                at=at,
                actor_id=by.pk if by else None,
                actor_name=str(by) if by else SYSTEM,
                action=action,
                subject_kind=subject._meta.label_lower,
                subject_id=str(subject.pk),
                town_code=code,
                summary=summary[:300],
                body=None,
                body_digest=body_digest(None),
            )
        )

    def shares(self, total: int, weights: list[float]) -> list[int]:
        """Split `total` into whole parts by weight; the parts add up exactly."""
        whole = sum(weights)
        parts = [int(total * weight / whole) for weight in weights]
        takers = [index for index, weight in enumerate(weights) if weight]
        for index in range(total - sum(parts)):
            parts[takers[index % len(takers)]] += 1
        return parts


def save_all(model: Any, rows: list[Any]) -> list[Any]:
    """Bulk insert with primary keys set."""
    made: list[Any] = model.objects.bulk_create(rows, batch_size=BATCH)
    return made
