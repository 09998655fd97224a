"""`ir-console ingest` of a large Suricata EVE file: its memory, and its rate beside the server's.

Memory: the greatest resident size of the process over a file of the full size, beside one of 50 MB.
Rate: alerts a second from the start of the process to its end, beside a bare httpx client that
sends the same alerts in ready-made batches of the same size, over as many connections, to a server
of its own with an empty database. Both are measured in turns over `RATE_MIB` of the file, or all of
it where it is smaller; the full file goes through in the memory run.

    make bench-formats-ingest                                  1 GiB
    python -m bench.bench_formats_ingest 100                   100 MiB, while developing
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

import httpx

from bench.own_server import INGEST_TOKEN, OwnServer, own_server
from bench.results import Measurement, write
from ir_client.formats import read_drafts
from ir_console.cli.intake.running import SPANS_ON_THEIR_WAY
from ir_console.cli.intake.spans import MAX_ALERTS

FULL_MIB = 1024
SMALL_MIB = 50
RATE_MIB = 40
ROUNDS = 3
_LOOK_SECONDS = 0.1

_PROGRAM = "from ir_console.cli.app import main; main()"
_SIGNATURES = (
    ("ET SCAN Potential SSH Scan", "Attempted Information Leak", 2),
    ("ET TROJAN Win32/Emotet CnC Activity (POST)", "A Network Trojan was detected", 1),
    (
        "ET POLICY Dropbox.com Offsite File Backup in Use",
        "Potential Corporate Privacy Violation",
        1,
    ),
    ("ET WEB_SERVER SQL Injection Attempt SELECT FROM", "Web Application Attack", 1),
    ("ET INFO Observed DNS Query to .cloud TLD", "Potentially Bad Traffic", 2),
    ("SURICATA STREAM Packet with invalid timestamp", "Generic Protocol Command Decode", 3),
)


def eve_lines(seed: int = 1) -> Iterator[bytes]:
    """Alerts as Suricata writes them, no two alike, for ever."""
    chance = random.Random(seed)  # sample data
    number = 0
    while True:
        number += 1
        signature, category, priority = chance.choice(_SIGNATURES)
        record = {
            "timestamp": f"2026-03-24T14:{number // 60 % 60:02}:{number % 60:02}.037299+0000",
            "flow_id": chance.getrandbits(48),
            "in_iface": "eth0",
            "event_type": "alert",
            "src_ip": f"10.7.{chance.randrange(256)}.{chance.randrange(1, 255)}",
            "src_port": chance.randrange(1024, 65535),
            "dest_ip": f"192.0.2.{chance.randrange(1, 255)}",
            "dest_port": chance.choice((22, 53, 80, 443, 8080)),
            "proto": "TCP",
            "community_id": f"1:{chance.getrandbits(120):030x}=",
            "alert": {
                "action": "allowed",
                "gid": 1,
                "signature_id": 2000000 + chance.randrange(30000),
                "rev": 7,
                "signature": signature,
                "category": category,
                "severity": priority,
                "metadata": {
                    "attack_target": ["Client_Endpoint"],
                    "created_at": ["2019_06_25"],
                    "deployment": ["Perimeter"],
                    "mitre_technique_id": ["T1071"],
                    "signature_severity": ["Major"],
                },
            },
            "http": {
                "hostname": f"host{chance.randrange(10000)}.example.net",
                "url": f"/index/{chance.getrandbits(64):x}?q={chance.getrandbits(64):x}",
                "http_user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
                "http_method": "GET",
                "protocol": "HTTP/1.1",
                "status": 200,
                "length": chance.randrange(100000),
            },
            "app_proto": "http",
            "flow": {
                "pkts_toserver": chance.randrange(1, 100),
                "pkts_toclient": chance.randrange(1, 100),
                "bytes_toserver": chance.randrange(100, 100000),
                "bytes_toclient": chance.randrange(100, 100000),
                "start": "2026-03-24T14:37:18.901022+0000",
            },
        }
        yield json.dumps(record, separators=(",", ":")).encode() + b"\n"


def write_file(path: Path, mebibytes: int) -> int:
    """A file of that size; returns how many alerts are in it."""
    size = count = 0
    with path.open("wb") as file:
        for line in eve_lines():
            if size >= mebibytes * 2**20:
                return count
            file.write(line)
            size += len(line)
            count += 1
    return count


@dataclass(frozen=True, slots=True)
class Run:
    """One run of `ir-console ingest`."""

    alerts: int
    seconds: float
    peak_kib: int

    @property
    def rate(self) -> float:
        return self.alerts / self.seconds


async def run_ingest(server: OwnServer, path: Path) -> Run:
    """The process, from its start to its end."""
    environment = dict(os.environ) | {"IR_URL": server.url, "IR_TOKEN": INGEST_TOKEN}
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, "ingest", str(path), "--json"),
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    async with asyncio.TaskGroup() as tasks:
        peak = tasks.create_task(_peak_kib(process.pid))
        out, _ = await process.communicate()
    seconds = time.perf_counter() - started
    document = json.loads(out)
    if process.returncode:
        raise RuntimeError(f"ingest ended with {process.returncode}: {document}")
    return Run(document["created"], seconds, await peak)


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


def ready_batches(path: Path) -> Iterator[bytes]:
    """The requests of a file as `ingest` sends them."""
    with path.open("rb") as stream:
        readings = read_drafts(stream)
        while chunk := list(islice(readings, MAX_ALERTS)):
            alerts = b",".join(reading.encoded for reading in chunk)
            yield b'{"source_system":"suricata","alerts":[' + alerts + b"]}"


async def run_bare(server: OwnServer, batches: list[bytes], alerts: int) -> float:
    """Alerts a second that the server takes from a client that has nothing else to do."""
    waiting = iter(batches)
    headers = {"Authorization": f"Bearer {INGEST_TOKEN}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as http:

        async def work() -> None:
            for body in waiting:
                answer = await http.post("/api/v1/alerts/ingest", content=body)
                answer.raise_for_status()

        started = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(SPANS_ON_THEIR_WAY):
                tasks.create_task(work())
        return alerts / (time.perf_counter() - started)


async def ingest_once(path: Path) -> Run:
    """By us, into an empty database."""
    with tempfile.TemporaryDirectory() as name:
        async with own_server(Path(name) / "server.db") as server:
            return await run_ingest(server, path)


async def bare_once(path: Path, alerts: int) -> float:
    """By the bare client, into another one."""
    batches = list(ready_batches(path))
    with tempfile.TemporaryDirectory() as name:
        async with own_server(Path(name) / "server.db") as server:
            return await run_bare(server, batches, alerts)


async def main(mebibytes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        ours, bare = [], []
        part = directory / "part.json"
        alerts = write_file(part, min(RATE_MIB, mebibytes))
        for _ in range(ROUNDS):
            bare.append(await bare_once(part, alerts))
            run = await ingest_once(part)
            ours.append(run.rate)
            print(f"  bare {bare[-1]:.0f}/s, ingest {run.rate:.0f}/s")
        part.unlink()
        small_file, large_file = directory / "small.json", directory / "large.json"
        write_file(small_file, SMALL_MIB)
        small = await ingest_once(small_file)
        small_file.unlink()
        count = write_file(large_file, mebibytes)
        large = await ingest_once(large_file)
        if large.alerts != count:
            raise RuntimeError(f"{large.alerts} of {count} alerts were created")
    print(f"  the whole file: {large.alerts} alerts in {large.seconds:.0f} s, {large.rate:.0f}/s")
    write(
        "formats_ingest",
        [
            Measurement(
                f"ingest of EVE, {min(RATE_MIB, mebibytes)} MiB, {MAX_ALERTS} a batch",
                median(ours),
                "/s",
                "a bare httpx client with ready-made batches",
                median(bare),
                goal=0.8,
                smaller_is_better=False,
            ),
            Measurement(
                f"peak memory, EVE of {mebibytes} MiB",
                large.peak_kib / 1024,
                "MiB",
                f"EVE of {SMALL_MIB} MiB",
                small.peak_kib / 1024,
                goal=1.1,
            ),
        ],
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else FULL_MIB))
