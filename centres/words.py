"""Words and colours of verdicts, the same wherever a centre is judged."""

from typing import NamedTuple


class Word(NamedTuple):
    """What a person reads, and the class that colours it."""

    text: str
    css: str


MET, PARTLY, UNMET, STALE, NONE = "met", "partly", "unmet", "stale", "none"
VERDICTS = {
    MET: Word("达标", "st-ok"),
    PARTLY: Word("基本达标", "st-warn"),
    UNMET: Word("未达标", "st-bad"),
    STALE: Word("依据过期", "st-warn"),
    NONE: Word("未检查", ""),
}
# What an inspector may choose, the best first.
CHOSEN = [(code, VERDICTS[code].text) for code in (MET, PARTLY, UNMET)]


def verdict_word(code: str) -> Word:
    """The word for a verdict; 未检查 for none."""
    return VERDICTS.get(code, VERDICTS[NONE])
