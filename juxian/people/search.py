"""The search column: a name as people type it (characters, whole pinyin, initials)."""

from functools import lru_cache
from typing import Any

from pypinyin import lazy_pinyin

from juxian.vault.derived import DerivedField


@lru_cache(maxsize=8192)
def _syllable(character: str) -> str:
    """Read character by character: names hold no phrases, and a roster of thousands fills in milliseconds."""
    return "".join(lazy_pinyin(character)).lower()


def pinyin(name: str) -> str:
    """`张三` → `zhangsan`."""
    return "".join(_syllable(character) for character in name)


def initials(name: str) -> str:
    """`张三` → `zs`."""
    return "".join(_syllable(character)[:1] for character in name)


class SearchTextField(DerivedField):
    """`name|pinyin|initials` of the field named by `source`, for one `icontains`."""

    def derive(self, value: Any) -> str:
        name = str(value or "").strip()
        return "|".join([name, pinyin(name), initials(name)])[: self.max_length] if name else ""
