"""A paper made of blocks, as PDF."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from juxian.papers.setting import set_pdf


@dataclass(frozen=True)
class Heading:
    """A heading inside the paper."""

    text: str

    def block(self) -> dict[str, Any]:
        return {"kind": "heading", "text": self.text}


@dataclass(frozen=True)
class Text:
    """Running text; each line a paragraph."""

    text: str

    def block(self) -> dict[str, Any]:
        return {"kind": "text", "text": self.text}


@dataclass(frozen=True)
class Facts:
    """Pairs of a label and what it says."""

    rows: Sequence[tuple[str, str]]

    def block(self) -> dict[str, Any]:
        return {"kind": "facts", "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True)
class Table:
    """Cells are texts; `widths` are shares of the line, one a column (none given: equal)."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()

    def block(self) -> dict[str, Any]:
        widths = list(self.widths) or [1] * len(self.heads)
        return {"kind": "table", "heads": list(self.heads), "rows": [list(row) for row in self.rows], "widths": widths}


Block = Heading | Text | Facts | Table


@dataclass(frozen=True)
class Document:
    """A paper. `notice` stands on every page; `wide` turns the sheet."""

    title: str
    subtitle: str = ""
    code: str = ""
    notice: str = ""
    wide: bool = False
    blocks: Sequence[Block] = field(default_factory=tuple)


def document_pdf(document: Document) -> bytes:
    """The paper as PDF."""
    data = {name: getattr(document, name) for name in ("title", "subtitle", "code", "notice", "wide")}
    return set_pdf("document", {**data, "blocks": [block.block() for block in document.blocks]})
