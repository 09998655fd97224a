"""A pager bridge: each critical alert becomes one page, also those that came while it was off.

Needs IR_URL and IR_TOKEN, or a login, and PAGER_URL, which takes a JSON document by POST.
Run it: python examples/pager_bridge.py ~/.cache/pager_bridge
The file keeps how far it has come. An alert that was being paged when it was killed is paged
again: `dedup_key` lets the pager see that.
"""

import asyncio
import os
import sys

import httpx

from ir_client import Alert, FileCheckpoint, IRClient, NewAlert, errors

RETRY_SECONDS = 5.0


async def bridge(client: IRClient, pager: httpx.AsyncClient, kept_in: str) -> None:
    """Page critical alerts until the stream ends, from where the file says that we were."""
    stream = client.events(since=FileCheckpoint(kept_in), types=[NewAlert])
    async with stream:
        async for event in stream:
            if isinstance(event, NewAlert) and event.alert.severity == "critical":
                # Only when this one is paged do we ask for the next: that is what is kept.
                await page(pager, event.alert)


async def page(pager: httpx.AsyncClient, alert: Alert) -> None:
    """Page an alert, however long that takes; what is no fault of the network is raised."""
    document = {
        "dedup_key": f"ir-alert-{alert.id}",
        "summary": alert.title,
        "severity": alert.severity,
        "source": alert.source,
    }
    while True:
        try:
            response = await pager.post("", json=document)
        except httpx.TransportError:
            await asyncio.sleep(RETRY_SECONDS)
            continue
        if response.status_code < 500:
            response.raise_for_status()
            return
        await asyncio.sleep(RETRY_SECONDS)


async def main() -> int:
    async with httpx.AsyncClient(base_url=os.environ["PAGER_URL"], timeout=10) as pager:
        try:
            async with IRClient.from_profile() as client:
                await bridge(client, pager, sys.argv[1])
        except errors.IRError as error:
            print(f"{error}\n{error.hint}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
