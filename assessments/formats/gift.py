"""GIFT: `::title:: stem { =right ~wrong }`, questions apart by blank lines, `//` comments."""

import re
from collections.abc import Iterator

from assessments.formats.draft import Draft, bare

LOOKS = re.compile(r"\{\s*([=~#}]|(T|F|TRUE|FALSE)\s*[#}])|^\s*\$CATEGORY:", re.MULTILINE)
_ESCAPED = "~=#{}:\n"
_STAND_INS = {mark: chr(0xE000 + place) for place, mark in enumerate(_ESCAPED)}
_TITLE = re.compile(r"^\s*::.*?::", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_JUDGED = re.compile(r"(T|TRUE|F|FALSE)", re.IGNORECASE)
_ANSWER = re.compile(r"([=~])\s*(?:%(-?[\d.]+)%)?([^=~]*)")
_OPEN = ("花括号没有配对", "每道题的答案写在一对 { } 里；文字里的花括号前面加反斜杠")


def read(text: str) -> list[Draft]:
    """Every question of the file."""
    return [_question(line, block) for line, block in _blocks(_hide(text))]


def _hide(text: str) -> str:
    """Escaped marks become stand-ins, so that every mark left is GIFT's own."""
    found = re.sub(r"\\([~=#{}:n])", lambda mark: _STAND_INS["\n" if mark[1] == "n" else mark[1]], text)
    return found.replace("\\\\", "\\")


def _show(text: str) -> str:
    for mark, stand_in in _STAND_INS.items():
        text = text.replace(stand_in, mark)
    return bare(text)


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs without comments and categories, with the number of their first line."""
    first, lines = 0, []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.lstrip().startswith(("//", "$CATEGORY:")):
            continue
        if line.strip():
            first = first or number
            lines.append(line)
        elif lines:
            yield first, "\n".join(lines)
            first, lines = 0, []


def _question(line: int, block: str) -> Draft:
    body = _FORMAT.sub("", _TITLE.sub("", block, count=1), count=1)
    before, opened, rest = body.partition("{")
    answers, closed, after = rest.partition("}")
    draft = Draft(line, stem=_show(before))
    if not opened and not closed:
        return draft.refuse_kind("没有答案的说明文字")
    if not opened or not closed or "{" in answers + after or "}" in before + after:
        draft.fault = _OPEN
        return draft
    if after.strip():
        draft.stem = f"{draft.stem}____{_show(after)}"
    return _answered(draft, answers.partition("####")[0].strip())


def _answered(draft: Draft, answers: str) -> Draft:
    if not answers:
        return draft.refuse_kind("问答题")
    if answers.startswith("#"):
        return draft.refuse_kind("数字题")
    judged = _JUDGED.fullmatch(answers.partition("#")[0].strip())
    if judged:
        return draft.judge(judged[1].upper().startswith("T"))
    found = [(sign, weight, text.partition("#")[0]) for sign, weight, text in _ANSWER.findall(answers)]
    if any("->" in text for _, _, text in found):
        return draft.refuse_kind("匹配题")
    if all(sign == "=" for sign, _, _ in found):
        return draft.refuse_kind("填空题")
    draft.options = [_show(text) for _, _, text in found]
    several = all(sign == "~" for sign, _, _ in found)
    draft.is_weighted = any(
        weight and abs(float(weight)) not in (0, 100) for _, weight, _ in found if _is_number(weight)
    )
    right = [place for place, (sign, weight, _) in enumerate(found) if sign == "=" or several and _is_positive(weight)]
    return draft.choose(right, several=several)


def _is_positive(weight: str) -> bool:
    return _is_number(weight) and float(weight) > 0


def _is_number(weight: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", weight))
