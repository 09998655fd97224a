"""What an analyst waits for: the first picture, a key, an alert.

Everything is seen from outside, in a real terminal of 160 × 50: a program is started, a key is
typed or an alert posted, and the clock stops when the bytes that show it come out.
"""

import asyncio
import os
import random
import re
import select
import subprocess
import sys
import threading
import time
from statistics import mean, median
from subprocess import PIPE
from typing import IO, NamedTuple

import httpx
from websockets.asyncio.client import connect

from bench.keys import moved, settled, up_and_down
from bench.results import Measurement, percentile, write
from bench.terminal import Terminal
from ir_console.cli.local_server import ADMIN, LocalServer, local_server

COLUMNS, LINES = 160, 50
STARTS = 7
KEYS = 100
PEER_KEYS = 30  # its table slows down as it grows: a hundred would take minutes
ALERTS = 100
# Alerts come when they come, not when the last one has just been painted.
PAUSE_SECONDS = (0.02, 0.3)
ROWS, EVENTS_PER_SECOND = 10_000, 1_000
MANY_ROWS, MANY_EVENTS_PER_SECOND, FEW_ROWS = 100_000, 5_000, 1_000
# What is asked of each: milliseconds, or a ratio.
POST_TO_ROW_MS, KEY_MS = 120.0, 60.0
KEY_BESIDE_CALM, KEY_BESIDE_PEER, FIRST_PAINT = 2.5, 1 / 3, 1.5


def first_paint(command: list[str], shows: str, env: dict[str, str] | None = None) -> float:
    """Milliseconds from starting a program to its first picture, the median of several."""
    samples = []
    for _ in range(STARTS):
        with Terminal(command, columns=COLUMNS, lines=LINES, env=env) as terminal:
            painted, _match = terminal.wait_for(shows)
            samples.append((painted - terminal.started) * 1000)
    return median(samples)


def key_to_paint(
    command: list[str],
    *,
    settle_seconds: float,
    keys: int = KEYS,
    env: dict[str, str] | None = None,
) -> list[float]:
    """Milliseconds from typing `j` or `k` to the painted cursor on another alert."""
    with Terminal(command, columns=COLUMNS, lines=LINES, env=env) as terminal:
        settled(terminal, settle_seconds)
        return moved(terminal, up_and_down(keys))


class Stormed(NamedTuple):
    """Keys under a storm: milliseconds each, and what the server told meanwhile, each second."""

    keys: list[float]
    events_per_second: float
    pages_per_second: float


def under_a_storm(rows: int, rate: int, *, settle_seconds: float) -> Stormed:
    """The same in a console whose server is a process of its own, once it has loaded all."""
    command = [sys.executable, "-m", "bench.storm_server", str(rows), str(rate)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE) as server:
        assert server.stdout is not None
        try:
            env = {
                "IR_URL": server.stdout.readline().decode().strip(),
                "IR_TOKEN": "any",
                "IR_CONSOLE_SNAPSHOT_LIMIT": str(rows),
                "IR_CONSOLE_TOAST_SEVERITY": "none",
            }
            with Terminal(CONSOLE, columns=COLUMNS, lines=LINES, env=env) as terminal:
                settled(terminal, 1.0)
                while rate and not _said(server.stdout):
                    terminal.read_for(1.0)
                    terminal.forget()
                terminal.read_for(settle_seconds)
                _said(server.stdout)
                keys = moved(terminal, up_and_down(KEYS))
                told = [line.split() for line in _said(server.stdout)] or [["0", "0"]]
            events, pages = (mean(map(float, column)) for column in zip(*told, strict=True))
            return Stormed(keys, events, pages)
        finally:
            server.kill()


def _said(output: IO[bytes]) -> list[str]:
    """The lines that a process has written so far."""
    said = b""
    while select.select([output], [], [], 0)[0] and (part := os.read(output.fileno(), 65_536)):
        said += part
    return said.decode().splitlines()


async def post_to_paint(
    server: LocalServer, env: dict[str, str]
) -> tuple[list[float], list[float]]:
    """Milliseconds from posting an alert to its painted row, and to its bare frame."""
    chance = random.Random(1)
    painted: dict[str, float] = {}
    framed: dict[str, float] = {}
    posted: dict[str, float] = {}
    done = threading.Event()
    with Terminal([*CONSOLE], columns=COLUMNS, lines=LINES, env=env) as terminal:
        terminal.wait_for(r"Live")
        watcher = threading.Thread(target=_watch, args=(terminal, painted, done))
        watcher.start()
        headers = {"Authorization": f"Bearer {server.ingest_token.get_secret_value()}"}
        stream = f"ws{server.url.removeprefix('http')}/ws/incidents?token={env['IR_TOKEN']}"
        try:
            async with (
                httpx.AsyncClient(base_url=server.url, headers=headers) as http,
                connect(stream, proxy=None, max_size=None) as bare,
                asyncio.TaskGroup() as tasks,
            ):
                listening = tasks.create_task(_listen(bare, framed))
                for number in range(ALERTS):
                    title = f"Q{number:07d}"
                    posted[title] = time.monotonic()
                    await http.post("/api/v1/alerts/single", json=_alert(title))
                    await _until(lambda title=title: title in painted and title in framed)
                    await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
                listening.cancel()
        finally:
            done.set()
            watcher.join()
    ours = [(painted[title] - posted[title]) * 1000 for title in posted]
    floor = [(framed[title] - posted[title]) * 1000 for title in posted]
    return ours, floor


