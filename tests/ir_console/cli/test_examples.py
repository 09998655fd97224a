"""Every example of `ir-console` in README.md, docs/ and the helps does what it says.

They run in this process against one server. Those that open the console, or run until they are
ended, are held to the commands and options that there are.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ir_console.cli.proposing import after, beginning, option_named
from tests.support.cli import Cli, Ran
from tests.support.example_lines import Example, example_of, named_in_text, run_examples
from tests.support.live_server import LiveServer, running_server

FILES = {
    "eve.json": json.dumps(
        {
            "timestamp": "2026-03-01T12:00:00.000000+0000",
            "event_type": "alert",
            "flow_id": 7,
            "src_ip": "10.0.0.9",
            "dest_ip": "192.0.2.1",
            "alert": {"signature": "ET BEACON", "signature_id": 1, "severity": 1},
        }
    ),
    "page-on-call": "#!/bin/sh\ncat > /dev/null\n",
}
PASSWORD = "another-password-1"
NUMBERS_OF = {"1042": "alerts", "3": "tokens"}
# They draw a console, replace this process, or are the whole way of an alert (test_smoke).
NOT_RUN = {(), ("demo",), ("replay",), ("serve",), ("smoke",)}
# After these, one may be somebody else, or nobody.
CHANGING = {"login", "logout", "profiles", "users"}


class World:
    """A server with something in it, and an admin who is logged in there, in two profiles."""

    def __init__(self, server: LiveServer, cli: Cli, folder: Path) -> None:
        self.server = server
        self.cli = cli
        self.folder = folder
        self.count = 0
        for name, text in FILES.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o700)
        cli.unset("IR_URL")
        self.log_in()
        severe = {"severity": "critical", "source_ip": "10.0.0.7"}
        seed = [{"title": f"Beacon {number}", "external_alert_id": f"b{number}"} | severe
                for number in range(2)]  # fmt: skip
        (folder / "seed.json").write_text("".join(f"{json.dumps(one)}\n" for one in seed))
        self.must("ingest", "seed.json", IR_TOKEN=server.ingest_token)
        alerts = self.must("alerts", "list", "--json").document["alerts"]
        self.alert = str(alerts[0]["id"])
        self.incident = self.must("alerts", "take", self.alert, "--json").document["incident"]
        self.must("users", "add", "dana", stdin=f"{PASSWORD}\n")

    def log_in(self) -> None:
        for profile in ("prod", "default"):
            asked = ["login", self.server.url, "--profile", profile, "--username", "admin"]
            self.must(*asked, stdin=f"{self.server.admin_password}\n")
        self.must("profiles", "use", "default")

    def must(self, *words: str, stdin: str = "", **variables: str) -> Ran:
        ran = self.run(Example("", ("ir-console", *words), variables), stdin)
        assert ran.code == 0, (words, ran.err)
        return ran

    def run(self, example: Example, stdin: str) -> Ran:
        self.cli.set(**example.variables)
        try:
            return self.cli(*example.words[1:], stdin=stdin)
        finally:
            self.cli.unset(*example.variables)

    def made_real(self, example: Example) -> Example:
        """The example with the numbers, names and addresses of this world."""
        self.count += 1
        command = example.words[1]
        words = [self._real(word, command) for word in example.words]
        variables = {name: self._real(text, command) for name, text in example.variables.items()}
        if command == "ingest" or example.words[1:3] == ("tokens", "info"):
            variables["IR_TOKEN"] = self.server.ingest_token
        if command == "ingest":
            self._make_files(words)
        if command == "login" and "--token" not in words:
            variables["IR_USERNAME"] = "admin"
        if example.words[1:3] == ("users", "add"):
            words[3] += str(self.count)
        if command == "tail":
            (self.folder / "night.jsonl").unlink(missing_ok=True)
            since = [] if "--since" in words else ["--since", "2020-01-01T00:00"]
            words += [*since, "--limit", "1"]
        return Example(example.line, tuple(words), variables)

    def _make_files(self, words: list[str]) -> None:
        """What an example reads is there, whatever it is called."""
        for word in words[2:]:
            if "." in word and not word.startswith("-") and not (self.folder / word).exists():
                (self.folder / word).write_text(FILES["eve.json"])

    def _real(self, word: str, command: str) -> str:
        for named in ("https://soc.example", "https://ircentral.example.com"):
            word = word.replace(named, self.server.url)
        word = word.replace("http://127.0.0.1:8000", self.server.url)
        if word == "…":
            return self.server.ingest_token
        if word == "1042":
            return self.alert
        if word == "3" and command == "tokens":
            made = self.must("tokens", "create", f"edge {self.count}", "--json").document
            return str(made["id"])
        return str(self.incident["incident_id"]) if word == "INC-2026-000001" else word

    def input_of(self, example: Example) -> str:
        match example.words[1:]:
            case ("login", *rest) if "--token" in rest:
                return "an-endpoint-token\n"
            case ("login", *rest) if "dana" in rest:
                return f"{PASSWORD}\n"
            case ("login", *_):
                return f"{self.server.admin_password}\n"
            case ("users", "password"):
                return f"{self.server.admin_password}\n" * 2
            case ("users", *_):
                return f"{PASSWORD}\n"
            case _:
                return FILES["eve.json"]


@pytest.fixture
def world(
    cli: Cli, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("examples")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield World(server, cli, folder)


def is_run(example: Example) -> bool:
    if {"--map", "--follow", "-F"} & set(example.words):
        return False  # a mapping is a file of its own kind; what is followed has no end
    command = tuple(word for word in example.words[1:2] if not word.startswith("-"))
    is_smoke_of_another = command == ("smoke",) and "--url" in example.words
    return command not in NOT_RUN or is_smoke_of_another


def test_every_example_that_can_be_run_succeeds(world: World) -> None:
    wrong: dict[str, Any] = {}
    # What ends or changes a login comes last, so that the others need not log in again.
    examples = sorted(filter(is_run, run_examples()), key=lambda one: one.words[1] in CHANGING)
    assert len(examples) > 60
    for example in examples:
        real = world.made_real(example)
        ran = world.run(real, world.input_of(real))
        if ran.code != 0:
            wrong[example.line] = (ran.code, ran.err[-300:])
        if example.words[1] in CHANGING:
            world.log_in()
            world.must("users", "activate", "dana")
    assert wrong == {}


def what_is_wrong_with(example: Example) -> str | None:
    """The word that is no command or option, if there is one."""
    place = beginning()
    for word in example.words[1:]:
        is_option = word.startswith("-") and word not in {"-", "--"} and place.option is None
        name = word.partition("=")[0]
        if is_option and name not in {"--help", "-h"} and option_named(place, name) is None:
            return word
        before = place
        place = after(place, word)
        is_group = hasattr(before.command, "list_commands")
        if is_group and place is before and place.arguments and word not in {"…", "COMMAND"}:
            return word
    return None


@pytest.mark.parametrize("example", run_examples(), ids=lambda one: one.line)
def test_examples_use_what_there_is(example: Example) -> None:
    assert example.words[0] == "ir-console"
    assert what_is_wrong_with(example) is None


def test_running_text_names_what_there_is() -> None:
    named = list(named_in_text())
    assert len(named) > 20
    wrong = {
        (page, example.line): word
        for page, example in named
        if (word := what_is_wrong_with(example)) is not None
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("ir-console alrts list", "alrts"),
        ("ir-console alerts lst", "lst"),
        ("ir-console alerts list --sevrity high", "--sevrity"),
        ("ir-console tail --query '-x' --nothing=3", "--nothing=3"),
        ("ir-console alerts list --severity --high", None),
    ],
)
def test_what_is_wrong_with_an_example_is_found(line: str, word: str | None) -> None:
    assert what_is_wrong_with(example_of(line)) == word


@pytest.mark.parametrize(
    ("line", "words", "variables"),
    [
        ("zcat x.gz | ir-console ingest -", ("ir-console", "ingest", "-"), {}),
        ("IR_TOKEN=… ir-console tail | jq .x   # why", ("ir-console", "tail"), {"IR_TOKEN": "…"}),
        ('eval "$(ir-console completion bash)"', ("ir-console", "completion", "bash"), {}),
        ("ir-console login < file", ("ir-console", "login"), {}),
    ],
)
def test_our_part_of_a_line_is_found(
    line: str, words: tuple[str, ...], variables: dict[str, str]
) -> None:
    found = example_of(line)
    assert (found.words, found.variables) == (words, variables)
