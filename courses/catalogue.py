"""Finding courses: words, pinyin or initials, then five facets, each counted as if it alone were not chosen yet.

A constant number of statements, however many courses there are. `names` are the lecturers by whose name one may search.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from courses.models import Audience, ContentTask, Course
from courses.models.library import CourseQuerySet
from lecturers.models import Lecturer

LONGEST = 60  # characters that are looked for
FEW = 1000  # so many hits are named one by one, and nothing is searched twice
COUNTY = "county"
KEYS = ("theme", "task", "audience", "form", "town")
TITLES = {"theme": "类别", "task": "内容任务", "audience": "适用对象", "form": "形式", "town": "镇街"}
ONE = {"theme": "theme__slot", "form": "form", "town": "town__code"}  # a course has one of these
MANY = {"audience": ("audiences", Audience), "task": ("tasks", ContentTask)}  # and several of these


class Choice(NamedTuple):
    """One chip of a facet; `query` leads to the list with it chosen, or with nothing of this facet chosen."""

    label: str
    number: int
    query: str
    chosen: bool


class Facet(NamedTuple):
    """One way of narrowing."""

    title: str
    every: str
    choices: list[Choice]
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """What the reader typed and chose; what makes no sense is as if it were not there."""

    words: str
    chosen: Mapping[str, str]

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "Asked":
        chosen = {key: str(query.get(key, "")).strip() for key in KEYS}
        numbers = {key: chosen[key] for key in ("theme", "task", "audience")}
        wrong = {key for key, text in numbers.items() if not (text.isascii() and text.isdecimal() and len(text) < 8)}
        wrong |= {"form"} - {key for key in ("form",) if chosen[key] in Course.Form.values}
        return cls(
            " ".join(str(query.get("q", "")).split())[:LONGEST].strip(),
            {key: text for key, text in chosen.items() if text and key not in wrong},
        )

    def query(self, **changed: str) -> str:
        """This question as a query string, with something else chosen."""
        asked = {"q": self.words, **self.chosen, **changed}
        return urlencode({key: text for key, text in asked.items() if text})


def featured_today() -> CourseQuerySet:
    """The courses that are shared by all today."""
    return Course.objects.featured(timezone.localdate())


def searched(rows: CourseQuerySet, words: str, names: QuerySet[Lecturer]) -> CourseQuerySet:
    """Every word in the title (as characters, pinyin or initials), the code, or the name of somebody who teaches it."""
    for word in words.lower().split():
        taught = Course.lecturers.through.objects.filter(lecturer__in=names.filter(search_text__contains=word))
        rows = rows.filter(Q(search_text__contains=word) | Q(code__icontains=word) | Q(pk__in=taught.values("course")))
    return _few(rows) if words else rows


def _few(rows: CourseQuerySet) -> CourseQuerySet:
    """The same rows by key where they are few: what follows asks for them five times."""
    keys = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return rows.model.objects.filter(pk__in=keys) if len(keys) <= FEW else rows


def narrowed(rows: CourseQuerySet, asked: Asked, but: Iterable[str] = ()) -> CourseQuerySet:
    """What is left of `rows` by the chosen facets, `but` some of them."""
    for key, text in asked.chosen.items():
        if key in but:
            continue
        if key in MANY:
            rows = rows.filter(pk__in=_linked(key).filter(**{_column(key): text}).values("course"))
        else:
            rows = rows.filter(town=None) if text == COUNTY and key == "town" else rows.filter(**{ONE[key]: text})
    return rows


def _linked(key: str) -> QuerySet[Any]:
    return getattr(Course, MANY[key][0]).through.objects.all()  # type: ignore[no-any-return]  # a table of pairs


def _column(key: str) -> str:
    return str(MANY[key][1]._meta.model_name)


def facets(rows: CourseQuerySet, asked: Asked) -> tuple[list[Facet], int]:
    """The five facets of `rows`, and how many courses all choices together leave."""
    found = {key: _counted_links(rows, asked, key) for key in MANY}
    grid = (
        narrowed(rows, asked, but=ONE)
        .order_by()
        .values_list("theme__slot", "theme__name", "form", "town__code", "town__name")
    )
    labels: dict[str, dict[str, str]] = {"theme": {}, "form": {}, "town": {}}
    counts: dict[str, Counter[str]] = {key: Counter() for key in labels}
    total = 0
    for slot, theme, form, code, town, n in grid.annotate(n=Count("pk")):
        values = {"theme": str(slot), "form": form, "town": code or COUNTY}
        said = {"theme": theme or f"类别{slot}", "form": Course.Form(form).label, "town": town or "县级"}
        off = [key for key, value in values.items() if asked.chosen.get(key, value) != value]
        total += 0 if off else n
        for key, value in values.items():
            if not [one for one in off if one != key]:
                labels[key][value] = str(said[key])
                counts[key][value] += n
    order = {
        "theme": sorted(labels["theme"]),
        "form": [f for f in Course.Form.values if f in labels["form"]],
        "town": sorted(labels["town"]),
    }
    for key, values_in_order in order.items():
        found[key] = [(value, labels[key][value], counts[key][value]) for value in values_in_order]
    return [_facet(key, found[key], asked) for key in KEYS], total


def _counted_links(rows: CourseQuerySet, asked: Asked, key: str) -> list[tuple[str, str, int]]:
    left = narrowed(rows, asked, but=[key]).order_by().values("pk")
    column = _column(key)
    pairs = _linked(key).filter(course__in=left).values_list(column, f"{column}__name")
    counted = pairs.annotate(n=Count("pk")).order_by(f"{column}__order", f"{column}__name")
    return [(str(pk), name, n) for pk, name, n in counted]


def _facet(key: str, found: list[tuple[str, str, int]], asked: Asked) -> Facet:
    mine = asked.chosen.get(key, "")
    choices = [Choice(label, n, asked.query(**{key: value}), value == mine) for value, label, n in found]
    return Facet(TITLES[key], asked.query(**{key: ""}), choices, bool(mine))
