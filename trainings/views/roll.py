"""The roll-call page: who is on it, what is ticked, and its rows.

The rows are set in Python: two hundred people times four choices are a thousand look-ups too many for the template
language. What never changes in a row is put together once for each status.
"""

from html import escape as quick  # what Django's calls, without asking first whether it is lazy
from itertools import groupby
from typing import Any, NamedTuple
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from trainings.attendance import session_marks
from trainings.models import Enrolment, Mark, MarkStatus, Session, TrainingClass
from trainings.views.asking import SignedRequest


class Person(NamedTuple):
    """A seat on the roll; `pk` is the enrolment's."""

    pk: int
    name: str
    find: str
    branch: str


class Line(NamedTuple):
    """One person on the page: the mark that stands, and the status that is ticked."""

    number: int
    person: Person
    mark: Mark | None
    status: MarkStatus | None


def people_of(request: SignedRequest, session: Session) -> list[Person]:
    """Everybody with a seat, by branch and name."""
    rows = Enrolment.objects.visible_to(request.user).filter(training_class=session.training_class_id).seated()
    rows = rows.order_by("branch__name", "member__name", "pk")
    return [Person(*row) for row in rows.values_list("pk", "member__name", "member__search_text", "branch__name")]


def roll(session: Session, people: list[Person]) -> dict[str, Any]:
    """What the page shows. Who has no mark yet is ticked as present."""
    statuses = {status.pk: status for status in MarkStatus.objects.order_by("order")}
    marks = session_marks(session, statuses)
    first = next((status for status in statuses.values() if status.counts_present), None)
    lines = [
        Line(number, person, marks.get(person.pk), marks[person.pk].status if person.pk in marks else first)
        for number, person in enumerate(people, 1)
    ]
    is_open = session.is_open(timezone.localdate())
    may_amend = session.training_class.state == TrainingClass.State.ARCHIVED and session.cancelled_at is None
    rows = open_rows(lines, list(statuses.values())) if is_open else closed_rows(lines, session, may_amend)
    groups = [
        (branch, list(pairs)) for branch, pairs in groupby(zip(lines, rows, strict=True), lambda x: x[0].person.branch)
    ]
    ticked = [line.status.pk for line in lines if line.status]
    return {
        "nav": "classes",
        "session": session,
        "training_class": session.training_class,
        "groups": [(branch, len(pairs), SafeString("".join(row for _, row in pairs))) for branch, pairs in groups],
        "tally": [(status, ticked.count(pk)) for pk, status in statuses.items()],
        "total": len(people),
        "is_open": is_open,
        "too_early": is_open and not session.has_begun(timezone.now()),
        "may_amend": may_amend,
        "key": uuid4().hex,
        "seen": max((mark.pk for mark in marks.values()), default=0),
        "unmarked": sum(line.mark is None for line in lines),
    }


def open_rows(lines: list[Line], statuses: list[MarkStatus]) -> list[SafeString]:
    """A row for each person with a choice for each status."""
    patterns = {status: str(_pattern(status, statuses)) for status in (*statuses, None)}
    return [
        SafeString(
            patterns[line.status].format(
                pk=line.person.pk, number=line.number, name=quick(line.person.name), find=quick(line.person.find)
            )
        )
        for line in lines
    ]


def _pattern(ticked: MarkStatus | None, statuses: list[MarkStatus]) -> SafeString:
    """A row in which `ticked` is chosen, for `format`: {pk}, {number}, {name} and {find} are still to be filled."""
    choices = format_html_join(
        "",
        '<label class="s-{0}"><input type="radio" name="m{{pk}}" value="{1}" data-tone="{0}"{2} aria-label="{{name}} {3}"{4}>'
        "<span>{3}</span></label>",
        [
            (
                _fixed(status.tone),
                _fixed(status.code),
                SafeString(" data-present" if status.counts_present else ""),
                _fixed(status.name),
                SafeString(" checked" if status == ticked else ""),
            )
            for status in statuses
        ],
    )
    return format_html(
        '<li{} data-find="{{find}}"><span class="no">{{number}}</span> <span class="who">{{name}}</span> '
        '<span class="seg" role="radiogroup" aria-label="{{name}}">{}</span></li>\n',
        _tint(ticked),
        choices,
    )


def closed_rows(lines: list[Line], session: Session, may_amend: bool) -> list[SafeString]:
    """A row for each person with what was marked, and the way to correct it where that is allowed."""
    return [
        format_html(
            '<li{} data-find="{}"><span class="no">{}</span> <span class="who">{}</span> <span class="st{}">{}</span>{}</li>\n',
            _tint(line.status),
            line.person.find,
            line.number,
            line.person.name,
            "" if line.mark is None else " st-ok" if line.mark.present else " st-bad",
            line.mark.status.name if line.mark else "没点名",
            _amend(session, line.person) if may_amend else "",
        )
        for line in lines
    ]


def _amend(session: Session, person: Person) -> SafeString:
    return format_html(
        ' <a class="btn btn-sm btn-text" href="{}">更正<span class="visually-hidden">{}</span></a>',
        reverse("trainings:session-amend", args=[session.pk, person.pk]),
        person.name,
    )


def _tint(status: MarkStatus | None) -> SafeString:
    tone = status.tone if status else ""
    return SafeString("") if tone == "ok" else format_html(' class="x-{}"', _fixed(tone))


def _fixed(text: str) -> SafeString:
    """Escaped so that it may stand inside a pattern, braces too."""
    return SafeString(escape(text).replace("{", "&#123;").replace("}", "&#125;"))
