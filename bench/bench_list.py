"""Ten thousand alerts listed into models, beside the same pages as plain dictionaries."""

import asyncio
import json
import time
from statistics import median

import httpx

from bench.results import Measurement, write
from bench.stocked_server import ALERTS, Stocked, stocked_server

ROUNDS = 5
PAGE = 500


async def with_sdk(server: Stocked) -> float:
    """Seconds for a list of models."""
    started = time.perf_counter()
    async with server.client() as client:
        alerts = [alert async for alert in client.alerts.list(size=PAGE)]
        seconds = time.perf_counter() - started
    if len(alerts) < ALERTS:
        raise RuntimeError(f"only {len(alerts)} alerts were listed")
    return seconds


async def by_hand(server: Stocked) -> float:
    """Seconds for a list of dictionaries, by the same pages."""
    headers = {"Authorization": f"Bearer {server.token.get_secret_value()}"}
    alerts: list[object] = []
    params: dict[str, str | int] = {"size": PAGE, "sort_by": "received_at", "sort_order": "desc"}
    started = time.perf_counter()
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        while True:
            answer = await http.get("/api/v1/alerts/", params=params, headers=headers)
            page = json.loads(answer.content)
            alerts += page["alerts"]
            if page["next_cursor"] is None:
                break
            params["cursor"] = page["next_cursor"]
        seconds = time.perf_counter() - started
    if len(alerts) < ALERTS:
        raise RuntimeError(f"only {len(alerts)} alerts were listed")
    return seconds


async def main() -> None:
    async with stocked_server() as server:
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            theirs.append(await by_hand(server))
            ours.append(await with_sdk(server))
    write(
        "list",
        [
            Measurement(
                f"list {ALERTS} alerts into models",
                median(ours) * 1000,
                "ms",
                "httpx + json.loads of the same pages",
                median(theirs) * 1000,
                goal=1.5,
            )
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
