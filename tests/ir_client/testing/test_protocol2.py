"""The fake server in protocol 2, as a raw client meets it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from ir_client.testing import FakeServer
from ir_client.wire.protocol2 import protocol2_frames

pytestmark = pytest.mark.looptime


class Raw:
    """A connection without the SDK; every frame that it reads is one of the wire models."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(300):
            text = await self.connection.recv()
        frame: dict[str, Any] = json.loads(text)
        protocol2_frames.validate_json(text)
        assert isinstance(frame["seq"], int)
        return frame

    async def next_of(self, *types: str) -> dict[str, Any]:
        while (frame := await self.next())["type"] not in types:
            pass
        return frame

    async def until(self, last: str) -> list[dict[str, Any]]:
        frames = [await self.next()]
        while frames[-1]["type"] != last:
            frames.append(await self.next())
        return frames


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        server.accepts_every_token = True
        yield server


@asynccontextmanager
async def connected(server: FakeServer, **query: Any) -> AsyncIterator[Raw]:
    asked = urlencode({"token": "t", "protocol": 2, **query})
    url = f"ws://127.0.0.1:{server.port}/ws/incidents?{asked}"
    async with connect(url, proxy=None, ping_interval=None) as link:
        yield Raw(link)


async def rest(server: FakeServer, path: str) -> httpx.Response:
    return await server.handle(httpx.Request("GET", f"{server.url}/api/v1/{path}"))


def events_in(frame: dict[str, Any]) -> list[dict[str, Any]]:
    return frame["data"]["events"] if frame["type"] == "batch" else [frame]


async def test_it_says_which_protocols_it_speaks(server: FakeServer) -> None:
    assert (await rest(server, "meta")).json()["protocols"] == [1, 2]
    older = FakeServer(protocols=(1,))
    assert (await rest(older, "meta")).json()["protocols"] == [1]


@pytest.mark.parametrize(
    "server_settings", [{"features": None}, {"features": ("cursor",)}, {"protocols": (1,)}]
)
async def test_without_protocol_2_it_answers_in_protocol_1(server_settings: Any) -> None:
    async with FakeServer(**server_settings) as server:
        server.accepts_every_token = True
        asked = f"ws://127.0.0.1:{server.port}/ws/incidents?token=t&protocol=2"
        async with connect(asked, proxy=None) as link:
            first = json.loads(await link.recv())
            await server.publish(server.commit(1))
            await server.publish(server.remove(1))
            await server.beat()
            await server.reset("lag")
            await server.push({"type": "pong", "data": {}})
            frames = [first, json.loads(await link.recv()), json.loads(await link.recv())]
    assert [frame["type"] for frame in frames] == ["initial_data", "new_alert", "pong"]
    assert all(frame.keys() == {"type", "data"} for frame in frames)


async def test_hello_comes_first(server: FakeServer) -> None:
    server.commit(1)
    async with connected(server) as client:
        hello, initial = await client.next(), await client.next()
    assert hello["data"] == {
        "epoch": "epoch-1",
        "seq": 1,
        "heartbeat_seconds": 15.0,
        "mode": "live",
    }
    assert (hello["seq"], initial["type"]) == (1, "initial_data")


async def test_a_page_names_its_position(server: FakeServer) -> None:
    server.commit(1)
    server.commit(1)
    headers = (await rest(server, "alerts")).headers
    assert (headers["X-Stream-Epoch"], headers["X-Stream-Seq"]) == ("epoch-1", "2")


async def test_a_position_never_passes_what_was_not_told(server: FakeServer) -> None:
    async with connected(server) as client:
        await client.next_of("initial_data")
        untold, told = server.commit(1), server.commit(2)
        await server.publish(told)
        assert (await client.next())["seq"] == 0
        await server.publish(untold)
        assert (await client.next())["seq"] == 2


async def test_an_old_state_does_not_count_as_told(server: FakeServer) -> None:
    async with connected(server) as client:
        await client.next_of("initial_data")
        old = server.commit(1)
        server.commit(1)
        await server.publish(old)
        assert (await client.next())["seq"] == 0


async def test_who_comes_back_is_told_the_last_states_and_then_resumed(server: FakeServer) -> None:
    server.commit(1)
    server.commit(2)
    since = server.log.head
    server.commit(1, title="changed")
    server.commit(3)
    server.remove(2)
    async with connected(server, epoch="epoch-1", resume_from=since) as client:
        frames = await client.until("resumed")
    assert frames[0]["data"]["mode"] == "replay"
    assert [(event["type"], event["data"]["id"]) for event in events_in(frames[2])] == [
        ("alert_updated", 1),
        ("new_alert", 3),
        ("alert_removed", 2),
    ]
    assert frames[0]["seq"] == since
    assert frames[-1] == {"seq": server.log.head, "type": "resumed", "data": {"recovered": 3}}


async def test_a_replay_leaves_in_batches_whose_positions_follow_each_other(
    server: FakeServer,
) -> None:
    for _ in range(250):
        server.commit()
    async with connected(server, epoch="epoch-1", resume_from=0) as client:
        frames = await client.until("resumed")
    batches = [frame for frame in frames if frame["type"] == "batch"]
    assert [len(events_in(batch)) for batch in batches] == [100, 100, 50]
    assert [batch["seq"] for batch in batches] == [100, 200, 250]


async def test_all_that_was_not_told_can_be_told_at_once(server: FakeServer) -> None:
    async with connected(server) as client:
        await client.next_of("initial_data")
        server.commit(1)
        server.commit(2)
        server.commit(1, title="newest")
        await server.publish_all()
        batch = await client.next()
    assert batch["seq"] == server.log.head == 3
    assert [event["data"]["title"] for event in events_in(batch)] == [
        "newest",
        "Suspicious PowerShell",
    ]


