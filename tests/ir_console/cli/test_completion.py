"""What completes in a shell: the proposals, and bash with the script that we print."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ir_client.formats import FORMATS
from ir_console.cli.proposing import proposals, words_of
from tests.support.cli import Cli


def texts(line: str) -> list[str]:
    words, _ = words_of(line)
    return [one.text for one in proposals(words[1:])]


@pytest.mark.parametrize(
    ("line", "words", "is_quoted"),
    [
        ("ir-console", ["ir-console"], False),
        ("ir-console ", ["ir-console", ""], False),
        ("ir-console tail --query 'severity: h", ["severity: h"], True),
        ("ir-console tail --query '", [""], True),
        ('ir-console x "a b" c', ["a b", "c"], False),
    ],
)
def test_a_line_is_cut_as_a_shell_does(line: str, words: list[str], is_quoted: bool) -> None:
    found, quoted = words_of(line)
    assert found[-len(words) :] == words
    assert quoted is is_quoted


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ir-console al", ["alerts"]),
        ("ir-console alerts e", ["export"]),
        ("ir-console --url http://x alerts e", ["export"]),
        ("ir-console alerts list --sev", ["--severity"]),
        ("ir-console alerts list --severity cr", ["critical"]),
        ("ir-console alerts list --severity=cr", ["--severity=critical"]),
        ("ir-console alerts list --sort-by rec", ["received_at"]),
        ("ir-console alerts export --format m", ["markdown"]),
        ("ir-console tail --query sever", ["severity:"]),
        ("ir-console tail --query 'severity: cr", ["severity: critical"]),
        ("ir-console tail --query 'not severi", ["not severity:"]),
        ("ir-console tail --query '\"severi", []),
        ("ir-console users add dana --role sen", ["senior_analyst"]),
        ("ir-console completion ", ["bash", "zsh", "fish"]),
        ("ir-console alerts export -o ", []),
        ("ir-console replay ", []),
        ("ir-console no-such-command ", []),
        ("ir-console alerts show -- --", []),
    ],
)
def test_what_may_stand_there_is_proposed(line: str, found: list[str]) -> None:
    assert texts(line) == found


def test_an_option_is_proposed_once_unless_it_may_be_repeated() -> None:
    found = texts("ir-console alerts list --limit 3 --severity low --")
    assert "--limit" not in found
    assert "--severity" in found


def test_formats_are_those_that_there_are() -> None:
    assert set(texts("ir-console ingest --format ")) >= {known.name for known in FORMATS}


def test_profiles_are_those_of_the_settings_file(cli: Cli) -> None:
    asked = ["login", "--token", "--profile", "prod", "--url", "https://soc.example"]
    cli(*asked, stdin="an-endpoint-token\n")
    assert texts("ir-console -p pr") == texts("ir-console profiles use ") == ["prod"]
    assert texts("ir-console alerts list --profile ") == ["prod"]
    cli.credentials.with_name("config.toml").write_text("broken = [")
    assert texts("ir-console -p ") == []


def test_commands_are_proposed_without_loading_any() -> None:
    script = (
        "import sys\n"
        "from ir_console.cli.proposing import proposals\n"
        "assert len(proposals([''])) > 10\n"
        "print(sorted(sys.modules.keys() & {'pydantic', 'asyncio', 'rich', 'httpx'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout == "[]\n"


def test_bash_completes_with_the_script(cli: Cli) -> None:
    lines = {
        "ir-console alerts ex": "export",
        "ir-console tail --query severity:cri": "critical",
        "ir-console tail --query 'severity: cri": "severity: critical",
    }
    asked = "".join(
        f'COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}; _ir_console 2>/dev/null; '
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
        for line in lines
    )
    script = f"{cli('completion', 'bash').out}\nCOMP_WORDBREAKS=$' \\t\\n\"=:'\n{asked}"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout.splitlines() == list(lines.values())


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_a_script_and_proposals_with_their_meaning(cli: Cli, shell: str) -> None:
    assert f"completion answer {shell} " in cli("completion", shell).out
    told = cli("completion", "answer", shell, "--", "ir-console alerts ex")
    assert told.out == "export\tWrite any number of alerts to a file or a pipe.\n"
    assert cli("completion", "answer", shell).code == 2
