"""What our management commands share: words for people first, one JSON line last, and no exit but 0 and 1."""

import json
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser


class TellingCommand(BaseCommand):
    """A command that says its result in `last_line`. Refused, it says {} unless it has said more; exit 1."""

    told = False

    def last_line(self, facts: Mapping[str, Any]) -> None:
        """The JSON line; after it the command ends, well or with a CommandError."""
        self.told = True
        self.stdout.write(json.dumps(facts, ensure_ascii=False))

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Options nobody can read are a refusal like every other: words, {}, exit 1."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        called_by_code = parser.error

        def refuse(message: str) -> NoReturn:
            if not parser.called_from_command_line:
                called_by_code(message)
            parser.print_usage(sys.stderr)
            self.stderr.write(f"参数不对，什么也没有做（{message}）。用法：manage.py {subcommand} --help")
            self.last_line({})
            sys.exit(1)

        parser.error = refuse  # type: ignore[method-assign]
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.told = False
        try:
            done: str | None = super().execute(*args, **options)
        except CommandError:
            if not self.told:
                self.last_line({})
            raise
        return done
