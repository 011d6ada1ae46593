"""The search column: a name as people type it (characters, whole pinyin, initials).

Surnames are often read unlike the dictionary's first reading (单 shàn, 仇 qiú, 曾 zēng), so the first character
counts with every reading it has.
"""

from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from juxian.vault.derived import DerivedField


@cache
def _dictionary() -> Any:
    """The library, read when the first name is: it takes longer than the rest of a command's start."""
    return import_module("pypinyin")


@lru_cache(maxsize=8192)
def _syllable(character: str) -> str:
    """One character's reading, nothing for the dot in a name.

    Names hold no phrases, so single characters do, and a roster of thousands fills in milliseconds.
    """
    return "".join(_dictionary().lazy_pinyin(character)).lower() if character.isalnum() else ""


def pinyin(name: str) -> str:
    """`张三` → `zhangsan`."""
    return "".join(_syllable(character) for character in name)


def initials(name: str) -> str:
    """`张三` → `zs`."""
    return "".join(_syllable(character)[:1] for character in name)


@lru_cache(maxsize=4096)
def readings(character: str) -> tuple[str, ...]:
    """Every reading of a character, the usual one first."""
    usual = _syllable(character)
    found = _dictionary().pinyin(character, style=_dictionary().Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys([usual, *(reading.lower() for reading in (found[0] if found else []))]))


def search_text(name: str) -> str:
    """`单雄信` → `单雄信|danxiongxin|dxx|chanxiongxin|cxx|shanxiongxin|sxx`."""
    rest, letters = pinyin(name[1:]), initials(name[1:])
    ways = [part for first in readings(name[0]) for part in (first + rest, first[:1] + letters)]
    return "|".join(dict.fromkeys([name, *ways]))


def title_text(title: str) -> str:
    """`党章学习` → `党章学习|dangzhangxuexi|dzxx`: a title is phrases, so the dictionary reads them as phrases.

    All small letters, so that a search in small letters needs no folding of every row. Signs become spaces, so that
    nothing is found across them: a word that is looked for holds none.
    """
    syllables = [part.lower() for part in _dictionary().lazy_pinyin(title, errors=_plain) if part]
    return "|".join([title.lower(), "".join(syllables), "".join(part[:1] for part in syllables)])


def _plain(characters: str) -> list[str]:
    """What has no reading: letters and digits one by one, signs as a space."""
    return [character if character.isalnum() else " " for character in characters]


class SearchTextField(DerivedField):
    """Name, pinyin and initials of the field named by `source`, for one `icontains`."""

    def derive(self, value: Any) -> str:
        name = str(value or "").strip()
        return search_text(name)[: self.max_length] if name else ""


class TitleTextField(DerivedField):
    """Title, pinyin and initials of the field named by `source`, for one `icontains`."""

    def derive(self, value: Any) -> str:
        title = str(value or "").strip()
        return title_text(title)[: self.max_length] if title else ""
