"""What telling a thousand clients of an alert costs the server, beside the least that it could.

Deliveries for each second of the server's processor time, so that neither the clients nor what else
the machine does count. Alerts come one by one, and fifty at a time; they are of 1.7 KB, as are the
frames of floor and peer. Ours includes taking the alerts in over HTTP and storing them, which
floor and peer do not; for alerts that come one by one it is also told without what the same alerts
cost the same server while nobody listens.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.alerts import drafts
from bench.crowd import Crowd
from bench.own_server import INGEST_TOKEN, OwnServer, login, own_server
from bench.results import Measurement, write

CLIENTS = 1_000
FRAME_BYTES = 1_700
ROUNDS = 3
SECONDS_TO_CALM_DOWN = 0.5
ONE_BY_ONE = [1] * 100
FIFTY_AT_ONCE = [50] * 4
# Processor time is counted in hundredths of a second, and ours is short.
OFTEN_FIFTY_AT_ONCE = [50] * 12
# Sizes of alerts differ by a few bytes: this share has come when a round is nearly over.
NEARLY = 0.97

# Without limits on the rate, and nothing to be found out: one event, one frame for each alert.
SETTINGS = {
    "IR_SERVER_STREAM_FRAMES_PER_SECOND": "1000000",
    "IR_SERVER_STREAM_FRAMES_BURST": "1000000",
    "IR_SERVER_STREAM_CONNECTIONS_PER_USER": str(CLIENTS),
    "IR_SERVER_CORRELATION_MINUTES": "0",
}


@dataclass
class Told:
    """A server that tells a crowd: `publish` makes it tell of so many alerts."""

    crowd: Crowd
    publish: Callable[[int], None]
    cpu_seconds: Callable[[], float]
    alert_bytes: float = FRAME_BYTES

    def seconds(self, rounds: list[int]) -> float:
        """Processor time of telling all."""
        before = self.cpu_seconds()
        for count in rounds:
            self.publish(count)
            self.crowd.drain(each=int(count * self.alert_bytes * NEARLY))
        self.crowd.drain_quiet()
        return self.cpu_seconds() - before


@contextmanager
def told_by_process(*command: str) -> Iterator[Told]:
    """Floor and peer: a process that takes orders on stdin."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None
    assert process.stdout is not None
    orders, answers = process.stdin, process.stdout

    def publish(count: int) -> None:
        orders.write(f"{count}\n")
        answers.readline()

    try:
        port = int(answers.readline())
        path = "/" if command[0] == "node" else None
        with Crowd(port, CLIENTS, path=path) as crowd:
            yield Told(crowd, publish, lambda: _cpu_seconds(process.pid))
    finally:
        orders.close()
        process.wait()


@dataclass
class Publisher:
    """Gives alerts to our server, each of them new."""

    server: OwnServer
    made: Iterator[dict[str, Any]] = field(
        default_factory=lambda: iter(drafts(CLIENTS * 20, seed=time.time_ns()))
    )

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {INGEST_TOKEN}"}
        self.http = httpx.Client(base_url=self.server.url, headers=headers, timeout=60.0)

    def publish(self, count: int) -> None:
        alerts = [next(self.made) | {"risk_score": 50} for _ in range(count)]
        body = {"source_system": "bench", "alerts": alerts}
        self.http.post("/api/v1/alerts/ingest", json=body).raise_for_status()

    def seconds_while_nobody_listens(self, rounds: list[int]) -> float:
        """Processor time of taking in and storing alone."""
        self.publish(sum(rounds[:20]))
        time.sleep(SECONDS_TO_CALM_DOWN)
        before = self.server.cpu_seconds()
        for count in rounds:
            self.publish(count)
        time.sleep(SECONDS_TO_CALM_DOWN)
        return self.server.cpu_seconds() - before


