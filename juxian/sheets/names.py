"""Names of columns: letters, and header words as people write them."""

import re
from unicodedata import normalize

_NOISE = re.compile(r"[\s　*:：_\-—、，,。.·]+")
_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")


def column_letter(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def header_key(text: object) -> str:
    """A header as compared: no spaces, stars, colons, half-width brackets; notes in brackets are kept."""
    return _NOISE.sub("", normalize("NFKC", str(text))).lower()


def bare_header_key(text: object) -> str:
    """A header without its notes in brackets: `姓名（必填）` → `姓名`."""
    return header_key(_NOTE.sub("", normalize("NFKC", str(text))))
