"""Numbered text as it is usually typed: `1. 题干`, `A. 选项`, `答案：B`, under headings such as 一、单选题."""

import re

from assessments.formats.draft import JUDGEMENT, LETTERS, MULTIPLE, SINGLE, Draft

KINDS = {
    "单选": SINGLE,
    "单项选择": SINGLE,
    "多选": MULTIPLE,
    "多项选择": MULTIPLE,
    "判断": JUDGEMENT,
    "是非": JUDGEMENT,
}
OTHER_KINDS = ("填空", "简答", "问答", "论述", "名词解释", "案例分析", "材料分析", "匹配", "连线", "排序")
TRUE, FALSE = ("正确", "对", "√", "T", "TRUE"), ("错误", "错", "×", "X", "F", "FALSE")
_WORDS = "|".join([*KINDS, *OTHER_KINDS])
_HEADING = re.compile(
    rf"(?:第?[（(]?[一二三四五六七八九十]{{1,3}}[)）]?(?:部分|大题)?[、.．:：\s]*)?[【\[]?({_WORDS})题?(?:$|[】\]（(：:，,、。\s].*)"
)
_NUMBER = re.compile(r"(\d{1,4})\s*(?:[、．)）]|\.(?!\d))\s*(.*)")
_TAG = re.compile(rf"[\[【(（]\s*({_WORDS})题?\s*[\]】)）]")
_OPTIONS = re.compile(r"(?:^|(?<=\s))([A-Z])\s*[.、．:：)）]\s*")
_ANSWER = re.compile(r"[\[【]?(?:正确|参考|标准)?答案[\]】]?\s*[:：]?\s*(.*)")
_NOTE = re.compile(r"[\[【]?(?:答案)?(?:解析|分析|出处|难度)[\]】]?\s*[:：]")
_IN_BRACKETS = re.compile(r"[（(]\s*([A-Z]{1,8}|√|×|对|错|正确|错误)\s*[)）]")
LOOKS = re.compile(
    r"^\s*\d{1,4}\s*(?:[、．)）]|\.(?!\d))[^\n]*\n(?:[^\n]*\n){0,12}?\s*(?:A\s*[.、．:：)）]|.{0,4}答案\s*[\]】]?\s*[:：])"
    r"|^\s*\d{1,4}\s*(?:[、．)）]|\.(?!\d))[^\n]*[（(]\s*(?:√|×|对|错|正确|错误)\s*[)）]",
    re.MULTILINE,
)


class _Reader:
    """Goes through the lines; the heading gives the kind until the next one."""

    def __init__(self) -> None:
        self.heading = ""
        self.drafts: list[Draft] = []
        self.in_note = False

    def take(self, number: int, line: str) -> None:
        heading, start = _HEADING.fullmatch(line), _NUMBER.fullmatch(line)
        if heading:
            self.heading = heading[1]
        elif start:
            self.in_note = False
            self._begin(number, start[2])
        elif self.drafts:
            self._go_on(self.drafts[-1], line)

    def _begin(self, number: int, stem: str) -> None:
        tag = _TAG.match(stem)
        draft = Draft(number, kind=tag[1] if tag else self.heading)
        self.drafts.append(draft)
        self._go_on(draft, stem[tag.end() :].strip() if tag else stem)

    def _go_on(self, draft: Draft, line: str) -> None:
        """An answer, a note, options, or more of what came before."""
        answer = _ANSWER.fullmatch(line)
        self.in_note = self.in_note or bool(_NOTE.match(line))
        if answer and not draft.answer:
            draft.answer, note, _ = re.split(r"(解析|分析|$)", answer[1], maxsplit=1)
            self.in_note = bool(note)
        elif answer or self.in_note:
            return
        elif (parts := _options(line)) and parts[0][0] == LETTERS[min(len(draft.options), 25)]:
            draft.options += [text for _, text in parts]
        elif draft.options:
            draft.options[-1] = f"{draft.options[-1]} {line}"
        else:
            draft.stem = f"{draft.stem}\n{line}".strip()


def _options(line: str) -> list[tuple[str, str]]:
    """`A. 红  B. 蓝` → [(A, 红), (B, 蓝)]; empty unless the line begins with an option and the letters go up."""
    marks = list(_OPTIONS.finditer(line))
    if not marks or marks[0].start() != 0:
        return []
    kept = [mark for place, mark in enumerate(marks) if ord(mark[1]) == ord(marks[0][1]) + place]
    ends = [*(mark.start() for mark in kept[1:]), len(line)]
    return [(mark[1], line[mark.end() : end].strip()) for mark, end in zip(kept, ends, strict=True)]


def read(text: str) -> list[Draft]:
    """Every question of the file."""
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            reader.take(number, line.strip())
    return [_finished(draft) for draft in reader.drafts]


def _finished(draft: Draft) -> Draft:
    """With the answer out of the stem's brackets if it stands there, and the kind it must be."""
    word, draft.kind = draft.kind, KINDS.get(draft.kind, "")
    if word in OTHER_KINDS:
        return draft.refuse_kind(word if word.endswith("解释") else f"{word}题")
    inside = list(_IN_BRACKETS.finditer(draft.stem))
    if inside and not draft.answer:
        last = inside[-1]
        draft.answer = last[1]
        draft.stem = f"{draft.stem[: last.start()]}（ ）{draft.stem[last.end() :]}"
    plain = re.sub(r"[\s,，、;；.。]", "", draft.answer).upper()
    if not plain:
        draft.fault = ("没有写答案", "在选项下面另起一行写“答案：”和字母")
        return draft
    if draft.options and draft.kind == JUDGEMENT and len(plain) == 1 and LETTERS.find(plain) < len(draft.options):
        plain = draft.options[LETTERS.find(plain)].rstrip("。").upper()
    if plain in TRUE + FALSE and (draft.kind == JUDGEMENT or not draft.kind and not draft.options):
        return draft.judge(plain in TRUE)
    draft.kind = draft.kind or (MULTIPLE if len(plain) > 1 else SINGLE)
    return draft
