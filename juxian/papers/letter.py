"""A letter of appointment to print: one A4 sheet across."""

from collections.abc import Sequence
from dataclasses import dataclass

from juxian.papers.setting import set_pdf


@dataclass(frozen=True)
class AppointmentLetter:
    """What the sheet says; `lines` are small print at the foot."""

    title: str
    holder: str
    body: str
    signed: Sequence[str]
    lines: Sequence[str] = ()
    notice: str = ""


def letter_pdf(letter: AppointmentLetter) -> bytes:
    """The sheet as PDF."""
    data = {name: getattr(letter, name) for name in ("title", "holder", "body", "notice")}
    return set_pdf("letter", {**data, "signed": list(letter.signed), "lines": list(letter.lines)})