async def test_a_removed_alert_is_gone_and_may_come_back(server: FakeServer) -> None:
    server.commit(1)
    async with connected(server) as client:
        await client.next_of("initial_data")
        await server.publish(server.remove(1))
        removed = await client.next()
        assert removed["type"] == "alert_removed"
        assert removed["data"] == {"id": 1, "revision": 2}
        assert (await rest(server, "alerts/1")).status_code == 404
        await server.publish(server.commit(1))
        assert (await client.next())["data"]["revision"] == 3


@pytest.mark.parametrize(
    ("position", "reason"),
    [
        ({"epoch": "epoch-9", "resume_from": 1}, "epoch"),
        ({"resume_from": 1}, "epoch"),
        ({"epoch": "epoch-1", "resume_from": "x"}, "epoch"),
        ({"epoch": "epoch-1", "resume_from": "-1"}, "epoch"),
        ({"epoch": "epoch-1.other", "resume_from": 1}, "access"),
        ({"epoch": "epoch-1", "resume_from": 99}, "ahead"),
        ({"epoch": "epoch-1", "resume_from": 1}, "trimmed"),
        ({"epoch": "epoch-1", "resume_from": 2}, "too_many"),
    ],
)
async def test_a_position_that_is_no_good_is_a_reset(
    server: FakeServer, position: dict[str, Any], reason: str
) -> None:
    server.max_replayed_alerts = 1
    server.commit(1)
    server.commit(2)
    server.trim_log()
    server.commit(3)
    server.commit(4)
    async with connected(server, **position) as client:
        frames = await client.until("reset")
    assert (frames[0]["data"]["mode"], frames[0]["data"]["reason"]) == ("reset", reason)
    data = {"reason": reason, "epoch": server.epoch}
    assert frames[-1] == {"seq": 4, "type": "reset", "data": data}


async def test_a_reset_can_be_asked_for_now_and_for_the_next_resume(server: FakeServer) -> None:
    async with connected(server) as client:
        await client.next_of("initial_data")
        server.commit(1)
        await server.reset("lag")
        data = {"reason": "lag", "epoch": server.epoch}
        assert await client.next() == {"seq": 1, "type": "reset", "data": data}
        await server.reset("access")
        assert (await client.next())["data"]["reason"] == "access"
    async with connected(server, epoch="epoch-1", resume_from=1) as client:
        assert (await client.next_of("reset"))["data"]["reason"] == "access"
    server.reset_reasons.append("trimmed")
    async with connected(server, epoch=server.epoch, resume_from=1) as client:
        assert (await client.next_of("reset"))["data"]["reason"] == "trimmed"


async def test_another_database_ends_every_position(server: FakeServer) -> None:
    server.commit(1)
    async with connected(server) as client:
        await client.next_of("initial_data")
        server.epoch_bump()
        await client.connection.wait_closed()
    async with connected(server, epoch="epoch-1", resume_from=1) as client:
        hello = await client.next()
    assert (hello["data"]["epoch"], hello["data"]["reason"]) == ("epoch-2", "epoch")


async def test_a_heartbeat_comes_after_silence_and_when_asked_for(server: FakeServer) -> None:
    now = asyncio.get_running_loop().time
    async with connected(server) as client:
        await client.next_of("initial_data")
        began = now()
        await client.next_of("heartbeat")
        assert now() - began == pytest.approx(15, abs=0.5)
        await server.beat()
        assert (await client.next())["seq"] == 0


async def test_a_silent_server_beats_no_more(server: FakeServer) -> None:
    async with connected(server) as client:
        await client.next_of("initial_data")
        server.fall_silent()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(100):
                await client.connection.recv()


async def ask(client: Raw, **command: Any) -> dict[str, Any]:
    await client.connection.send(json.dumps(command))
    return await client.next_of(
        "pong",
        "error",
        "alert_details",
        "alert_ownership_taken",
        "alert_status_updated",
        "recent_alerts",
        "owned_incidents",
    )


async def test_a_command_is_answered_with_its_request_id(server: FakeServer) -> None:
    server.commit(1)
    server.commit(2, assigned_analyst_id=99)
    async with connected(server) as client:
        assert "request_id" not in await ask(client, type="ping")
        for command, wanted in [
            ({"type": "get_alert_details", "alert_id": 1}, "alert_details"),
            ({"type": "get_alert_details", "alert_id": 9}, "error"),
            ({"type": "update_alert_status", "data": {"alert_id": 1, "status": "closed"}}, None),
            ({"type": "take_ownership", "alert_id": 1}, "alert_ownership_taken"),
            ({"type": "take_ownership", "alert_id": 2}, "error"),
            ({"type": "get_recent_alerts"}, "recent_alerts"),
            ({"type": "get_owned_incidents"}, "owned_incidents"),
            ({"type": "format_disk"}, "error"),
        ]:
            answer = await ask(client, **command, request_id="r-1")
            assert answer["type"] == (wanted or "alert_status_updated")
            assert answer["request_id"] == "r-1"
        server.answers_commands = False
        await client.connection.send('{"type": "get_owned_incidents"}')
        await server.wait_for(lambda: server.commands[-1] == {"type": "get_owned_incidents"})
        await server.push({"type": "pong", "data": {}})
        assert (await client.next())["type"] == "pong"
    assert server.alerts[1].status == "investigating"


async def test_handshakes_are_kept_for_looking_at(server: FakeServer) -> None:
    async with connected(server, epoch="epoch-1", resume_from=0) as client:
        await client.next_of("resumed")
    assert server.stream_queries == [
        {"token": "t", "protocol": "2", "epoch": "epoch-1", "resume_from": "0"}
    ]
