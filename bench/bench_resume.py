"""Ten thousand alerts changed while a client was away: resuming, or fetching them by REST.

Both with the SDK, against a real server in a process of its own, in turns; the time is that of
the clock, from opening the client to the last alert. A server tells of an alert for the first time
only once, so there are several; what the client loads when it is first used is loaded before.
"""

import asyncio
import time
from statistics import median

from bench.results import Measurement, write
from bench.stocked_server import ALERTS, Stocked, stocked_server
from ir_client import AlertUpdated, NewAlert, Resumed

SERVERS = 5
PAGES = (100, 500)


async def resume(server: Stocked, *, since: str, expected: int) -> float:
    """Seconds until all that was missed has been told."""
    count, started = 0, time.perf_counter()
    async with server.client() as client, client.events(since=since) as stream:
        async for event in stream:
            match event:
                case NewAlert() | AlertUpdated():
                    count += 1
                case Resumed():
                    break
        seconds = time.perf_counter() - started
    if count < expected:
        raise RuntimeError(f"only {count} alerts were told")
    return seconds


async def fetch(server: Stocked, *, size: int) -> float:
    """Seconds until the same alerts are fetched, page by page."""
    count, started = 0, time.perf_counter()
    async with server.client() as client:
        async for _ in client.alerts.list(
            updated_after="2026-01-01T00:00:00Z", sort_by="updated_at", sort_order="asc", size=size
        ):
            count += 1
        seconds = time.perf_counter() - started
    if count < ALERTS:
        raise RuntimeError(f"only {count} alerts were listed")
    return seconds


async def main() -> None:
    firsts: list[float] = []
    resumes: list[float] = []
    fetches: dict[int, list[float]] = {size: [] for size in PAGES}
    for _ in range(SERVERS):
        async with stocked_server() as server:
            await resume(server, since=server.ended_at, expected=0)
            firsts.append(await resume(server, since=server.began_at, expected=ALERTS))
            for size, seconds in fetches.items():
                seconds.append(await fetch(server, size=size))
            resumes.append(await resume(server, since=server.began_at, expected=ALERTS))
    measurements = []
    for size, seconds in fetches.items():
        beside = f"the same by REST in pages of {size}"
        measurements += [
            Measurement(
                f"resume over {ALERTS} changed alerts, told to others before",
                ALERTS / median(resumes),
                "/s",
                beside,
                ALERTS / median(seconds),
                goal=5.0,
                smaller_is_better=False,
            ),
            Measurement(
                f"resume over {ALERTS} changed alerts, told to nobody before",
                ALERTS / median(firsts),
                "/s",
                beside,
                ALERTS / median(seconds),
                goal=5.0,
                smaller_is_better=False,
            ),
        ]
    write("resume", measurements)


if __name__ == "__main__":
    asyncio.run(main())
