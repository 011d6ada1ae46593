"""How near the brands of a county are to one another. It warns, it never blocks.

A slogan in force hangs on the wall of its centre, so every town may read it; what others have only sent or drafted is
shown to the county alone.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from unicodedata import category, normalize

from centres.models import BrandRevision, BrandTheme
from juxian.rules.lookup import value

ALIKE, CROWD = "brand.alike_percent", "brand.theme_towns"


def halves(slogan: str) -> list[str]:
    """The parts between blanks and punctuation, in one width and case."""
    said = normalize("NFKC", slogan).casefold()
    kept = "".join(sign if category(sign)[0] in "LN" else " " for sign in said)
    return kept.split()


def likeness(one: str, other: str) -> int:
    """How alike two slogans are, 0 to 100: signs and blanks do not count, nor which half comes first."""
    first, second = halves(one), halves(other)
    if not first or not second:
        return 0
    pairs = (("".join(first), "".join(second)), ("".join(sorted(first)), "".join(sorted(second))))
    return max(round(100 * _ratio(*sorted(pair))) for pair in pairs)


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


@dataclass(frozen=True)
class Spread:
    """How many towns chose a slot."""

    theme: BrandTheme
    count: int
    is_crowded: bool


@dataclass(frozen=True)
class Yardstick:
    """The county's rules of a day, and the revisions to compare with."""

    others: list[BrandRevision]
    alike: int
    crowd: int

    def warnings(self, revision: BrandRevision) -> list[str]:
        """Sentences about one revision beside those of the other towns, the nearest first."""
        others = [row for row in self.others if row.brand_id != revision.brand_id]
        near = sorted(((likeness(revision.slogan, row.slogan), row) for row in others), key=lambda pair: -pair[0])
        said = [
            f"与{row.brand.town.name}的“{row.slogan}”相近（{percent}%{'' if row.state == 'approved' else '，那边还没批'}）。"
            for percent, row in near
            if percent >= self.alike
        ]
        same = {row.brand_id for row in others if row.theme_id and row.theme_id == revision.theme_id}
        if len(same) >= self.crowd:
            said.append(f"“{revision.theme}”已有 {len(same)} 个镇街选用，五类要铺开，可以考虑别的类别。")
        return said

    def spread(self) -> list[Spread]:
        """The five slots with their towns; a town counts once in each slot it holds or has asked for."""
        asked = {(row.brand_id, row.theme_id) for row in self.others if row.theme_id}
        counts = Counter(theme for _, theme in asked)
        return [Spread(row, counts[row.pk], counts[row.pk] > self.crowd) for row in BrandTheme.objects.all()]


def yardstick(on: date, *, for_county: bool) -> Yardstick:
    """What to measure by on the local day `on`: brands in force; for the county also what was sent."""
    states = [BrandRevision.State.APPROVED, *([BrandRevision.State.SUBMITTED] if for_county else [])]
    rows = BrandRevision.objects.filter(state__in=states).select_related("brand__town", "theme")
    rows = rows.order_by("brand__town__code", "number")
    return Yardstick(list(rows), int(value(ALIKE, on)), int(value(CROWD, on)))
