"""Keeping answers while an exam runs: the busiest write there is, so it is one statement an answer."""

import json
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import Answer, Attempt
from assessments.papers import clean_choice
from juxian.people.models import User

UNREADABLE = "这个答案读不出来，请刷新页面再选一次。"
MAX_SEQ = 2**53  # the largest whole number a browser counts exactly

# Asked with every choice; put together by the query builder it costs five times as much.
OWN = """
    SELECT attempt.id, paper, finished_at, closed_by, closes_at FROM assessments_attempt AS attempt
    JOIN trainings_enrolment AS enrolment ON enrolment.id = enrolment_id JOIN people_member AS member ON member.id = member_id
    WHERE attempt.id = %s AND member.user_id = %s
"""
# Locks the attempt, as whoever closes it does, and writes only while it is open and only over what is older.
STILL_OPEN = "finished_at IS NULL AND closes_at > %(now)s"
KEEP = """
    INSERT INTO assessments_answer (attempt_id, number, choice, client_seq, saved_at)
    SELECT id, %(number)s, %(choice)s, %(seq)s, %(now)s FROM assessments_attempt WHERE id = %(attempt)s AND {open} {lock}
    ON CONFLICT (attempt_id, number) DO UPDATE
    SET choice = excluded.choice, client_seq = excluded.client_seq, saved_at = excluded.saved_at
    WHERE assessments_answer.client_seq < excluded.client_seq
    RETURNING id
"""

Clean = tuple[int, list[int], int]


def choices_of(attempt: Attempt) -> dict[int, list[int]]:
    """What is kept, by question number."""
    return dict(Answer.objects.filter(attempt=attempt).order_by("number").values_list("number", "choice"))


def own_attempt(user: User, pk: int) -> Attempt | None:
    """The attempt if it is `user`'s own, with what saving needs of it."""
    return next(iter(Attempt.objects.raw(OWN, [pk, user.pk])), None)


def save_answer(*, attempt: Attempt, number: object, choice: object, client_seq: object, by: User | None) -> Answer:
    """Keep one choice unless a newer one is kept already; returns what is kept now.

    Refused with code `finished` after hand-in, `late` after the last second, `bad` for anything that is no answer.
    """
    [kept] = save_answers(attempt=attempt, answers=[{"number": number, "choice": choice, "seq": client_seq}], by=by)
    return kept


def save_answers(*, attempt: Attempt, answers: Iterable[Any], by: User | None) -> list[Answer]:
    """The same for several, dicts of number, choice and seq: all or, when one of them is refused, none."""
    now = timezone.now()
    _refuse_over(attempt, now)
    rows = [clean_answer(attempt, answer) for answer in islice(answers, len(attempt.paper) + 1)]
    if len(rows) > len(attempt.paper):
        raise ValidationError(UNREADABLE, code="bad")
    with nullcontext() if len(rows) == 1 else transaction.atomic():
        return [keep(attempt, row, now) or _held(attempt, row, now) for row in rows]


def clean_answer(attempt: Attempt, answer: Any) -> Clean:
    """Number, choice and sequence number in stored form; refused with code `bad` when nobody can read it."""
    try:
        place, chosen = clean_choice(attempt.paper, answer["number"], answer["choice"])
        return place, chosen, _clean_seq(answer["seq"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValidationError(UNREADABLE, code="bad") from error


def _clean_seq(client_seq: object) -> int:
    if isinstance(client_seq, bool) or not isinstance(client_seq, int) or not 0 <= client_seq <= MAX_SEQ:
        raise ValueError("a sequence number is a whole number from 0")
    return client_seq


def keep(attempt: Attempt, answer: Clean, now: datetime) -> Answer | None:
    """Write one answer that came at `now`; None when the attempt is over or the same or a newer one is kept."""
    number, choice, seq = answer
    values: dict[str, Any] = {"attempt": attempt.pk, "number": number, "choice": json.dumps(choice), "seq": seq}
    lock = "FOR UPDATE" if connection.vendor == "postgresql" else ""  # SQLite has one writer at a time
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(KEEP.format(open=STILL_OPEN, lock=lock), values | {"now": moment})
        written = cursor.fetchone()
    if written is None:
        return None
    return Answer(id=written[0], attempt=attempt, number=number, choice=choice, client_seq=seq, saved_at=now)


def _held(attempt: Attempt, answer: Clean, now: datetime) -> Answer:
    """What is kept where nothing was written; refused when that is because the attempt is over."""
    attempt.refresh_from_db(fields=["finished_at", "closed_by", "closes_at"])
    _refuse_over(attempt, now)
    held: Answer = Answer.objects.get(attempt=attempt, number=answer[0])
    return held


def _refuse_over(attempt: Attempt, now: datetime) -> None:
    if attempt.closed_by == Attempt.ClosedBy.MEMBER:
        raise ValidationError("已经交卷，答案不能再改。", code="finished")
    if attempt.finished_at or now >= attempt.closes_at:
        raise ValidationError("考试时间已到，正在自动收卷，以已保存的答案为准。", code="late")
