"""docs/commands.md says what there is; `make golden` writes its second half anew."""

import os
import re
from pathlib import Path

from ir_client.wire.events import NewAlert
from ir_console.cli.exits import INTERRUPTED, ExitCode
from ir_console.cli.running import environment_of
from tests.support.builders import an_alert
from tests.support.commands import all_commands, page

PAGE = Path(__file__).parents[3] / "docs/commands.md"
HEADING = "# Each command\n\n"


def test_the_page_says_of_each_command_what_the_help_says() -> None:
    head, heading, written = PAGE.read_text().partition(HEADING)
    if os.environ.get("IR_WRITE_GOLDEN"):
        PAGE.write_text(f"{head}{heading}{page().rstrip()}\n")
        return
    assert written.split("\n## ") == f"{page().rstrip()}\n".split("\n## "), "run `make golden`"


def test_the_page_has_every_exit_code() -> None:
    table = PAGE.read_text().partition("## Exit codes")[2].partition("\n## ")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [
        *ExitCode,
        INTERRUPTED,
    ]


def test_the_page_has_every_variable_of_a_command() -> None:
    event = NewAlert(type="new_alert", data=an_alert())
    assert all(f"| `{name}` |" in PAGE.read_text() for name in environment_of(event, {}))


def test_every_command_has_examples_and_each_option_a_word() -> None:
    for known in all_commands():
        assert known.examples, known.path
        assert known.command.help, known.path
        silent = [one.name for one in known.params if not one.help]
        assert silent == [], known.path
