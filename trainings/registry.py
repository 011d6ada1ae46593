"""What upper floors add to the way of a class: checks at its gates and papers of its dossier."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from juxian.papers import Item
from trainings.models import Enrolment, Session, TrainingClass


class Gate(Enum):
    """Moments at which all that is missing is listed at once."""

    SUBMIT = "submit"
    CLOSE = "close"  # running → closing
    ARCHIVE = "archive"  # closing → archived


@dataclass(frozen=True)
class Missing:
    """One thing that holds a gate: what to do in a clerk's words, and where (a path), if there is a place.

    `later`: nothing can be done about it before its day comes.
    """

    text: str
    link: str = ""
    later: bool = False


Check = Callable[[TrainingClass], list[Missing]]
Completion = Callable[[Enrolment], str]


@dataclass(frozen=True)
class Tab:
    """One more tab on the page of a class: a URL name that takes the class's id, and a short count in words."""

    label: str
    url_name: str
    count: Callable[[TrainingClass], str]


@dataclass
class Registry:
    """Checks by gate; `completion` functions say why somebody did not complete ('' if nothing stands against it);
    `dossier` functions by item code say whether the generated paper exists, `papers` make its files (see filed.py).
    `substituted` is called in the transaction of a substitution with the session, which names who really teaches."""

    gates: dict[Gate, list[Check]] = field(default_factory=lambda: {gate: [] for gate in Gate})
    completion: list[Completion] = field(default_factory=list)
    dossier: dict[str, Callable[[TrainingClass], bool]] = field(default_factory=dict)
    papers: dict[str, Callable[[TrainingClass], list[Item]]] = field(default_factory=dict)
    closing: list[Callable[[TrainingClass], None]] = field(default_factory=list)
    substituted: list[Callable[[Session], None]] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)


registry = Registry()
