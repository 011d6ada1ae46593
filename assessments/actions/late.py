"""Answers that came after deadline and grace: kept first, decided by a person later, never dropped."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from assessments.actions.answers import choices_of, clean_answer
from assessments.actions.attempts import locked_attempt
from assessments.actions.exams import result_words
from assessments.grading import grade
from assessments.models import Answer, Attempt, LateAnswers, Retake
from assessments.models.late import LateAnswersQuerySet
from juxian.audit import log
from juxian.messages.actions import tell
from juxian.people.models import User
from juxian.rules.lookup import value
from trainings.actions import resettle_outcome
from trainings.actions.rights import must_run, need_text
from trainings.models import Enrolment, TrainingClass

Decision = LateAnswers.Decision
MOST = 20  # deliveries of one attempt; whoever sends more is no phone that lost its network


@transaction.atomic
def keep_late_answers(
    *, attempt: Attempt, answers: Iterable[Any], page_given_at: datetime | None, by: User | None
) -> LateAnswers | None:
    """Keep what an attempt that was not handed in by its sitter still had on a phone; None when nothing in it is new.

    Refused with code `finished` when it was handed in, `open` while there is time to hand in, `many` when too often.
    """
    arrived = timezone.now()
    attempt = locked_attempt(attempt.pk)
    if attempt.closed_by == Attempt.ClosedBy.MEMBER:
        raise ValidationError("已经交卷，答案不能再改。", code="finished")
    if attempt.finished_at is None and arrived < attempt.closes_at:
        raise ValidationError("考试还没结束，请接着答题、交卷。", code="open")
    news = news_in(attempt, answers)
    if not news:
        return None
    if _of(attempt).count() >= MOST:
        raise ValidationError("这份答卷迟到的答案已经收到很多次，不再收了。有疑问请问镇里的培训干事。", code="many")
    late = LateAnswers.objects.create(attempt=attempt, answers=news, arrived_at=arrived, page_given_at=page_given_at)
    _record(late, "late_kept", f"迟到的答案 {len(news)} 题", by, {"numbers": [row["number"] for row in news]})
    return late


def _of(attempt: Attempt) -> LateAnswersQuerySet:
    found: LateAnswersQuerySet = LateAnswers.objects.filter(attempt=attempt)
    return found


def news_in(attempt: Attempt, answers: Iterable[Any]) -> list[dict[str, Any]]:
    """The readable ones that are newer than everything we hold for their question, by number."""
    held = dict(Answer.objects.filter(attempt=attempt).values_list("number", "client_seq"))
    for late in _of(attempt):
        held |= {row["number"]: max(row["seq"], held.get(row["number"], -1)) for row in late.answers}
    news: dict[int, dict[str, Any]] = {}
    for answer in answers:
        try:
            number, choice, seq = clean_answer(attempt, answer)
        except ValidationError:
            continue
        if seq > held.get(number, -1):
            held[number] = seq
            news[number] = {"number": number, "choice": choice, "seq": seq}
    return [news[number] for number in sorted(news)]


def counted_choices(attempt: Attempt) -> dict[int, list[int]]:
    """What counts, by question number: what was kept in time, and what was adopted later."""
    return _laid_over(choices_of(attempt), _of(attempt).filter(decision=Decision.ADOPTED))


def _laid_over(choices: Mapping[int, list[int]], deliveries: Iterable[LateAnswers]) -> dict[int, list[int]]:
    """Late answers are always newer than those in time; among deliveries the newest number of each question counts."""
    newest = dict.fromkeys(choices, -1)
    counted = dict(choices)
    for row in (row for late in deliveries for row in late.answers):
        if row["seq"] > newest.get(row["number"], -1):
            newest[row["number"]], counted[row["number"]] = row["seq"], row["choice"]
    return counted


def at_stake(late: LateAnswers) -> int:
    """How much of 100 the questions are worth on which this delivery differs from what was kept: no score in it."""
    kept = choices_of(late.attempt)
    differs = {row["number"] for row in late.answers if row["choice"] != kept.get(row["number"], [])}
    total = sum(question["points"] for question in late.attempt.paper)
    points = sum(question["points"] for question in late.attempt.paper if question["number"] in differs)
    return round(100 * points / total) if total else 0


def needs_second(late: LateAnswers) -> bool:
    """Whether so much hangs on it that two people must adopt it."""
    threshold: int = value("exam.late_second_points", timezone.localdate(late.arrived_at))
    return at_stake(late) > threshold


@transaction.atomic
def decide_late_answers(*, late: LateAnswers, adopt: bool, reason: str, by: User) -> LateAnswers:
    """Let late answers count, or not, with a reason the sitter reads. The same decision again: nothing happens.

    Where much hangs on it the first person only proposes, another adopts. Adopting marks the attempt anew; what the
    score was before stays in this row and in the log. Refused to the sitter, before the attempt is closed, once decided.
    """
    attempt = locked_attempt(late.attempt_id)
    late = LateAnswers.objects.select_for_update(of=("self",)).get(pk=late.pk)
    late.attempt = attempt
    must_run(by, attempt.exam.training_class.town)
    wanted = Decision.ADOPTED if adopt else Decision.DECLINED
    if late.decision == wanted:
        return late
    _refuse_decision(late, by)
    late.reason = need_text(reason, "请写明理由，学员会看到，比如“村里停网，李书记证实”。")[:300]
    if adopt and needs_second(late) and late.proposed_by_id in (None, by.pk):
        return _propose(late, by)
    late.decision, late.decided_at, late.decided_by = wanted, timezone.now(), by
    if adopt:
        _regrade(late, by)
    late.save()
    _record(late, f"late_{wanted}", f"{late.get_decision_display()}迟到的答案", by, _decision_body(late))
    _tell_decision(late)
    return late


def _refuse_decision(late: LateAnswers, by: User) -> None:
    if late.attempt.enrolment.member.user_id == by.pk:
        raise ValidationError("这是您自己的答卷，要由别人来定。", code="own")
    if late.decision:
        raise ValidationError(f"这份迟到的答案已经定为“{late.get_decision_display()}”，不能再改。", code="decided")
    if late.attempt.finished_at is None:
        raise ValidationError("这份答卷正在自动收卷，一两分钟后再定。", code="open")


def _propose(late: LateAnswers, by: User) -> LateAnswers:
    if late.proposed_by_id is None:
        late.proposed_by = by
        late.save(update_fields=["proposed_by", "reason"])
        _record(late, "late_proposed", "提出采纳迟到的答案", by, {"reason": late.reason, "at_stake": at_stake(late)})
    return late


def _regrade(late: LateAnswers, by: User) -> None:
    """Mark the attempt with these answers too, and let what hangs on its result follow."""
    attempt = late.attempt
    adopted = [*_of(attempt).filter(decision=Decision.ADOPTED), late]
    late.score_before = attempt.score
    late.score_after = attempt.score = grade(attempt.paper, _laid_over(choices_of(attempt), adopted))
    attempt.save(update_fields=["score"])
    passed = attempt.score >= attempt.exam.pass_mark
    if attempt.sitting:
        state = Retake.State.PASSED if passed else Retake.State.FAILED
        _retakes(attempt).filter(sequence=attempt.sitting).update(state=state)
    if passed:
        _cancel_unused_retake(attempt)
    training_class = attempt.exam.training_class
    if training_class.state == TrainingClass.State.ARCHIVED:
        enrolment = resettle_outcome(enrolment=attempt.enrolment)
        log.record(
            by=by,
            action="class.amend",
            subject=enrolment,
            summary=f"归档后采纳“{training_class.title}”{attempt.enrolment.member.name}迟到的答案，{enrolment.get_outcome_display()}",
            town_code=training_class.town.code,
            body={"attempt": attempt.pk, "reason": late.reason},
        )


def _retakes(attempt: Attempt) -> Any:
    return Retake.objects.filter(exam=attempt.exam, enrolment=attempt.enrolment)


def _cancel_unused_retake(attempt: Attempt) -> None:
    """Whoever has passed owes no retake; one that was begun stays. Locks as expiry does: retake, then enrolment."""
    list(_retakes(attempt).open().select_for_update(of=("self",)))
    Enrolment.objects.select_for_update(of=("self",)).get(pk=attempt.enrolment_id)
    begun = Attempt.objects.filter(exam=OuterRef("exam"), enrolment=OuterRef("enrolment"), sitting=OuterRef("sequence"))
    unused = _retakes(attempt).open().exclude(Exists(begun))
    unused.update(state=Retake.State.CANCELLED, closed_at=timezone.now())


def is_out(attempt: Attempt) -> bool:
    """Whether the score may be told: a retake's at once, an exam's after release."""
    return attempt.sitting > 0 or attempt.exam.released_at is not None


def _decision_body(late: LateAnswers) -> dict[str, Any]:
    """What the log keeps; scores stay in the row alone as long as nobody may see them."""
    body: dict[str, Any] = {"reason": late.reason, "at_stake": at_stake(late), "proposed_by": late.proposed_by_id}
    if late.decision == Decision.ADOPTED and is_out(late.attempt):
        body |= {"score_before": late.score_before, "score_after": late.score_after}
    return body


def _record(late: LateAnswers, verb: str, words: str, by: User | None, body: dict[str, Any]) -> None:
    training_class = late.attempt.exam.training_class
    log.record(
        by=by,
        action=f"assessments.{verb}",
        subject=late,
        summary=f"{words}：{training_class.title}，{late.attempt.enrolment.member.name}",
        town_code=training_class.town.code,
        body={"attempt": late.attempt_id} | body,
    )


def _tell_decision(late: LateAnswers) -> None:
    attempt, adopted = late.attempt, late.decision == Decision.ADOPTED
    words = f"收卷后才到的 {len(late.answers)} 题，{'已采纳' if adopted else '没有采纳'}。理由：{late.reason}。"
    if is_out(attempt) and adopted:
        words += _changed(late.score_before) + result_words(attempt.exam, attempt)
    elif adopted:
        words += "成绩公布时按采纳后的算。"
    tell(
        to=attempt.enrolment.member,
        key=f"late-answers:{late.pk}",
        title="迟到的答案，镇里定了",
        body=words,
        link=reverse("assessments:me-result", args=[attempt.pk]),
    )


def _changed(before: Decimal | None) -> str:
    return f"原来 {before:f} 分，现在：" if before is not None else ""
