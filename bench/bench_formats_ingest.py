"""`ir-console ingest` of a large Suricata EVE file: its rate beside the server's own, its memory.

Rate: alerts a second from the start of the process to its end, beside the server's own limit: a
bare httpx client that sends the same alerts in requests that were made before, over as many
connections as the server takes them best from (tried first), to a server of its own with an empty
database. In turns, `ROUNDS` times over `RATE_MIB`; then both once over the whole `FULL_MIB`.
Processor time for each alert is told of both sides: it tells cost from what else the machine did.

Memory: the greatest resident size of the process over the whole file, beside one of 50 MiB.

    make bench-formats-ingest                                        20 minutes on a quiet machine
    RATE_MIB=100 ROUNDS=3 FULL_MIB=0 make bench-formats-ingest       the rounds alone: 5 minutes
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

import httpx

from bench.eve_file import write_file
from bench.own_server import INGEST_TOKEN, OwnServer, own_server
from bench.results import Measurement, write
from ir_client.formats import read_drafts
from ir_console.cli.intake.spans import MAX_ALERTS

FULL_MIB = int(os.environ.get("FULL_MIB", "1024"))
RATE_MIB = int(os.environ.get("RATE_MIB", "100"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SMALL_MIB = 50
TRIED_MIB = 10
TRIED_CONNECTIONS = (1, 2, 3, 5, 8)
_LOOK_SECONDS = 0.1

_PROGRAM = "from ir_console.cli.app import main; main()"
_BARE = "a bare httpx client with ready-made requests"


@dataclass(frozen=True, slots=True)
class Run:
    """Alerts that were sent, by us or by the bare client, and what it took."""

    alerts: int
    seconds: float
    client_cpu_seconds: float
    server_cpu_seconds: float
    peak_kib: int = 0

    @property
    def rate(self) -> float:
        return self.alerts / self.seconds

    @property
    def client_micros(self) -> float:
        """Processor time of the client for each alert, its start and end included."""
        return self.client_cpu_seconds / self.alerts * 1e6

    @property
    def server_micros(self) -> float:
        """Processor time of the server for each alert, until the client was done."""
        return self.server_cpu_seconds / self.alerts * 1e6

    def told(self) -> str:
        return (
            f"{self.rate:.0f}/s (processor time an alert: "
            f"client {self.client_micros:.0f} us, server {self.server_micros:.0f} us)"
        )


class Requests:
    """The requests that a file becomes, as `ingest` makes them; kept on disk, read one by one."""

    def __init__(self, records: Path, kept: Path) -> None:
        self._kept = kept
        self._sizes: list[int] = []
        self.alerts = 0
        with records.open("rb") as stream, kept.open("wb") as file:
            readings = read_drafts(stream)
            while chunk := list(islice(readings, MAX_ALERTS)):
                drafts = b",".join(reading.encoded for reading in chunk)
                body = b'{"source_system":"suricata","alerts":[' + drafts + b"]}"
                self._sizes.append(file.write(body))
                self.alerts += len(chunk)

    def bodies(self) -> Iterator[bytes]:
        with self._kept.open("rb") as file:
            for size in self._sizes:
                yield file.read(size)


async def run_ingest(server: OwnServer, path: Path) -> Run:
    """The process, from its start to its end."""
    environment = dict(os.environ) | {"IR_URL": server.url, "IR_TOKEN": INGEST_TOKEN}
    # An installed program is compiled once, not at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    server_before, before = server.cpu_seconds(), _cpu_of_ended_children()
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, "ingest", str(path), "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    async with asyncio.TaskGroup() as tasks:
        peak = tasks.create_task(_peak_kib(process.pid))
        out, _ = await process.communicate()
        seconds = time.perf_counter() - started
    document = json.loads(out)
    if process.returncode:
        raise RuntimeError(f"ingest ended with {process.returncode}: {document}")
    return Run(
        document["created"],
        seconds,
        _cpu_of_ended_children() - before,
        server.cpu_seconds() - server_before,
        peak.result(),
    )


def _cpu_of_ended_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _peak_kib(pid: int) -> int:
    """The greatest resident size of a process, looked at until it ends.

    What `wait4` says would be that of the process that started it, where that is larger.
    """
    peak = 0
    status_of = Path(f"/proc/{pid}/status")
    while True:
        try:
            status = await asyncio.to_thread(status_of.read_text)
        except OSError:
            return peak
        high_water = status.partition("VmHWM:")[2].split()
        if not high_water:
            return peak
        peak = int(high_water[0])
        await asyncio.sleep(_LOOK_SECONDS)


async def run_bare(server: OwnServer, requests: Requests, connections: int) -> Run:
    """By a client that has nothing else to do."""
    waiting = requests.bodies()
    headers = {"Authorization": f"Bearer {INGEST_TOKEN}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as http:

        async def work() -> None:
            for body in waiting:
                answer = await http.post("/api/v1/alerts/ingest", content=body)
                answer.raise_for_status()

        server_before, before = server.cpu_seconds(), time.process_time()
        started = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(connections):
                tasks.create_task(work())
        seconds = time.perf_counter() - started
    return Run(
        requests.alerts,
        seconds,
        time.process_time() - before,
        server.cpu_seconds() - server_before,
    )


async def ingest_once(path: Path) -> Run:
    """By us, into an empty database."""
    with tempfile.TemporaryDirectory() as name:
        async with own_server(Path(name) / "server.db") as server:
            return await run_ingest(server, path)


async def bare_once(requests: Requests, connections: int) -> Run:
    """By the bare client, into another one."""
    with tempfile.TemporaryDirectory() as name:
        async with own_server(Path(name) / "server.db") as server:
            return await run_bare(server, requests, connections)


async def best_connections(directory: Path) -> int:
    """Over how many connections the server takes most."""
    records = directory / "tried.json"
    write_file(records, TRIED_MIB)
    requests = Requests(records, directory / "tried.bodies")
    rates = {count: (await bare_once(requests, count)).rate for count in TRIED_CONNECTIONS}
    print("  bare by connections: " + ", ".join(f"{n}: {rate:.0f}/s" for n, rate in rates.items()))
    return max(rates, key=lambda count: rates[count])


async def beside_each_other(
    directory: Path, mebibytes: int, connections: int, rounds: int
) -> tuple[list[Run], list[Run]]:
    """Both over the same file, in turns: our runs, and those of the bare client."""
    records, kept = directory / "records.json", directory / "records.bodies"
    alerts = write_file(records, mebibytes)
    requests = Requests(records, kept)
    ours, bare = [], []
    for number in range(rounds):
        for is_ours in (number % 2 == 1, number % 2 == 0):
            run = await (ingest_once(records) if is_ours else bare_once(requests, connections))
            if run.alerts != alerts:
                raise RuntimeError(f"{run.alerts} of {alerts} alerts were created")
            (ours if is_ours else bare).append(run)
            who = "ingest" if is_ours else "bare"
            print(f"  {mebibytes} MiB, {who}: {run.told()}, load {os.getloadavg()[0]:.1f}")
    records.unlink()
    kept.unlink()
    return ours, bare


def rates(what: str, ours: Sequence[Run], bare: Sequence[Run]) -> list[Measurement]:
    """What is told of runs beside each other."""

    def of(runs: Sequence[Run], read: str) -> float:
        return median(getattr(run, read) for run in runs)

    return [
        Measurement(
            f"ingest of EVE, {what}, {MAX_ALERTS} a batch",
            of(ours, "rate"),
            "/s",
            _BARE,
            of(bare, "rate"),
            goal=0.8,
            smaller_is_better=False,
        ),
        *(
            Measurement(
                f"processor time of the {side} an alert, {what}",
                of(ours, f"{side}_micros"),
                "us",
                _BARE,
                of(bare, f"{side}_micros"),
            )
            for side in ("client", "server")
        ),
    ]


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        small_file = directory / "small.json"
        write_file(small_file, SMALL_MIB)
        small = await ingest_once(small_file)
        connections = await best_connections(directory)
        ours, bare = await beside_each_other(directory, RATE_MIB, connections, ROUNDS)
        found = rates(f"{RATE_MIB} MiB", ours, bare)
        if FULL_MIB:
            ours, bare = await beside_each_other(directory, FULL_MIB, connections, 1)
            found += rates(f"the whole {FULL_MIB} MiB", ours, bare)
        found.append(
            Measurement(
                f"peak memory, EVE of {FULL_MIB or RATE_MIB} MiB",
                max(run.peak_kib for run in ours) / 1024,
                "MiB",
                f"EVE of {SMALL_MIB} MiB",
                small.peak_kib / 1024,
                goal=1.1,
            )
        )
    write("formats_ingest", found)


if __name__ == "__main__":
    asyncio.run(main())
