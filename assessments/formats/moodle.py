"""Moodle XML: `<quiz><question type="…">`. Parsed without entities, DTD or anything from outside."""

import re
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder  # noqa: S405 only the types; parsing is defusedxml's
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parse

from assessments.formats.draft import Draft, bare
from juxian.sheets import CannotRead

LOOKS = re.compile(r"\A\s*(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<quiz\b", re.DOTALL)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_PICTURE = re.compile(r"<(img|audio|video|object|iframe|svg)\b", re.IGNORECASE)
_OTHERS = {
    "essay": "问答题",
    "shortanswer": "填空题",
    "matching": "匹配题",
    "numerical": "数字题",
    "calculated": "计算题",
    "cloze": "完形填空题",
    "description": "没有答案的说明文字",
    "ddmatch": "拖放题",
    "ddwtos": "拖放题",
    "gapselect": "选词填空题",
    "ordering": "排序题",
}


class _Questions(ContentHandler):
    """Builds the tree and remembers the line of every question."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = TreeBuilder()
        self.lines: list[int] = []
        self.place: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 the library's name
        self.place = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 the library's name
        if name == "question":
            self.lines.append(self.place.getLineNumber())
        self.tree.start(name, dict(attrs.items()))

    def endElement(self, name: str) -> None:  # noqa: N802 the library's name
        self.tree.end(name)

    def characters(self, content: str) -> None:
        self.tree.data(content)


def read(text: str) -> list[Draft]:
    """Every question of the file; categories are none. Raises CannotRead."""
    found = _Questions()
    blank = _DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), text)  # it may name another encoding
    try:
        parse(BytesIO(blank.encode()), found, forbid_dtd=True)
    except DefusedXmlException:
        raise CannotRead("这个 XML 文件里有实体或外部引用，不安全，没有读。请从 Moodle 重新导出后再上传。") from None
    except SAXParseException as error:
        raise CannotRead(f"第 {error.getLineNumber()} 行附近的 XML 不完整，读不下去。请从 Moodle 重新导出。") from None
    questions = zip(found.tree.close().iter("question"), found.lines, strict=True)
    return [_question(line, one) for one, line in questions if one.get("type") != "category"]


def _question(line: int, one: Element) -> Draft:
    stem = one.findtext("questiontext/text") or ""
    answers = [(answer.findtext("text") or "", _share(answer)) for answer in one.findall("answer")]
    draft = Draft(line, stem=bare(stem), options=[bare(text) for text, _ in answers])
    kind = one.get("type", "")
    if kind not in ("multichoice", "truefalse"):
        return draft.refuse_kind(_OTHERS.get(kind, f"“{kind[:20]}”类型的题"))
    if any(_PICTURE.search(text) for text in [stem, *(text for text, _ in answers)]):
        draft.fault = ("题里有图片或音像，导入不了", "改成只有文字的题，或者从文件里去掉")
        return draft
    if kind == "truefalse":
        right = [text.strip().lower() for text, share in answers if share == 100]
        return draft.judge(right == ["true"]) if right in (["true"], ["false"]) else draft.choose([], several=False)
    draft.is_weighted = any(abs(share) not in (0, 100) for _, share in answers)
    several = (one.findtext("single") or "true").strip().lower() in ("false", "0")
    return draft.choose(
        [n for n, (_, share) in enumerate(answers) if share == 100 or several and share > 0], several=several
    )


def _share(answer: Element) -> float:
    text = answer.get("fraction", "0").strip()
    return float(text) if re.fullmatch(r"-?\d{1,3}(\.\d+)?", text) else 0
