"""What must hold for every model, template and file, however many there are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
OUR_FOLDERS = ("juxian", "centres", "lecturers", "courses", "trainings", "assessments")
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Rare characters of the county's places written wrong: the wrong form and the right one.
WRONG_NAMES = {
    "莒县": "莒南县",  # a neighbouring county
    "营南": "莒南",
    "筥南": "莒南",
    "苣南": "莒南",
    "吕南县": "莒南县",
    "珠边": "洙边",
    "朱边": "洙边",
    "株边": "洙边",
    "文瞳": "文疃",
    "文畽": "文疃",
    "文潼": "文疃",
    "文童": "文疃",
    "延宾": "筵宾",
    "宴宾": "筵宾",
    "筳宾": "筵宾",
    "崂坡": "涝坡",
    "捞坡": "涝坡",
    "劳坡": "涝坡",
}


def our_models() -> list:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OUR_FOLDERS]


def python_files() -> list[Path]:
    return [path for folder in OUR_FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.*"))


def findings(paths: list[Path], pattern: re.Pattern[str]) -> list[str]:
    """`file:line: text` of every line that matches."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Dotted name and node of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_models_and_fields_have_chinese_names() -> None:
    unnamed = []
    for model in our_models():
        if not CHINESE.search(str(model._meta.verbose_name)) or not CHINESE.search(
            str(model._meta.verbose_name_plural)
        ):
            unnamed.append(model._meta.label)
        fields = [f for f in [*model._meta.local_fields, *model._meta.local_many_to_many] if not f.auto_created]
        unnamed += [
            f"{model._meta.label}.{f.name}"
            for f in fields
            if f.name not in ("password", "last_login", "id") and not CHINESE.search(str(f.verbose_name))
        ]
    assert unnamed == []


def test_apps_have_chinese_names() -> None:
    ours = [config for config in apps.get_app_configs() if config.name.split(".")[0] in OUR_FOLDERS]
    assert [config.name for config in ours if not CHINESE.search(config.verbose_name)] == []


def test_constraints_speak_chinese_and_carry_the_names_of_their_table() -> None:
    wrong = [
        constraint.name
        for model in our_models()
        for constraint in model._meta.constraints
        if not constraint.name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_")
        or not CHINESE.search(str(constraint.violation_error_message))
    ]
    assert wrong == []


def test_no_migration_is_missing(db) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_template_is_unused() -> None:
    code = "\n".join(path.read_text() for path in [*python_files(), *templates()])
    names = [str(path.relative_to(ROOT / "templates")) for path in templates()]
    # Django finds these by itself
    by_name = re.compile(r"^(40[0-9](_csrf)?|500|admin/.*|emails/.*|bootstrap5/.*)(\.html)?$")
    unused = [name for name in names if f'"{name}"' not in code and f"'{name}'" not in code and not by_name.match(name)]
    assert unused == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\sstyle\s*=",
        r"<style\b",
        r"\son[a-z]+\s*=\s*[\"']",
        r"<script\b(?![^>]*\bsrc=)",
        r"javascript:",
        r"\shx-on",
        r"\|\s*safe\b|autoescape off",
    ],
)
def test_templates_have_nothing_inline(pattern: str) -> None:
    assert findings(templates(), re.compile(pattern)) == []


def test_no_foreign_host_in_pages_and_statics() -> None:
    own = [path for path in (ROOT / "static").rglob("*") if path.suffix in (".css", ".js", ".svg", ".html")]
    own = [path for path in own if "vendor" not in path.parts]
    host = re.compile(r"""(?:https?:|(?<=["'(=]))//(?!www\.w3\.org/)[\w\[{]""")
    assert findings([*templates(), *own], host) == []


def test_vendored_files_load_nothing_from_elsewhere() -> None:
    vendor = [p for p in (ROOT / "static/vendor").rglob("*") if p.suffix in (".css", ".js", ".svg", ".map")]
    loads = re.compile(r"""url\(\s*["']?(?:https?:)?//|@import\s|(?:src|href)=["'](?:https?:)?//""")
    assert findings(vendor, loads) == []


def test_place_names_are_right() -> None:
    paths = [*python_files(), *templates(), *(ROOT / "juxian").rglob("*.csv"), *ROOT.glob("*.md")]
    paths += (ROOT / "docs").rglob("*.md")
    wrong = re.compile("|".join(re.escape(name) for name in WRONG_NAMES))
    assert findings(paths, wrong) == []


def test_no_test_is_skipped() -> None:
    marks = re.compile(r"\b(pytest\.(skip|xfail|importorskip)|mark\.(skip|skipif|xfail)|unittest\.skip)\b")
    tests = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path != Path(__file__)]
    assert findings(tests, marks) == []


def test_no_task_is_scheduled_by_eta() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files()
        for _, node in calls(path)
        if any(keyword.arg in ("eta", "countdown") for keyword in node.keywords)
    ]
    assert wrong == []


def test_no_naive_now() -> None:
    naive = {"date.today", "datetime.now", "datetime.utcnow", "datetime.today", "datetime.date.today", "dt.date.today"}
    naive |= {"datetime.datetime.now", "datetime.datetime.utcnow", "dt.datetime.now", "time.localtime"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        for path in [*python_files(), *sorted((ROOT / "tests").rglob("*.py"))]
        for name, node in calls(path)
        if name in naive
    ]
    assert wrong == []


def test_files_and_functions_stay_short() -> None:
    long = []
    for path in python_files():
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        if len(text.splitlines()) > 500:
            long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 45:
                long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert long == []


def test_no_leftovers() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XXX)\b")
    assert findings([*python_files(), *templates()], marks) == []


def test_every_icon_named_is_vendored() -> None:
    named = {
        name for path in templates() for name in re.findall(r"""{%\s*icon\s+["']([a-z0-9-]+)["']""", path.read_text())
    }
    assert sorted(name for name in named if not (ROOT / f"static/vendor/icons/{name}.svg").exists()) == []
