"""What a well-formed question is, and when two questions are the same."""

import re
from collections.abc import Sequence
from hashlib import sha256

from django.core.exceptions import ValidationError

from assessments.models import Question

LETTERS = "ABCDEFGH"
TRUE_FALSE = ["正确", "错误"]


def clean(kind: str, stem: str, options: Sequence[str], answer: Sequence[int]) -> tuple[str, list[str], list[int]]:
    """Stem, options and answer in stored form. Raises ValidationError with everything that is wrong."""
    stem = stem.strip()
    texts = list(TRUE_FALSE) if kind == Question.Kind.TRUE_FALSE else [text.strip() for text in options if text.strip()]
    chosen = sorted(set(answer))
    wrong = [*_wrong_text(stem, texts), *_wrong_answer(kind, len(texts), chosen)]
    if wrong:
        raise ValidationError(wrong)
    return stem, texts, chosen


def _wrong_text(stem: str, texts: list[str]) -> list[str]:
    wrong = []
    if not stem:
        wrong.append("题干是空的，请写上题目。")
    if len(stem) > 1000 or any(len(text) > 300 for text in texts):
        wrong.append("题干不超过 1000 字，每个选项不超过 300 字。")
    if not 2 <= len(texts) <= len(LETTERS):
        wrong.append(f"选项要有 2 到 {len(LETTERS)} 个，现在有 {len(texts)} 个。")
    if len({_plain(text) for text in texts}) < len(texts):
        wrong.append("有两个选项内容一样，请改成不同的。")
    return wrong


def _wrong_answer(kind: str, options: int, answer: list[int]) -> list[str]:
    if not answer:
        return ["没有标出正确答案。"]
    if answer[0] < 0 or answer[-1] >= options:
        return ["正确答案指向了不存在的选项。"]
    if kind == Question.Kind.MULTIPLE and len(answer) < 2:
        return ["多选题至少要有 2 个正确答案；只有 1 个时请改为单选。"]
    if kind != Question.Kind.MULTIPLE and len(answer) != 1:
        return ["单选题和判断题只能有 1 个正确答案。"]
    return []


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def digest(kind: str, stem: str, options: Sequence[str]) -> str:
    """The same for two questions with the same words, whatever the spaces and the order of the options."""
    words = [kind, _plain(stem), *sorted(_plain(text) for text in options)]
    return sha256("\x1f".join(words).encode()).hexdigest()


def letters(indexes: Sequence[int]) -> str:
    """[0, 2] → AC."""
    return "".join(LETTERS[index] for index in indexes)


TRUE_WORDS = ("正确", "对", "是", "√", "T", "TRUE", "A")
FALSE_WORDS = ("错误", "错", "否", "×", "X", "F", "FALSE", "B")


def read_answer(kind: str, text: str) -> list[int]:
    """Option indexes of an answer as people write it: B, ABD, A、C, 对. Raises ValidationError."""
    plain = re.sub(r"[\s,，、;；.。]", "", text).upper()
    if kind == Question.Kind.TRUE_FALSE:
        if plain in TRUE_WORDS or plain in FALSE_WORDS:
            return [0 if plain in TRUE_WORDS else 1]
        raise ValidationError(f"判断题的答案填“正确”或“错误”，现在是“{text[:20]}”。")
    if not plain or any(letter not in LETTERS for letter in plain):
        raise ValidationError(f"答案填选项字母，如 B 或 ABD，现在是“{text[:20]}”。")
    return sorted({LETTERS.index(letter) for letter in plain})
