"""What must not stand in a published text: phones, citizen IDs, account numbers, names of the town's people.

Numbers are read as a person would read them: full-width and other digits, Chinese numerals, letters that look like digits,
and digits with blanks, hyphens, dots, tags or invisible characters between them. A name is only a hit to look at: short
names stand in other words too.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import category, decimal, digit, normalize

from juxian.people.models import Member, Town
from juxian.people.rights import FILLERS

MOBILE, LANDLINE, ID_NUMBER, ACCOUNT, NAME = "手机号码", "电话号码", "身份号码", "账号或长号码", "姓名"
SHOWN = 8  # characters of the text on either side of a hit
NUMERALS = dict(zip("〇零○◯一二三四五六七八九幺两洞拐勾", "000012345678912079", strict=True))
NUMERALS |= dict(zip("壹贰叁肆伍陆柒捌玖貳參陸", "123456789236", strict=True))
APART = set("·•・‧._-－—–")  # may stand between the characters of one name
BETWEEN = set(" -－—–_.·•/()（）～~")  # may stand between the digits of one number
INVISIBLE = ("Cf", "Mn", "Me", "Cc")
TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>")
LIKE_DIGITS = re.compile(r"[0-9OIL](?:[ -]?[0-9OIL]){10,}")  # 138OO1380OO, l38 0013 8000
MOST_DIGITS = 32
WIDEST = 12  # blanks between the digits of one number
CARDS = "34569"  # what the number of a bank card begins with; a row of years does not
PROVINCES = (
    "11|12|13|14|15|21|22|23|31|32|33|34|35|36|37|41|42|43|44|45|46|50|51|52|53|54|61|62|63|64|65|71|81|82|83|00"
)
MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
ID = re.compile(rf"(?:{PROVINCES})\d{{4}}(?:(?:18|19|20)\d\d{MONTH_DAY}\d{{3}}[\dX]|\d\d{MONTH_DAY}\d{{3}})")
SPLIT_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[^\w]{1,12}\d{4}[^\w]{1,12}\d{4}(?!\d)")  # 3-4-4, whatever stands between
MOBILES = re.compile(r"(?:0?0?86)?1[3-9]\d{9}")
LANDLINES = re.compile(r"(?:86)?0(?:10|2\d|[3-9]\d\d)[2-8]\d{6,7}")
DAY = re.compile(r"(?<!\d)(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)")
CALLED = re.compile(r"(?:电话|手机|座机|热线|联系|致电|拨打)[^\d。；\n]{0,8}$")
BANKED = re.compile(r"(?:账号|帐号|账户|帐户|卡号|户头|银行卡)[^\d。；\n]{0,12}$")


@dataclass(frozen=True)
class Hit:
    """One thing found. `place` says where, `excerpt` shows it with what stands around it."""

    kind: str
    place: str
    found: str
    excerpt: str

    @property
    def stops(self) -> bool:
        """Whether it may never be published; a name may, with a reason."""
        return self.kind != NAME

    @property
    def sentence(self) -> str:
        return f"{self.place}有{self.kind}：“{self.excerpt}”。"


@dataclass(frozen=True)
class Passage:
    """One text of a page and what a person calls its place."""

    place: str
    text: str


# Names of people of floors above ----------------------------------------------------------------------
Source = Callable[[Town], Iterable[str]]
SOURCES: list[Source] = []


def add_names(source: Source) -> None:
    """Register who else's names are looked for; floors above do so when they are ready."""
    if source not in SOURCES:
        SOURCES.append(source)


def names_of(town: Town) -> set[str]:
    """Names of the town's members, and of those the floors above add; one query each."""
    names = set(Member.objects.filter(branch__town=town).order_by().values_list("name", flat=True))
    for source in SOURCES:
        names |= set(source(town))
    return names


# Reading ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reading:
    """A text as it is compared: characters, and for each its place in the text as written."""

    text: str
    places: list[int]

    def excerpt(self, written: str, start: int, end: int) -> str:
        """What was written from `start` to `end` of the reading, with a few characters around it."""
        first, last = self.places[start], self.places[end - 1] + 1
        left, right = max(0, first - SHOWN), min(len(written), last + SHOWN)
        around = " ".join(written[left:right].split())
        return f"{'…' if left else ''}{around}{'…' if right < len(written) else ''}"


def _plain(written: str) -> Iterator[tuple[int, str]]:
    """Each visible character in its simplest form, and its place."""
    tags = {place for tag in TAG.finditer(written) for place in range(*tag.span())}
    for place, one in enumerate(written):
        if place in tags:
            continue
        if one in FILLERS:
            yield place, " "
        elif one in "\n\r\t":
            yield place, "\n" if one != "\t" else " "
        elif category(one) not in INVISIBLE:
            value = decimal(one, None) if decimal(one, None) is not None else digit(one, None)
            for simple in str(value) if value is not None else normalize("NFKC", one):
                yield place, " " if simple.isspace() else simple


def _reading(pairs: Iterable[tuple[int, str]]) -> Reading:
    kept = [(place, one) for place, text in pairs for one in text]  # some letters grow when they are raised
    return Reading("".join(one for _, one in kept), [place for place, _ in kept])


def _digits(written: str) -> Reading:
    found = _reading((place, NUMERALS.get(one, one.upper())) for place, one in _plain(written))
    return Reading(LIKE_DIGITS.sub(_as_digits, found.text), found.places)


