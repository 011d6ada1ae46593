"""Figures from upper floors by primary key.

About courses: `rating` (juxian.people.facts.Rating), `taught` (sessions, hours, last day).
About borrowings: `sessions` (how many sessions used it).
"""

from juxian.people.facts import Facts

_facts = Facts()
add_facts = _facts.add
facts_of = _facts.of

_uses = Facts()
add_uses = _uses.add
uses_of = _uses.of
