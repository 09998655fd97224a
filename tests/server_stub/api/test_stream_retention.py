"""An alert that is removed from storage, as those who could see it hear of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import connect

from server_stub.storage.alert_trim import AlertRetention, AlertTrim
from tests.support.server import FakeClock, an_alert_body
from tests.support.stream_server import StreamClient, StreamServer, stream_server


def dial(server: StreamServer, headers: dict[str, str], **query: Any) -> connect:
    url = f"{server.stream_url()}?{urlencode({'protocol': 2, **query})}"
    return connect(url, additional_headers=headers)


async def removed(server: StreamServer) -> int:
    """Remove all that is closed and older than a day."""
    retention = AlertRetention(timedelta(days=1))
    count = await AlertTrim(server.services.database, server.clock, retention).trim()
    server.services.announcements.incidents()
    return count


async def test_a_removal_is_told_live_and_in_a_replay_to_who_could_see_it(tmp_path: Path) -> None:
    async with stream_server(tmp_path, clock=FakeClock()) as server:
        await server.ingest(*(an_alert_body(external_alert_id=f"{n}") for n in range(3)))
        admin = await server.login()
        for number in (1, 2):
            body = {"status": "closed", "team": "red"}
            await server.http.put(f"/alerts/{number}", json=body, headers=admin)
        await server.http.put("/alerts/3", json={"status": "closed"}, headers=admin)
        server.clock.advance(hours=25)
        red = await server.login_as("analyst", name="dana", teams=["red"])
        blue = await server.login_as("analyst", name="lee", teams=["blue"])
        async with dial(server, red) as red_wire, dial(server, blue) as blue_wire:
            dana, lee = StreamClient(red_wire), StreamClient(blue_wire)
            hello = await dana.next_of("hello")
            await lee.next_of("initial_data")
            await dana.next_of("initial_data")
            assert await removed(server) == 3
            gone = [{"id": number, "revision": 3} for number in (1, 2, 3)]
            assert await told(dana, 3) == gone
            assert await told(lee, 1) == gone[2:]
        place = {"epoch": hello["data"]["epoch"], "resume_from": hello["seq"]}
        async with dial(server, red, **place) as wire:
            assert await told(StreamClient(wire), 3) == gone


async def told(client: StreamClient, count: int) -> list[dict[str, Any]]:
    """The next removals, so many."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        frame = await client.next_of("batch", "alert_removed")
        events = frame["data"]["events"] if frame["type"] == "batch" else [frame]
        assert {event["type"] for event in events} == {"alert_removed"}
        found += [event["data"] for event in events]
    return found