def _as_digits(run: re.Match[str]) -> str:
    """Letters among digits as the digits they look like; a word with few digits stays a word."""
    most = sum(one.isdigit() for one in run[0]) * 2 > sum(one.isalnum() for one in run[0])
    return run[0].translate(str.maketrans("OIL", "011")) if most else run[0]


def _letters(written: str) -> Reading:
    """Without blanks, dots and hyphens, which people put into names."""
    return _reading((place, one.upper()) for place, one in _plain(written) if not one.isspace() and one not in APART)


# Numbers ----------------------------------------------------------------------------------------------
GROUP = re.compile(r"\d+(?:X(?![A-Z0-9]))?")


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Groups of digits with nothing but separators between them."""
    run: list[re.Match[str]] = []
    for group in GROUP.finditer(text):
        gap = text[run[-1].end() : group.start()] if run else ""
        if run and (len(gap.strip()) > 3 or len(gap) > WIDEST or any(one not in BETWEEN for one in gap)):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _luhn(number: str) -> bool:
    doubled = [int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(number))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def _is_account(text: str, groups: Sequence[re.Match[str]], number: str) -> bool:
    """A long number in one piece, a card in equal pieces, or whatever follows the word 账号."""
    if not number.isdigit():
        return False
    if BANKED.search(text[max(0, groups[0].start() - 20) : groups[0].start()]):
        return len(number) >= 8
    if len(groups) == 1:
        return len(number) >= 12
    size = len(groups[0][0])
    even = all(len(group[0]) == size for group in groups[:-1]) and len(groups[-1][0]) <= size
    return even and 16 <= len(number) <= 19 and number[0] in CARDS and _luhn(number)


def _kind(text: str, groups: Sequence[re.Match[str]], number: str) -> str:
    """What the digits of these groups are; empty for nothing."""
    if ID.fullmatch(number):
        return ID_NUMBER
    if DAY.search(text[groups[0].start() : groups[-1].end()]):
        return ""
    if MOBILES.fullmatch(number):
        return MOBILE
    if LANDLINES.fullmatch(number):
        return LANDLINE
    before = text[max(0, groups[0].start() - 12) : groups[0].start()]
    apart = len(groups) > 2 and any(len(group[0]) > 1 for group in groups)
    if not apart and 7 <= len(number) <= 8 and CALLED.search(before):
        return LANDLINE
    return ACCOUNT if _is_account(text, groups, number) else ""


def _numbers(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each number, the longest first where several begin together."""
    split = [match.span() for match in SPLIT_MOBILE.finditer(reading.text)]
    yield from ((MOBILE, start, end) for start, end in split)
    whole = list(reading.text)
    for start, end in split:
        whole[start:end] = "\n" * (end - start)
    reading = Reading("".join(whole), reading.places)
    for run in _runs(reading.text):
        first = 0
        while first < len(run):
            last, kind = _longest(reading.text, run, first)
            if kind:
                yield kind, run[first].start(), run[last - 1].end()
            first = last


def _longest(text: str, run: list[re.Match[str]], first: int) -> tuple[int, str]:
    best, number = (first + 1, ""), ""
    for last in range(first, len(run)):
        number += run[last][0]
        if len(number) > MOST_DIGITS and last > first:
            break
        kind = _kind(text, run[first : last + 1], number)
        if kind:
            best = (last + 1, kind)
    return best


# Names ------------------------------------------------------------------------------------------------
def _by_start(names: Iterable[str]) -> dict[str, list[str]]:
    """Names as they are compared, by their first two characters, the longest first; one character alone is no name."""
    found: dict[str, list[str]] = {}
    for name in sorted({_letters(name).text for name in names}, key=lambda one: (-len(one), one)):
        if len(name) > 1:
            found.setdefault(name[:2], []).append(name)
    return found


def _people(reading: Reading, names: dict[str, list[str]]) -> Iterator[tuple[str, int, int]]:
    place = 0
    while place < len(reading.text):
        near = names.get(reading.text[place : place + 2], ())
        name = next((one for one in near if reading.text.startswith(one, place)), "")
        if name:
            yield name, place, place + len(name)
        place += max(len(name), 1)


# The scan ---------------------------------------------------------------------------------------------
def scan(passages: Iterable[Passage], names: Iterable[str]) -> list[Hit]:
    """Everything found, in reading order; of several lines the place says which."""
    known = _by_start(names)
    return [hit for passage in passages for hit in _scan(passage, known)]


def _scan(passage: Passage, names: dict[str, list[str]]) -> list[Hit]:
    written = passage.text
    ends = [place for place, one in enumerate(written) if one == "\n"]
    found: list[tuple[int, Hit]] = []

    def add(kind: str, reading: Reading, start: int, end: int, what: str) -> None:
        at = reading.places[start]
        place = f"{passage.place}第 {bisect_right(ends, at) + 1} 行" if ends else passage.place
        found.append((at, Hit(kind, place, what, reading.excerpt(written, start, end))))

    digits = _digits(written)
    for kind, start, end in _numbers(digits):
        add(kind, digits, start, end, digits.text[start:end])
    letters = _letters(written)
    for name, start, end in _people(letters, names):
        add(NAME, letters, start, end, name)
    return [hit for _, hit in sorted(found, key=lambda pair: pair[0])]
