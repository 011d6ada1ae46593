"""What every reader of a text format hands over: questions as their file states them, each with its line."""

import re
from dataclasses import dataclass, field
from html import unescape

SINGLE, MULTIPLE, JUDGEMENT = "单选", "多选", "判断"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BREAK = re.compile(r"<br\b[^<>]*>|</(p|div|li)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--[^<>]*-->")
ADVICE = "这里只考单选、多选和判断；改成其中一种，或者从文件里去掉"


@dataclass
class Draft:
    """One question: `kind` and `answer` in the words of the template (单选; ABD; 正确).

    `fault`: why it cannot be imported, and the remedy; None where the reader found nothing wrong.
    `is_weighted`: whether the file gives part of the points for part of the answer, which no paper here does.
    """

    line: int
    kind: str = ""
    stem: str = ""
    options: list[str] = field(default_factory=list)
    answer: str = ""
    fault: tuple[str, str] | None = None
    is_weighted: bool = False

    def refuse_kind(self, name: str) -> "Draft":
        """Of a kind that is not asked here."""
        self.fault = (f"这是{name}，导入不了", ADVICE)
        return self

    def choose(self, right: list[int], *, several: bool) -> "Draft":
        """A question with options, of which `right` are right."""
        self.kind = MULTIPLE if several else SINGLE
        self.answer = "".join(LETTERS[index] for index in right if index < len(LETTERS))
        return self

    def judge(self, true: bool) -> "Draft":
        """A statement that is true or false."""
        self.kind, self.options, self.answer = JUDGEMENT, [], "正确" if true else "错误"
        return self


def bare(text: str) -> str:
    """Text without tags and entities, in one line a paragraph."""
    plain = unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return "\n".join(line for line in lines if line)
