"""Every command of ours ends with 0 or 1, and with a JSON line, whatever it is given."""

import json

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from juxian.people.commands import TellingCommand

OURS = ("juxian", "juxian.people", "trainings", "assessments")
QUIET = "prepare"  # speaks to bin/run alone
TELLING = sorted(name for name, app in get_commands().items() if app in OURS and name != QUIET)


@pytest.mark.parametrize("name", TELLING)
def test_options_nobody_can_read_end_like_every_refusal(name, capsys) -> None:
    command = load_command_class(get_commands()[name], name)
    assert isinstance(command, TellingCommand)
    with pytest.raises(SystemExit) as ended:
        command.run_from_argv(["manage.py", name, "--nonsense", "x"])
    said = capsys.readouterr()
    assert (ended.value.code, json.loads(said.out.splitlines()[-1])) == (1, {})
    assert said.err.splitlines()[-1].startswith("参数不对，什么也没有做（")


def test_a_refusal_says_its_line_once(capsys) -> None:
    class Refusing(TellingCommand):
        def handle(self, *args: object, **options: object) -> None:
            if options["told"]:
                self.last_line({"rows": 3})
            raise CommandError("不行。")

    for told, line in ((False, "{}"), (True, '{"rows": 3}'), (False, "{}")):
        with pytest.raises(CommandError, match="不行。"):
            Refusing().execute(told=told, force_color=False, no_color=True, skip_checks=True)
        assert capsys.readouterr().out == f"{line}\n"
