"""Finds queries on scoped rows that do not start in scope (house style 5), in views, forms, admin and pages.

The models are those whose queryset has `visible_to`; the rules read the source, so a page nobody opened is found too:

- start      `Model.objects` must go on with `visible_to`, `listed_to`, `editable_by`, `mine` or `none`, whatever the model is called here;
- shortcut   a scoped model handed to `get_object_or_404` and its kin, to a generic view or to `getattr`;
- related    a query that starts at a related manager (`town.branches.all()`);
- admin      a scoped model registered, or shown inline, without the scoped base;
- choices    a model form that offers scoped rows without setting the field's queryset;
- raw        SQL written by hand, or a model fetched by its name.

A query that must be an exception has `# scope: why` at its end or on the line above; the test counts these.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps
from django.db import models

STARTS = {"visible_to", "listed_to", "editable_by", "mine", "none"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404", "getattr"}
RAW = {"raw", "extra", "cursor", "RawSQL", "get_model"}
QUERIES = {
    *{"all", "filter", "exclude", "get", "first", "last", "count", "exists", "values", "values_list", "order_by"},
    *{"select_related", "prefetch_related", "annotate", "aggregate", "iterator", "only", "defer", "in_bulk"},
    *{"latest", "earliest", "distinct", "reverse", "dates", "get_or_create", "update_or_create", "create", "update"},
    *{"delete", "add", "set", "remove", "clear", "select_for_update", "union", "using", "contains"},
}
SCOPED_BASES = {"ScopedAdmin", "ScopedTabular"}
PLAIN_INLINES = {"TabularInline", "StackedInline", "SharedTabular"}
ANY = "*"
EXCUSE = re.compile(r"#.*\bscope: (?P<reason>.{8,})")


@dataclass(frozen=True)
class Finding:
    """One breach: where and which rule."""

    path: str
    line: int
    rule: str
    text: str


@dataclass
class Registry:
    """What Django knows: scoped models by name, names of their related managers, their choice fields."""

    scoped: set[str] = field(default_factory=set)
    accessors: set[str] = field(default_factory=set)
    choices: dict[str, set[str]] = field(default_factory=dict)


def is_scoped(model: type[models.Model]) -> bool:
    return hasattr(model._default_manager.all(), "visible_to")


def registry() -> Registry:
    """Read the models that are installed now."""
    known = Registry()
    for model in apps.get_models():
        if is_scoped(model):
            known.scoped.add(model.__name__)
        for one in model._meta.get_fields():
            if one.related_model is None or not is_scoped(one.related_model):
                continue
            if one.auto_created and not one.concrete and (one.one_to_many or one.many_to_many):
                known.accessors.add(one.get_accessor_name())
            elif one.many_to_many:
                known.accessors.add(one.name)
            if one.concrete:
                known.choices.setdefault(model.__name__, set()).add(one.name)
    return known


def is_page(path: Path) -> bool:
    """Views, forms, admin and pages of the portal's own code."""
    if "migrations" in path.parts or "tests" in path.parts:
        return False
    if any(part.startswith("views") for part in path.parts):
        return True
    return path.stem.startswith(("forms", "admin")) or "pages" in path.stem or "forms" in path.parts


def pages(root: Path) -> list[Path]:
    """The files the lint reads."""
    homes = ["juxian", "centres", "lecturers", "courses", "trainings", "assessments"]
    return sorted(path for home in homes for path in (root / home).rglob("*.py") if is_page(path.relative_to(root)))


