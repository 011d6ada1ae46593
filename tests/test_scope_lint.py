"""Every query on scoped rows starts in scope; the lint that says so finds what is planted."""

import re
from pathlib import Path

from django.contrib import admin

from juxian.people.admin_base import ScopedAdmin
from tests.scope_lint import Lint, is_scoped, pages, registry

ROOT = Path(__file__).resolve().parent.parent
VIOLATIONS = Path(__file__).with_name("scope_lint_violations.py")
EXCUSES = 8


def lint(path: Path) -> Lint:
    return Lint(path.relative_to(ROOT).as_posix(), path.read_text(), registry()).run()


def test_every_page_starts_in_scope():
    found = [f"{one.path}:{one.line} {one.rule}: {one.text}" for path in pages(ROOT) for one in lint(path).found]
    assert found == []


def test_excuses_are_counted():
    """A new exception raises this number by hand, so that somebody reads its reason."""
    excuses = [excuse for path in pages(ROOT) for excuse in lint(path).excuses]
    assert len(excuses) == EXCUSES, excuses


def test_planted_violations_are_found():
    planted = {
        (number, match["rule"])
        for number, line in enumerate(VIOLATIONS.read_text().splitlines(), 1)
        if (match := re.search(r"# planted: (?P<rule>\w+)$", line))
    }
    found = {(one.line, one.rule) for one in lint(VIOLATIONS).found}
    assert len(planted) >= 10
    assert found == planted


def test_lint_reads_the_right_files():
    names = {path.relative_to(ROOT).as_posix() for path in pages(ROOT)}
    assert names >= {
        *{"juxian/people/views/town.py", "juxian/people/forms.py", "juxian/people/admin.py", "juxian/views/board.py"},
        *{"juxian/people/admin_forms.py", "trainings/admin.py"},
    }
    assert [name for name in names if "migrations" in name or name.startswith("tests")] == []


def test_scoped_models_are_known():
    known = registry()
    assert known.scoped >= {"Member", "Branch", "ActivationSlip", "TrainingClass", "Enrolment"}
    assert known.accessors >= {"members", "branches", "slips"}
    assert {"Town", "User", "Grant"} & known.scoped == set()


def test_excuse_silences_one_line_and_is_collected():
    source = "from juxian.people.models import Member\na = Member.objects.all()  # scope: one number, one county\nb = Member.objects.all()\n"
    done = Lint("x/views/y.py", source, registry()).run()
    assert [one.line for one in done.found] == [3]
    assert done.excuses == ["x/views/y.py: one number, one county"]


def test_registered_admins_of_scoped_models_are_scoped():
    bare = [
        model.__name__
        for model, model_admin in admin.site._registry.items()
        if is_scoped(model) and not isinstance(model_admin, ScopedAdmin)
    ]
    assert bare == []
