"""Every code of an action that the portal's source can write has Chinese words."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import reverse

from juxian.audit import log
from juxian.audit.words import ACTIONS, PARTS, in_words
from tests.factories import TownFactory

ROOT = Path(__file__).resolve().parents[2]
HOMES = ("juxian", "centres", "lecturers", "courses", "trainings", "assessments")
COMPOSED = {"juxian/audit/log.py", "juxian/people/admin_base.py", "juxian/demo/plot.py"}  # whatever they are handed


NEIGHBOURS: dict[int, list[ast.Module]] = {}  # the trees of a tree's folder, where its functions may be called too


@cache
def parsed() -> list[tuple[str, ast.Module]]:
    found = []
    for home in HOMES:
        for path in sorted((ROOT / home).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "migrations" not in path.parts and name not in COMPOSED:
                found.append((name, ast.parse(path.read_text())))
    folders: dict[str, list[ast.Module]] = {}
    for name, tree in found:
        NEIGHBOURS[id(tree)] = folders.setdefault(name.rpartition("/")[0], [])
        NEIGHBOURS[id(tree)].append(tree)
    return found


def sources() -> Iterator[tuple[str, ast.Module]]:
    yield from parsed()


def codes(tree: ast.Module) -> Iterator[str]:
    """A pattern for each `action=` handed to the log; what a function is given is looked up at its calls."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).split(".")[-1] == "record":
                for keyword in (one for one in call.keywords if one.arg == "action"):
                    yield from texts(keyword.value, function, tree)


def texts(node: ast.expr, function: ast.FunctionDef | None, tree: ast.Module) -> list[str]:
    if isinstance(node, ast.Constant):
        return [re.escape(str(node.value))]
    if isinstance(node, ast.IfExp):
        return texts(node.body, function, tree) + texts(node.orelse, function, tree)
    if isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            ends = texts(part.value if isinstance(part, ast.FormattedValue) else part, function, tree)
            found = [start + end for start in found for end in ends]
        return found
    if isinstance(node, ast.Attribute):
        return [node.attr.lower()]
    if isinstance(node, ast.Name) and function is not None:
        names = [one.arg for one in function.args.args]
        if node.id in names:
            place = names.index(node.id)
            near = [tree] if function.name.startswith("_") else NEIGHBOURS.get(id(tree), [tree])
            nodes = [one for other in near for one in ast.walk(other)]
            calls = [one for one in nodes if isinstance(one, ast.Call) and name_of(one) == function.name]
            return [text for one in calls for text in texts(one.args[place], None, tree)]
    return ["[a-z_]+"]


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def unknown(trees: Iterator[tuple[str, ast.Module]]) -> list[str]:
    found = {code for _, tree in trees for code in codes(tree)}
    assert found
    return sorted(code for code in found if not any(re.fullmatch(code, known) for known in ACTIONS))


def test_every_action_in_the_source_has_words():
    assert unknown(sources()) == []
    found = {code for _, tree in sources() for code in codes(tree)}
    assert len(found) > 50
    assert not {"[a-z_]+", r"class\.[a-z_]+", r"plan\.[a-z_]+"} & found


def test_a_planted_action_without_words_is_found():
    planted = """
def act(by, verb):
    record(by=by, action=f"class.{verb}", summary="x")
def go(by):
    act(by, "return")
    act(by, "dance")
    log.record(by=by, action="people.sing" if by else "people.unmask", summary="x")
"""
    assert unknown(iter([("x.py", ast.parse(planted))])) == [r"class\.dance", r"people\.sing"]


def test_no_words_are_left_over_and_every_code_belongs_to_a_part():
    found = {code for _, tree in sources() for code in codes(tree)}
    assert [known for known in ACTIONS if not any(re.fullmatch(code, known) for code in found)] == []
    starts = tuple(start for _, all_starts in PARTS.values() for start in all_starts)
    assert [known for known in ACTIONS if not known.startswith(starts)] == []


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("class.return", "退回班次"),
        ("people.member_changed", "修改党员"),
        ("centres.room_added", "新增教室"),
        ("people.nothing_added", ""),
        ("x", ""),
    ],
)
def test_codes_in_words(action, words):
    assert in_words(action) == words


def test_the_admin_shows_words_beside_the_code_and_filters_by_part(client, county):
    town = TownFactory()
    for action in ("class.return", "people.town_changed"):
        log.record(by=county, action=action, subject=town, summary="x")
    client.force_login(county)
    address = reverse("admin:audit_auditentry_changelist")

    page = client.get(address).content.decode()
    narrowed = client.get(f"{address}?app=trainings").context["cl"].result_list

    assert '退回班次 <span class="code">class.return</span>' in page
    assert '修改镇街 <span class="code">people.town_changed</span>' in page
    assert [row.action for row in narrowed] == ["class.return"]
    detail = client.get(reverse("admin:audit_auditentry_change", args=[narrowed[0].pk])).content.decode()
    assert f"镇街，编号 {town.pk}" in detail