class Lint(ast.NodeVisitor):
    """Walks one file."""

    def __init__(self, path: str, source: str, known: Registry) -> None:
        self.path, self.known = path, known
        self.lines = source.splitlines()
        self.tree = ast.parse(source)
        self.names = self._aliases()
        self.bases = self._scoped_classes()
        self.found: list[Finding] = []
        self.excuses: list[str] = []

    def run(self) -> "Lint":
        self.visit(self.tree)
        return self

    # Names ----------------------------------------------------------------------------------------
    def _aliases(self) -> dict[str, str]:
        """Local name → scoped model, through `import … as` and plain assignment."""
        names = {name: name for name in self.known.scoped}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                names |= {a.asname: a.name for a in node.names if a.asname and a.name in self.known.scoped}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and (model := self._named(node.value, names)):
                names |= {target.id: model for target in node.targets if isinstance(target, ast.Name)}
        return names

    @staticmethod
    def _named(node: ast.AST, names: dict[str, str]) -> str:
        if isinstance(node, ast.Name):
            return names.get(node.id, "")
        return names.get(node.attr, "") if isinstance(node, ast.Attribute) else ""

    def _model(self, node: ast.AST) -> str:
        """The scoped model an expression names (`Member`, `people.Member`, an alias); `?` for `self.model`."""
        if isinstance(node, ast.Attribute) and node.attr in {"model", "related_model"}:
            return "?"
        return self._named(node, self.names)

    def _scoped_classes(self) -> set[str]:
        """Classes of this file that stand on a scoped base, however many steps down."""
        known = set(SCOPED_BASES)
        for _ in range(5):
            for node in ast.walk(self.tree):
                if isinstance(node, ast.ClassDef) and {_last(base) for base in node.bases} & known:
                    known.add(node.name)
        return known

    # Findings -------------------------------------------------------------------------------------
    def _flag(self, node: ast.AST, rule: str, text: str) -> None:
        above = self.lines[max(node.lineno - 2, 0)]
        own = self.lines[node.lineno - 1 : node.end_lineno]
        for line in [above, *own] if above.lstrip().startswith("#") else own:
            if excuse := EXCUSE.search(line):
                self.excuses.append(f"{self.path}: {excuse['reason'].strip()}")
                return
        self.found.append(Finding(self.path, node.lineno, rule, text))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """A manager reached here was not followed by an allowed start, for those stop below."""
        inner = node.value
        if isinstance(inner, ast.Attribute):
            if node.attr in STARTS and inner.attr in MANAGERS:
                return
            if node.attr in QUERIES and inner.attr in self.known.accessors:
                self._flag(node, "related", f".{inner.attr}.{node.attr}")
        if node.attr in MANAGERS and (model := self._model(inner)):
            self._flag(node, "start", f"{model}.{node.attr}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _last(node.func)
        if name in SHORTCUTS and node.args and (model := self._named(node.args[0], self.names)):
            self._flag(node, "shortcut", f"{name}({model})")
        if name in RAW:
            self._flag(node, "raw", name)
        if name == "register" and isinstance(node.func, ast.Attribute) and _last(node.func.value) == "site":
            self._check_registration(node)
        self.generic_visit(node)

    def _check_registration(self, node: ast.Call) -> None:
        admin_class = _last(node.args[1]) if len(node.args) > 1 else ""
        for model in self._models_in(node.args[:1]):
            if admin_class not in self.bases:
                self._flag(node, "admin", f"{model} with {admin_class or 'the bare ModelAdmin'}")

    def _models_in(self, nodes: list[ast.expr]) -> Iterator[str]:
        for node in nodes:
            inner = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
            yield from (model for one in inner if (model := self._named(one, self.names)))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and _last(decorator.func) == "register":
                for model in self._models_in(decorator.args):
                    if node.name not in self.bases:
                        self._flag(decorator, "admin", f"{model} with {node.name}")
        bases = {_last(base) for base in node.bases}
        for statement in node.body:
            self._check_model_of_class(statement, bases)
            if isinstance(statement, ast.ClassDef) and statement.name == "Meta":
                self._check_choices(node, statement)
        self.generic_visit(node)

    def _check_model_of_class(self, statement: ast.stmt, bases: set[str]) -> None:
        if not isinstance(statement, ast.Assign) or _last(statement.targets[0]) != "model":
            return
        model = self._named(statement.value, self.names)
        if model and bases & PLAIN_INLINES:
            self._flag(statement, "admin", f"{model} in a plain inline")
        elif model and any(base.endswith("View") for base in bases):
            self._flag(statement, "shortcut", f"generic view of {model}")

    def _check_choices(self, form: ast.ClassDef, meta: ast.ClassDef) -> None:
        """Fields of a model form that offer scoped rows need `self.fields["…"].queryset = …` in the class."""
        if self.path.rsplit("/", 1)[-1].startswith("admin"):
            return  # the scoped admin gives these their choices
        told = {_last(line.targets[0]): line.value for line in meta.body if isinstance(line, ast.Assign)}
        wanted = self.known.choices.get(_last(told.get("model")), set()) & set(_fields(told, self.known))
        given = {key for node in ast.walk(form) if (key := _assigned_queryset(node))}
        for name in sorted(wanted - given if ANY not in given else ()):
            self._flag(meta, "choices", f"{form.name}.{name}")


def _fields(told: dict[str, ast.expr], known: Registry) -> set[str]:
    """The names a Meta takes in; everything for `__all__` or `exclude`."""
    names = told.get("fields")
    if isinstance(names, ast.List | ast.Tuple):
        return {one.value for one in names.elts if isinstance(one, ast.Constant)}
    every = known.choices.get(_last(told.get("model")), set())
    left_out = told.get("exclude")
    if isinstance(left_out, ast.List | ast.Tuple):
        return every - {one.value for one in left_out.elts if isinstance(one, ast.Constant)}
    return every


def _assigned_queryset(node: ast.AST) -> str:
    """The field whose choices an assignment sets: `fields["x"].queryset = …`, `fields["x"] = …`, `x = …Field(…)`.

    A name in place of the constant is a loop over several fields; that loop is believed.
    """
    if not isinstance(node, ast.Assign):
        return ""
    target = node.targets[0]
    if isinstance(target, ast.Attribute) and target.attr == "queryset":
        target = target.value
    if isinstance(target, ast.Subscript) and _last(target.value) == "fields":
        return str(target.slice.value) if isinstance(target.slice, ast.Constant) else ANY
    declared = isinstance(node.value, ast.Call) and _last(node.value.func).endswith("Field")
    return target.id if declared and isinstance(target, ast.Name) else ""


def _last(node: ast.AST | None) -> str:
    """The last name of a dotted expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
