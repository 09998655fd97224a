import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from ir_console.cli import app as module
from tests.support.cli import Cli

COMMANDS = sorted(module._COMMANDS)


def test_help_names_every_command(cli: Cli) -> None:
    ran = cli("--help")
    assert ran.code == 0
    assert all(f"\n  {name} " in ran.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(cli: Cli, name: str) -> None:
    ran = cli(name, "--help")
    assert ran.code == 0
    assert f"ir-console {name}" in ran.out


def test_help_loads_nothing_that_only_commands_need() -> None:
    script = (
        "import sys\n"
        "from ir_console.cli.app import main\n"
        "sys.argv = ['ir-console', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted(sys.modules.keys() & {'textual', 'fastapi', 'httpx', 'websockets'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_version_is_that_of_the_package(cli: Cli) -> None:
    assert cli("--version").out == f"ir-console {version('ir-console')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing-like-this"],
        ["alerts", "nothing-like-this"],
        ["alerts", "show", "seven"],
        ["alerts", "show"],
        ["alerts", "list", "--nothing-like-this"],
        ["alerts", "update", "1", "--status", "open"],
        ["ingest"],
        ["tail", "--limit", "0"],
    ],
)
def test_what_is_no_command_is_a_usage_error(cli: Cli, arguments: list[str]) -> None:
    ran = cli(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("ir-console: ")
    assert ran.err.count("\n") == 1
    assert "--help" in ran.err


@pytest.mark.parametrize(
    ("typed", "meant"), [("alrts", "Did you mean alerts?"), ("alerts lst", "Did you mean 'list'?")]
)
def test_a_command_that_is_nearly_one_is_proposed(cli: Cli, typed: str, meant: str) -> None:
    assert meant in cli(*typed.split()).err


def test_a_group_without_a_command_is_its_help(cli: Cli) -> None:
    ran = cli("alerts")
    assert (ran.code, ran.out) == (2, "")
    assert "Commands:" in ran.err


@pytest.mark.parametrize("arguments", [["replay"], ["tail", "--record"]])
def test_a_file_that_is_not_there_is_named(cli: Cli, arguments: list[str]) -> None:
    ran = cli(*arguments, "/no/such/file")
    assert ran.code == 1
    assert ran.err.startswith("ir-console: /no/such/file: No such file or directory. ")


@pytest.mark.parametrize(
    ("command", "out", "code"),
    [
        (["--help"], "/dev/full", 1),
        (["profiles", "--json"], "/dev/full", 1),
        (["profiles", "--json"], None, 0),
    ],
)
def test_output_that_goes_nowhere_is_one_line_or_none(
    cli: Cli, command: list[str], out: str | None, code: int
) -> None:
    if out is None:
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(out, os.O_WRONLY)
    program = [sys.executable, "-c", "from ir_console.cli.app import main; main()"]
    ran = subprocess.run(
        [*program, *command], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writer)
    assert ran.returncode == code
    assert ran.stderr.count("\n") == code
    assert "Traceback" not in ran.stderr


def test_without_a_terminal_the_console_says_what_to_use_instead(cli: Cli) -> None:
    ran = cli()
    assert ran.code == 2
    assert "needs a terminal" in ran.err
    assert "ir-console tail" in ran.err


def test_an_unknown_profile_says_how_to_make_it(cli: Cli) -> None:
    cli.unset("IR_URL")
    ran = cli("whoami", "--profile", "nowhere")
    assert ran.code == 2
    assert "ir-console login --profile nowhere" in ran.err


def test_options_behind_a_command_win_over_those_before_it(cli: Cli) -> None:
    ran = cli("--url", "http://127.0.0.1:1", "whoami", "--url", "http://127.0.0.1:9")
    assert "127.0.0.1:1\n" not in ran.err
    cli.set(IR_TOKEN="a-token")
    assert (
        "127.0.0.1:9"
        in cli("--url", "http://127.0.0.1:1", "whoami", "--url", "http://127.0.0.1:9").err
    )
    assert "127.0.0.1:1:" in cli("--url", "http://127.0.0.1:1", "whoami").err
