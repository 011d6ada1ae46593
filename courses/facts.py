"""Figures about courses from upper floors, by primary key. Known codes: `rating` (juxian.people.facts.Rating)."""

from juxian.people.facts import Facts

_facts = Facts()
add_facts = _facts.add
facts_of = _facts.of
