"""`ir-console ingest` as a process that is killed, and a server that goes away meanwhile."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer
from tests.support.slow_answers import SlowAnswers

RECORDS = 5000
PATIENCE_SECONDS = 60


def a_file(path: Path, count: int, *, first: int = 0) -> Path:
    with path.open("a") as file:
        for number in range(first, first + count):
            record = {"external_alert_id": f"a-{number}", "title": "Beacon", "severity": "low"}
            file.write(json.dumps(record) + "\n")
    return path


def started(url: str, token: str, directory: Path, *arguments: object) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IR_")}
    environment = kept | {
        "IR_URL": url,
        "IR_TOKEN": token,
        "IR_CONFIG": str(directory / "config.toml"),
        "XDG_STATE_HOME": str(directory / "state"),
    }
    program = "from ir_console.cli.app import main; main()"
    command = [sys.executable, "-c", program, "ingest", *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def stored(server: LiveServer) -> tuple[int, int]:
    """How many alerts there are, and how often they came."""
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        count, times = database.execute(
            "SELECT count(*), coalesce(sum(occurrences), 0) FROM alerts"
        ).fetchone()
    return count, times


def wait_until(is_so: Callable[[], bool]) -> None:
    """Real processes have no clock of ours: look until it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        threading.Event().wait(0.02)


@contextmanager
def ended_at_last(process: "subprocess.Popen[str]") -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.communicate()


@pytest.mark.prove
def test_killed_between_sending_and_noting_it_creates_nothing_twice(
    live_server: LiveServer, tmp_path: Path
) -> None:
    file, checkpoint = a_file(tmp_path / "eve.json", RECORDS), tmp_path / "checkpoint"
    arguments = (file, "--checkpoint", checkpoint)
    kills = 0
    with SlowAnswers(live_server.port) as slow:
        while stored(live_server)[0] < RECORDS:
            before = stored(live_server)[0]
            process = started(slow.url, live_server.ingest_token, tmp_path, *arguments)
            with ended_at_last(process):
                # Stored, and the answer is still on its way.
                wait_until(lambda before=before: stored(live_server)[0] > before)  # type: ignore[misc]
                process.send_signal(signal.SIGKILL)
            kills += 1
    last = started(live_server.url, live_server.ingest_token, tmp_path, *arguments, "--json")
    out, err = last.communicate(timeout=PATIENCE_SECONDS)
    assert kills >= 1
    assert last.returncode == 0, err
    assert "sent again under its key" in err
    # Nothing came twice, and those that nobody heard of are told as created.
    assert stored(live_server) == (RECORDS, RECORDS)
    assert json.loads(out)["duplicates"] == 0
    assert json.loads(out)["created"] > 0


@pytest.mark.prove
def test_following_waits_for_a_server_that_restarts_and_ends_when_asked(
    live_server: LiveServer, tmp_path: Path
) -> None:
    file = a_file(tmp_path / "eve.json", 10)
    process = started(live_server.url, live_server.ingest_token, tmp_path, "--follow", file)
    with ended_at_last(process):
        wait_until(lambda: stored(live_server)[0] == 10)
        live_server.kill()
        a_file(file, 10, first=10)
        assert process.stderr is not None
        said = ""
        while "trying again in" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        live_server.restart()
        wait_until(lambda: stored(live_server)[0] == 20)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, said + err
    assert out == "20 created, 0 duplicates, 0 skipped, 0 rejected\n"
    assert stored(live_server) == (20, 20)
