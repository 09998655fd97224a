import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from rich.cells import cell_len

from ir_client.wire.events import NewAlert
from ir_console.cli.output import Output
from ir_console.cli.stream import _print
from ir_console.recording.lines import read_first_line, read_line
from tests.ir_console.cli.test_output import Terminal
from tests.support.builders import an_alert
from tests.support.cli import Cli
from tests.support.live_server import LiveServer

IR_CONSOLE = Path(sys.executable).with_name("ir-console")


@contextmanager
def tailing(*options: str) -> Iterator["subprocess.Popen[str]"]:
    """`ir-console tail`, connected."""
    with subprocess.Popen(
        [IR_CONSOLE, "tail", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline().startswith("Connected to http://")
            yield process
        finally:
            process.kill()


def tailed(*options: str) -> str:
    """What `ir-console tail` prints until it has printed one alert."""
    ran = subprocess.run(
        [IR_CONSOLE, "tail", "--limit", "1", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return ran.stdout


def ingested(sensor: Cli, tmp_path: Path, **fields: Any) -> str:
    title = f"{fields.pop('title', 'Beacon')} {uuid4().hex}"
    path = tmp_path / "alert.json"
    path.write_text(json.dumps({"title": title, "severity": "high"} | fields))
    assert sensor("ingest", path).code == 0
    return title


def test_a_new_alert_is_a_line_that_cannot_act_on_the_terminal(sensor: Cli, tmp_path: Path) -> None:
    with tailing("--limit", "1") as tail:
        title = ingested(sensor, tmp_path, title="\x1b[2J\u202e [/x]", affected_hostname="ws-7")
        told, _ = tail.communicate(timeout=120)
        assert tail.returncode == 0
    assert title[-32:] in told
    assert "new" in told
    assert "ws-7" in told
    assert told.count("\n") == 1
    assert told.rstrip("\n").isprintable()


def test_json_is_one_document_a_line_and_ends_at_the_limit(
    sensor: Cli, server: LiveServer, tmp_path: Path
) -> None:
    with tailing("--json", "--limit", "2") as tail:
        titles = [ingested(sensor, tmp_path), ingested(sensor, tmp_path)]
        told, _ = tail.communicate(timeout=120)
        assert tail.returncode == 0
    events = [json.loads(line) for line in told.splitlines()]
    assert [event["type"] for event in events] == ["new_alert", "new_alert"]
    assert [event["data"]["title"] for event in events] == titles
    assert {event["origin"] for event in events} == {"live"}


def test_a_change_is_told_with_who_has_the_alert(
    server: LiveServer, admin: Cli, tmp_path: Path
) -> None:
    admin.set(IR_TOKEN=server.ingest_token)
    title = ingested(admin, tmp_path)
    admin.unset("IR_TOKEN")
    (alert,) = admin("alerts", "list", "--search", title, "--json").document["alerts"]
    with tailing("--limit", "1") as tail:
        admin("alerts", "take", alert["id"])
        told, _ = tail.communicate(timeout=120)
    assert "changed" in told
    assert "admin" in told
    assert "investigating" in told


def test_a_query_lets_through_what_matches_and_what_leaves(
    server: LiveServer, admin: Cli, tmp_path: Path
) -> None:
    admin.set(IR_TOKEN=server.ingest_token)
    host = f"ws-{uuid4().hex}"
    query = f"host: {host} and severity >= high and not status: closed"
    with tailing("--json", "--limit", "2", "--query", query) as tail:
        ingested(admin, tmp_path, affected_hostname="elsewhere")
        ingested(admin, tmp_path, affected_hostname=host, severity="low")
        title = ingested(admin, tmp_path, affected_hostname=host)
        admin.unset("IR_TOKEN")
        (alert,) = admin("alerts", "list", "--search", title, "--json").document["alerts"]
        assert admin("alerts", "update", alert["id"], "--status", "closed").code == 0
        told, _ = tail.communicate(timeout=120)
    events = [json.loads(line) for line in told.splitlines()]
    assert [event["data"]["title"] for event in events] == [title, title]
    assert [event["data"]["status"] for event in events] == ["new", "closed"]


def test_a_tail_goes_on_where_another_says_that_it_ended(
    server: LiveServer, sensor: Cli, tmp_path: Path
) -> None:
    with tailing("--json", "--limit", "1") as tail:
        first = ingested(sensor, tmp_path)
        _, said = tail.communicate(timeout=120)
    place = said.strip().rpartition("--since ")[2]
    missed = ingested(sensor, tmp_path)
    # The line at which the first one ended may come again.
    query = f'"{missed}"'
    told = tailed("--json", "--since", place, "--query", query)
    assert json.loads(told)["data"]["title"] == missed
    assert first not in told


def test_a_tail_begins_with_what_changed_since_a_time(
    server: LiveServer, sensor: Cli, tmp_path: Path
) -> None:
    title = ingested(sensor, tmp_path)
    assert title in tailed("--since", "2020-01-01T00:00", "--query", f'"{title}"')


def test_a_place_that_is_none_is_refused(sensor: Cli) -> None:
    ran = sensor("tail", "--since", "yesterday")
    assert ran.code == 2
    assert "--since" in ran.err or "no position" in ran.err


def test_a_mistake_in_a_query_is_shown_before_anything_is_asked_of_the_server(cli: Cli) -> None:
    ran = cli("tail", "--query", "severity: hihg")
    assert ran.code == 2
    assert ran.err.splitlines()[:2] == ["severity: hihg", "          ^^^^"]
    assert "Did you mean `high`?" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("token", ["forged.jwt.token", "no-such-token"])
def test_a_token_that_is_not_accepted_ends_the_tail(
    server: LiveServer, cli: Cli, token: str
) -> None:
    cli.set(IR_TOKEN=token)
    ran = cli("tail")
    assert ran.code == 3
    assert token not in ran.err


def test_a_server_that_is_down_ends_the_tail(cli: Cli) -> None:
    cli.set(IR_TOKEN="a-token")
    ran = cli("tail")
    assert ran.code == 4
    assert ran.err.count("\n") == 1


def test_a_server_that_comes_back_is_told_of_on_stderr_only(
    live_server: LiveServer, cli: Cli, tmp_path: Path
) -> None:
    cli.set(IR_URL=live_server.url, IR_TOKEN=live_server.ingest_token)
    with tailing("--limit", "1") as tail:
        assert tail.stderr is not None
        live_server.kill()
        assert tail.stderr.readline().startswith("Not connected (")
        live_server.restart()
        while not tail.stderr.readline().startswith("Connected to"):
            pass
        ingested(cli, tmp_path)
        told, _ = tail.communicate(timeout=60)
        assert tail.returncode == 0
    assert told.count("\n") == 1


def test_what_is_printed_can_be_recorded_and_played_again(sensor: Cli, tmp_path: Path) -> None:
    path = tmp_path / "night"
    with tailing("--limit", "1", "--record", str(path)) as tail:
        title = ingested(sensor, tmp_path)
        tail.communicate(timeout=120)
        assert tail.returncode == 0
    lines = path.read_text().splitlines()
    read_first_line(lines[0])
    last = read_line(lines[-1], len(lines)).event
    assert isinstance(last, NewAlert)
    assert last.alert.title == title


def test_a_recording_is_not_written_over_and_nothing_is_played_without_a_terminal(
    sensor: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "night"
    path.write_text("mine")
    refused = sensor("tail", "--record", path)
    assert refused.code == 1
    assert "is there already" in refused.err
    assert sensor("replay", path).err.startswith("ir-console: Line 1 of the recording")
    path.write_text('{"recording": "ir-console/1", "began": "2026-11-28T03:00:00+00:00"}\n')
    refused = sensor("replay", path)
    assert refused.code == 2
    assert "needs a terminal" in refused.err


def test_a_command_runs_for_each_alert_and_its_failure_is_in_the_exit_code(
    sensor: Cli, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = f"sh -c 'cat >> {out}; echo told; exit 3'"
    with tailing("--limit", "1", "--exec", command) as tail:
        title = ingested(sensor, tmp_path)
        told, said = tail.communicate(timeout=120)
    assert tail.returncode == 1
    assert json.loads(out.read_text())["title"] == title
    assert title in told
    assert "told" not in told
    assert "told\n" in said
    assert "1 command run, 1 failed." in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_for_the_command_that_runs(
    sensor: Cli, tmp_path: Path, number: signal.Signals
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with tailing("--exec", f"sh -c 'echo begun >&2; read -r x < {gate}; echo over >&2'") as tail:
        assert tail.stderr is not None
        ingested(sensor, tmp_path)
        while tail.stderr.readline() != "begun\n":
            pass
        tail.send_signal(number)
        assert tail.stderr.readline().startswith("Waiting for 1 command")
        gate.write_text("on\n")
        said = tail.stderr.read()
        assert tail.wait(30) == 130
    assert said.splitlines()[:2] == ["over", "1 command run, 0 failed."]


@pytest.mark.parametrize(("columns", "begin"), [(80, "09:40:12Z #7"), (140, "2026-11-28 09:40")])
def test_a_line_has_the_width_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: int, begin: str
) -> None:
    received_at = datetime(2026, 11, 28, 9, 40, 12, tzinfo=UTC)
    alert = an_alert(id=7, title="Beacon 東京 " * 40, received_at=received_at)
    terminal = Terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    output = Output(terminal, terminal, env={"NO_COLOR": "1"})
    _print(output, NewAlert(type="new_alert", data=alert), as_json=False)
    (line,) = terminal.getvalue().splitlines()
    assert columns - 1 <= cell_len(line) <= columns
    assert line.startswith(begin)
    assert "Beacon" in line
    assert line.endswith("…")
