"""Finding the town and the branch that a roster names, however they are written."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from juxian.people.models import Branch, Town, TownCode

_PREFIX = re.compile(r"^(中国共产党|中共)")
_AREA = re.compile(r"^(山东省)?(临沂市)?(莒南县)?")
_SUFFIX = re.compile(r"(党)?(支部委员会|支部)$|党支部$")
_UNION = re.compile(r"(党)?(总支部委员会|总支部|总支委员会|总支)$")
_COMMITTEE = re.compile(r"(党工委|党委|党委会|委员会|人民政府|办事处)$")


def unit_text(text: str) -> str:
    """Half-width, without spaces."""
    return "".join(normalize("NFKC", text).split())


def branch_key(text: str, town: str = "") -> str:
    """What two spellings of one branch share: `中共莒南县大店镇示例村支部委员会` and `示例村党支部` → `示例村`."""
    key = _AREA.sub("", _PREFIX.sub("", unit_text(text)))
    if town and key.startswith(town) and len(key) > len(town) + 2:
        key = key[len(town) :]
    union = _UNION.sub("", key)
    if union != key:
        return f"{union}#总支"
    return _SUFFIX.sub("", key) or key


def town_key(text: str) -> str:
    """`莒南县大店镇党委` → `大店镇`."""
    key = _AREA.sub("", _PREFIX.sub("", unit_text(text)))
    return _COMMITTEE.sub("", key) or key


class Towns:
    """All towns by name, short name and every code they carried."""

    def __init__(self) -> None:
        self._by_word: dict[str, Town] = {}
        towns = {town.pk: town for town in Town.objects.all()}
        for old in TownCode.objects.all():
            self._by_word[old.code] = towns[old.town_id]
        for town in towns.values():
            self._by_word.setdefault(re.sub(r"(镇|乡|街道)$", "", town.name), town)
        for town in towns.values():
            self._by_word |= {town.code: town, town.name: town}

    def find(self, text: str) -> Town | None:
        """The town a cell or an option names; None if nobody knows it."""
        return self._by_word.get(town_key(text))


class Branches:
    """The branches of some towns, by exact name and by key."""

    def __init__(self, towns: Iterable[Town]) -> None:
        self._towns = {town.pk: town for town in towns}
        self._exact: dict[tuple[int, str], Branch] = {}
        self._loose: dict[tuple[int, str], list[Branch]] = {}
        for branch in Branch.objects.filter(town__in=self._towns):
            self._exact[branch.town_id, unit_text(branch.name)] = branch
            self._loose.setdefault((branch.town_id, self.key(branch.name, branch.town_id)), []).append(branch)

    def key(self, text: str, town_id: int) -> str:
        return branch_key(text, self._towns[town_id].name)

    def find(self, text: str, town: Town) -> list[Branch]:
        """The one branch meant, several if the text fits several, none if it is unknown."""
        exact = self._exact.get((town.pk, unit_text(text)))
        if exact is not None:
            return [exact]
        found = self._loose.get((town.pk, self.key(text, town.pk)), [])
        still_open = [branch for branch in found if branch.closed_on is None]
        return still_open or found

    def names(self, town: Town) -> list[str]:
        """Names of the town's branches, for suggestions."""
        return [name for (town_id, name) in self._exact if town_id == town.pk]