@asynccontextmanager
async def told_by_us(
    server: OwnServer, publisher: Publisher, *, protocol: int
) -> AsyncIterator[Told]:
    path = f"/ws/incidents?protocol={protocol}"
    token = await login(server)
    with Crowd(server.port, CLIENTS, path=path, token=token) as crowd:
        crowd.drain_quiet()
        told = Told(crowd, publisher.publish, server.cpu_seconds)
        before = crowd.received
        publisher.publish(20)
        crowd.drain_quiet()
        told.alert_bytes = (crowd.received[0] - before[0]) / 20
        yield told


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def library_of_node(directory: Path) -> Path | None:
    """`ws` of npm, where node and npm are there."""
    if not (shutil.which("node") and shutil.which("npm")):
        return None
    done = subprocess.run(
        ["npm", "install", "--silent", "--prefix", directory, "ws"], capture_output=True
    )
    library = directory / "node_modules/ws/wrapper.mjs"
    return library if done.returncode == 0 and library.exists() else None


class Samples(defaultdict[str, list[float]]):
    """Deliveries for each second of processor time, by who delivered and how."""

    def __init__(self) -> None:
        super().__init__(list)

    def add(self, name: str, rounds: list[int], seconds: float) -> None:
        self[name].append(CLIENTS * sum(rounds) / seconds)


def measure_process(samples: Samples, name: str, *command: str) -> None:
    with told_by_process(*command) as told:
        told.seconds([5])
        samples.add(f"{name} one", ONE_BY_ONE, told.seconds(ONE_BY_ONE))
        samples.add(f"{name} many", FIFTY_AT_ONCE, told.seconds(FIFTY_AT_ONCE))


async def measure_us(samples: Samples, directory: Path) -> None:
    for protocol in (1, 2):
        async with own_server(directory / f"server-{time.time_ns()}.db", SETTINGS) as server:
            publisher = Publisher(server)
            stored = publisher.seconds_while_nobody_listens(ONE_BY_ONE)
            async with told_by_us(server, publisher, protocol=protocol) as told:
                one = told.seconds(ONE_BY_ONE)
                many = told.seconds(OFTEN_FIFTY_AT_ONCE)
            samples.add(f"ours {protocol} one", ONE_BY_ONE, one)
            samples.add(f"ours {protocol} one, told only", ONE_BY_ONE, one - stored)
            samples.add(f"ours {protocol} many", OFTEN_FIFTY_AT_ONCE, many)


async def main() -> None:
    samples = Samples()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        library = library_of_node(directory)
        for _ in range(ROUNDS):
            floor = (sys.executable, "-m", "bench.raw_fan_out", str(FRAME_BYTES), str(CLIENTS))
            measure_process(samples, "floor", *floor)
            if library is not None:
                script = str(Path(__file__).with_name("ws_fan_out.mjs"))
                measure_process(samples, "ws", "node", script, str(library), str(FRAME_BYTES))
            await measure_us(samples, directory)
    rates = {name: median(each) for name, each in samples.items()}
    write("fan_out", measurements_of(rates))


def measurements_of(rates: dict[str, float]) -> list[Measurement]:
    floor = "raw transport.write of a finished frame"
    rows = [
        ("protocol 1, one by one, stored too", "ours 1 one", floor, "floor one", None),
        ("protocol 1, one by one", "ours 1 one, told only", floor, "floor one", 0.8),
        ("protocol 1, fifty at once", "ours 1 many", floor, "floor many", 0.8),
        ("protocol 2 under load, fifty at once", "ours 2 many", floor, "floor many", 2.5),
        ("protocol 2, one by one", "ours 2 one, told only", floor, "floor one", None),
    ]
    if "ws one" in rates:
        rows += [
            ("protocol 1, one by one, stored too", "ours 1 one", "ws of Node", "ws one", None),
            ("protocol 1, one by one", "ours 1 one, told only", "ws of Node", "ws one", 1.3),
            ("protocol 1, fifty at once", "ours 1 many", "ws of Node", "ws many", 1.3),
        ]
    return [
        Measurement(
            f"fan-out to {CLIENTS}, {work}",
            rates[ours],
            "/s",
            beside,
            rates[reference],
            goal=goal,
            smaller_is_better=False,
        )
        for work, ours, beside, reference, goal in rows
    ]


if __name__ == "__main__":
    asyncio.run(main())
