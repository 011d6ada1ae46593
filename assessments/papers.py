"""Drawing a paper by the blueprint of an exam, and what of it may leave the server."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from assessments.models import Attempt, Exam, Question

Paper = list[dict[str, Any]]
KIND_NAMES = dict(Question.Kind.choices)
FROZEN = ("id", "kind", "stem", "options", "answer")
PUBLIC_KEYS = ("number", "kind", "stem", "options", "points")


def blueprint(exam: Exam) -> list[tuple[str, int, int]]:
    """(kind, how many, points each) in the order of the paper."""
    return [
        (Question.Kind.SINGLE, exam.single_count, exam.single_points),
        (Question.Kind.MULTIPLE, exam.multiple_count, exam.multiple_points),
        (Question.Kind.TRUE_FALSE, exam.true_false_count, exam.true_false_points),
    ]


def draw(exam: Exam, earlier: Iterable[Paper] = (), chance: random.Random | None = None) -> Paper:
    """A frozen paper: questions and options shuffled, questions of `earlier` papers only where the bank runs out.

    Raises ValueError when the bank has too few usable questions. True/false options keep their order.
    """
    chance = chance or random.SystemRandom()
    seen = {question["id"] for paper in earlier for question in paper}
    pool: dict[str, list[int]] = {}
    for pk, kind in Question.objects.filter(bank_id=exam.bank_id).usable().order_by("pk").values_list("pk", "kind"):
        pool.setdefault(kind, []).append(pk)
    picked: dict[int, int] = {}
    for kind, count, points in blueprint(exam):
        picked.update(dict.fromkeys(_pick(pool.get(kind, []), count, seen, chance), points))
    rows = {row["id"]: row for row in Question.objects.filter(pk__in=picked).order_by().values(*FROZEN)}
    return [_freeze(number, rows[pk], points, chance) for number, (pk, points) in enumerate(picked.items(), start=1)]


def _pick(pool: Sequence[int], count: int, seen: set[int], chance: random.Random) -> list[int]:
    if len(pool) < count:
        raise ValueError("the bank has too few usable questions")
    fresh = [pk for pk in pool if pk not in seen]
    picked = chance.sample(fresh, min(count, len(fresh)))
    picked += chance.sample([pk for pk in pool if pk in seen], count - len(picked))
    chance.shuffle(picked)
    return picked


def _freeze(number: int, question: dict[str, Any], points: int, chance: random.Random) -> dict[str, Any]:
    order = list(range(len(question["options"])))
    if question["kind"] != Question.Kind.TRUE_FALSE:
        chance.shuffle(order)
    return question | {
        "number": number,
        "options": [question["options"][index] for index in order],
        "answer": sorted(order.index(index) for index in question["answer"]),
        "points": points,
    }


def public(attempt: Attempt) -> Paper:
    """The questions without ids and answers: the only form in which a paper is shown to its sitter."""
    return [{key: question[key] for key in PUBLIC_KEYS} for question in attempt.paper]


def clean_choice(paper: Paper, number: object, choice: object) -> tuple[int, list[int]]:
    """The question number and the chosen option indexes in stored form. Raises ValueError for anything else."""
    question = next((one for one in paper if one["number"] == number), None)
    if question is None or isinstance(number, bool) or not isinstance(number, int):
        raise ValueError("no such question")
    if not isinstance(choice, list) or any(isinstance(one, bool) or not isinstance(one, int) for one in choice):
        raise ValueError("a choice is a list of option numbers")
    chosen = sorted(set(choice))
    if any(not 0 <= one < len(question["options"]) for one in chosen):
        raise ValueError("no such option")
    if question["kind"] != Question.Kind.MULTIPLE and len(chosen) > 1:
        raise ValueError("only one option may be chosen")
    return number, chosen
