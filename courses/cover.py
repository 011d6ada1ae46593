"""The picture of a course, drawn from its title and theme: the same words, the same picture. No photo, no emblem.

Everything is a plain attribute, so the strict policy on styles holds; letters come from the reader's own fonts.
"""

from hashlib import sha256
from html import escape

WIDTH, HEIGHT = 320, 180
LINE, LINES = 9, 3  # characters in a line, lines
# Ground, lines, ink: the tints of the look book by slot of the theme
TONES = {
    1: ("#f9eeec", "#e3c4bf", "#8e1b1f"),
    2: ("#e8f1ea", "#bcd5c3", "#2a6446"),
    3: ("#efeae2", "#cfc6b8", "#544d45"),
    4: ("#e7eff6", "#bdd0e0", "#2b567c"),
    5: ("#fbf5e6", "#e4d2a4", "#7d5a12"),
}
OTHER = ("#f4efe7", "#d2c8b9", "#26221e")


def svg(title: str, slot: int, theme: str) -> str:
    """The whole picture as text."""
    ground, line, ink = TONES.get(slot, OTHER)
    marks = _draw(slot, sha256(f"{slot}:{title}".encode()).digest())
    rows = wrapped(title)
    first = 96 - 15 * (len(rows) - 1)
    words = "".join(
        f'<text x="24" y="{first + 34 * place}" font-size="26" font-weight="600">{escape(row)}</text>'
        for place, row in enumerate(rows)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>'
        f'<g fill="none" stroke="{line}" stroke-width="1.5">{marks}</g>'
        f'<g fill="{ink}" font-family="Songti SC, Noto Serif CJK SC, Source Han Serif SC, SimSun, serif">{words}'
        f'<text x="24" y="164" font-size="14">{escape(theme)}</text></g>'
        f'<rect x="24" y="142" width="32" height="2" fill="#b8892b"/></svg>'
    )


def wrapped(title: str) -> list[str]:
    """The title in lines that fit; what is longer ends in an ellipsis. What stands in brackets begins a line of its own."""
    head, bracket, tail = title.strip().partition("（")
    parts = [head[at : at + LINE] for at in range(0, len(head), LINE)]
    if bracket and len(parts) < LINES and len(tail) < LINE:
        return [*parts, bracket + tail]
    whole = title.strip()
    rows = [whole[at : at + LINE] for at in range(0, len(whole), LINE)]
    return rows if len(rows) <= LINES else [*rows[: LINES - 1], rows[LINES - 1][: LINE - 1] + "…"]


def _draw(slot: int, chance: bytes) -> str:
    """The lines behind the title: a family of forms for each theme, their place by chance of the title."""
    shift, step = chance[0] % 60, 12 + chance[1] % 7
    if slot == 2:  # furrows
        return "".join(
            f'<path d="M{-20 + step * k} {HEIGHT} Q{110 + shift + step * k} {60 + chance[2] % 40} {WIDTH + 40} {20 + step * k}"/>'
            for k in range(9)
        )
    if slot == 3:  # ruled paper
        return "".join(f'<path d="M{190 + shift} {20 + step * k}H{WIDTH}"/>' for k in range(11))
    if slot == 4:  # a net
        across = "".join(f'<path d="M{200 + step * 2 * k} 0L{120 + shift + step * 2 * k} {HEIGHT}"/>' for k in range(9))
        return across + "".join(f'<path d="M{180 - shift // 2 + 8 * k} {24 * k}H{WIDTH}"/>' for k in range(8))
    if slot == 5:  # rings that meet
        return "".join(
            f'<circle cx="{250 + (k % 2) * 40}" cy="{40 + shift + (k // 2) * 14}" r="{14 + step * (k // 2 + 1)}"/>'
            for k in range(8)
        )
    return "".join(f'<circle cx="{WIDTH}" cy="{HEIGHT - shift}" r="{24 + step * k}"/>' for k in range(10))  # a rising
