"""Aiken: the question, `A. …` a line, then `ANSWER: B`."""

import re

from assessments.formats.draft import LETTERS, Draft

LOOKS = re.compile(r"^\s*ANSWER:", re.MULTILINE)
_OPTION = re.compile(r"([A-Z])[.)．）、]\s*(.*)")
_ANSWER = re.compile(r"ANSWER:\s*(.*)")


def read(text: str) -> list[Draft]:
    """Every question of the file."""
    drafts: list[Draft] = []
    draft: Draft | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        if draft is None:
            draft = Draft(number)
            drafts.append(draft)
        answer = _ANSWER.fullmatch(line)
        if answer is None:
            _add(draft, line)
            continue
        _close(draft, re.sub(r"[\s,，、]", "", answer[1]))
        draft = None
    if draft is not None:
        draft.fault = ("没有 ANSWER 一行", "在选项下面另起一行写 ANSWER: 和字母")
    return drafts


def _add(draft: Draft, line: str) -> None:
    """An option if it carries the next letter, else more of what came before."""
    option = _OPTION.fullmatch(line)
    if option and option[1] == LETTERS[min(len(draft.options), len(LETTERS) - 1)]:
        draft.options.append(option[2])
    elif option and draft.options and draft.fault is None:
        draft.fault = (f"选项 {option[1]} 的字母不连续", "选项从 A 起，一个接一个")
    elif draft.options:
        draft.options[-1] = f"{draft.options[-1]} {line}"
    else:
        draft.stem = f"{draft.stem}\n{line}".strip()


def _close(draft: Draft, letters: str) -> None:
    draft.choose([], several=len(letters) > 1)
    draft.answer = letters