def _alert(title: str) -> dict[str, str]:
    return {
        "external_alert_id": title,
        "title": f"{title} Beacon to a known address",
        "severity": "medium",
        "source": "bench",
    }


def _watch(terminal: Terminal, painted: dict[str, float], done: threading.Event) -> None:
    while not done.is_set():
        if (arrived := terminal.read(0.2)) is None:
            continue
        for title in re.findall(r"Q\d{7}", terminal.painted):
            painted.setdefault(title, arrived)
        terminal.forget_all_but(2000)


async def _listen(bare: object, framed: dict[str, float]) -> None:
    async for frame in bare:  # type: ignore[attr-defined]  # a connection iterates its frames
        arrived = time.monotonic()
        if title := re.search(r"Q\d{7}", str(frame)):
            framed.setdefault(title[0], arrived)


async def _until(condition: object, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]  # a function of no arguments
        if time.monotonic() > until:
            raise TimeoutError("an alert was never painted")
        await asyncio.sleep(0.005)


CONSOLE = [sys.executable, "-c", "from ir_console.cli.app import main; main()"]


async def main() -> None:
    async with local_server() as server:
        login = {"username": ADMIN, "password": server.admin_password.get_secret_value()}
        async with httpx.AsyncClient(base_url=server.url) as http:
            answer = await http.post("/api/v1/auth/login", json=login)
        env = {"IR_URL": server.url, "IR_TOKEN": answer.json()["access_token"]}
        rows, frames = await post_to_paint(server, env)
        console = await asyncio.to_thread(first_paint, CONSOLE, r"IR Console", env)
        whole = await asyncio.to_thread(first_paint, CONSOLE, r"❯", env)
    python = sys.executable
    hello = first_paint([python, "-m", "bench.hello_world"], r"Hello, world")
    load = [str(ROWS), str(EVENTS_PER_SECOND)]
    keys = key_to_paint([python, "-m", "bench.console_under_load", *load], settle_seconds=3)
    many = under_a_storm(MANY_ROWS, MANY_EVENTS_PER_SECOND, settle_seconds=10)
    few = under_a_storm(FEW_ROWS, 0, settle_seconds=2)
    calm = key_to_paint([python, "-m", "bench.console_under_load", "100", "0"], settle_seconds=1)
    peer = key_to_paint(
        [python, "-m", "bench.data_table_under_load", *load], settle_seconds=3, keys=PEER_KEYS
    )
    frame, storm = "bare websockets client, same POST", f"{ROWS} rows, {EVENTS_PER_SECOND} events/s"
    measurements = []
    for share in (50, 99):
        measurements += [
            Measurement(
                f"POST → painted row, p{share}",
                percentile(rows, share),
                "ms",
                frame,
                percentile(frames, share),
            ),
            Measurement(
                f"key → paint, {storm}, p{share}",
                percentile(keys, share),
                "ms",
                "the console with 100 rows, no events",
                percentile(calm, share),
            ),
            Measurement(
                f"key → paint, {storm}, p{share}",
                percentile(keys, share),
                "ms",
                "Textual's DataTable, same load",
                percentile(peer, share),
                goal=KEY_BESIDE_PEER if share == 50 else None,
            ),
        ]
    worst = percentile(many.keys, 95)
    storm = f"{MANY_ROWS} rows, {MANY_EVENTS_PER_SECOND} events/s"
    beside = f"the console with {FEW_ROWS} rows, no events"
    measurements += [
        Measurement(
            f"key → paint, {storm}, p95",
            worst,
            "ms",
            beside,
            percentile(few.keys, 95),
            goal=KEY_BESIDE_CALM,
        ),
        Measurement(f"key → paint, {storm}, p95", worst, "ms", "what is asked", KEY_MS, goal=1.0),
        Measurement(
            f"key → paint, {storm}, p50",
            percentile(many.keys, 50),
            "ms",
            beside,
            percentile(few.keys, 50),
        ),
        Measurement(
            "events that came meanwhile",
            many.events_per_second,
            "/s",
            "what was asked for",
            MANY_EVENTS_PER_SECOND,
        ),
        # Not zero where the console fell behind, and fetched what it had let go.
        Measurement("pages fetched meanwhile", many.pages_per_second, "/s", "a page a second", 1.0),
        Measurement(
            "POST → painted row, p99",
            percentile(rows, 99),
            "ms",
            "what is asked",
            POST_TO_ROW_MS,
            goal=1.0,
        ),
        Measurement(
            "first paint of `ir-console`",
            console,
            "ms",
            "Textual hello world",
            hello,
            goal=FIRST_PAINT,
        ),
        Measurement(
            "first painted alert of `ir-console`", whole, "ms", "Textual hello world", hello
        ),
    ]
    write("console", measurements)


if __name__ == "__main__":
    asyncio.run(main())
