"""Certificates to print: one A4 sheet across for each person, any number in one PDF."""

from collections.abc import Sequence
from dataclasses import dataclass

from juxian.papers.qr import qr_svg
from juxian.papers.setting import set_pdf


@dataclass(frozen=True)
class Diploma:
    """What one sheet says. `check` is the address behind the square code."""

    title: str
    holder: str
    body: str
    signed: Sequence[str]
    lines: Sequence[str]
    check: str
    notice: str = ""


def diplomas_pdf(title: str, sheets: Sequence[Diploma]) -> bytes:
    """All sheets in one PDF, in the order given."""
    rows = [
        {
            "title": sheet.title,
            "holder": sheet.holder,
            "body": sheet.body,
            "signed": list(sheet.signed),
            "lines": list(sheet.lines),
            "check": sheet.check,
            "code": qr_svg(sheet.check),
            "notice": sheet.notice,
        }
        for sheet in sheets
    ]
    return set_pdf("diploma", {"title": title, "sheets": rows})
