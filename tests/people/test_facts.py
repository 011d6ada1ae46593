"""The register of figures from upper floors."""

from juxian.people.facts import Facts


def test_facts_of_asks_the_registered_source_for_all_at_once() -> None:
    facts, asked = Facts(), []
    facts.add("twice", lambda pks: asked.append(list(pks)) or {pk: 2 * pk for pk in pks})
    assert facts.of("twice", [1, 2]) == {1: 2, 2: 4}
    assert asked == [[1, 2]]


def test_facts_of_is_empty_without_a_source_or_without_a_question() -> None:
    facts = Facts()
    facts.add("never", lambda pks: 1 / 0)
    assert (facts.of("unknown", [1]), facts.of("never", [])) == ({}, {})
