"""The fake server as a user's test meets it: over real sockets, and when it misbehaves."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import httpx
import pytest

from ir_client import (
    AlertUpdate,
    AlertUpdated,
    InitialData,
    IRClient,
    MalformedEvent,
    NewAlert,
    Resumed,
    StateChanged,
    StreamState,
    UnknownEvent,
    errors,
)
from ir_client.stream.driver import EventStream
from ir_client.stream.events import Event
from ir_client.testing import PASSWORD, FakeServer
from tests.support.builders import a_draft


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture
async def client(server: FakeServer) -> AsyncIterator[IRClient]:
    """A client whose REST calls go over sockets too."""
    async with IRClient(
        server.url, credentials=server.credentials, uniform=lambda low, high: 0.01
    ) as client:
        yield client


T = TypeVar("T", bound=Event)


async def read_until(stream: EventStream, kind: type[T]) -> T:
    async with asyncio.timeout(60):
        async for event in stream:
            if isinstance(event, kind):
                return event
    raise AssertionError("the stream ended")


@asynccontextmanager
async def live(client: IRClient) -> AsyncIterator[EventStream]:
    async with client.events() as stream:
        await read_until(stream, InitialData)
        yield stream


# REST.


async def test_it_serves_what_was_committed(server: FakeServer, client: IRClient) -> None:
    server.commit(severity="critical")
    server.commit(severity="low")
    assert [alert.id async for alert in client.alerts.list()] == [2, 1]
    assert [alert.id async for alert in client.alerts.list(severity=["critical"])] == [1]
    assert (await client.alerts.get(2)).severity == "low"
    with pytest.raises(errors.NotFound):
        await client.alerts.get(3)


@pytest.mark.parametrize("features", [("cursor",), ()], ids=["by cursor", "by number"])
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_hold_every_alert_once(features: tuple[str, ...], order: str) -> None:
    async with FakeServer(features=features) as server, server.client() as client:
        for _ in range(7):
            server.commit()
        listed = client.alerts.list(size=3, sort_by="updated_at", sort_order=order)  # type: ignore[arg-type] # a parameter
        ids = [alert.id async for alert in listed]
        assert ids == sorted(range(1, 8), reverse=order == "desc")
        assert server.pages_served == 3


async def test_a_change_by_rest_reaches_who_listens(server: FakeServer, client: IRClient) -> None:
    server.commit(1)
    async with live(client) as stream:
        changed = await client.alerts.update(1, AlertUpdate(status="closed"), if_revision=1)
        told = await read_until(stream, AlertUpdated)
    assert told.data == changed == server.alerts[1]
    with pytest.raises(errors.ChangedSince) as caught:
        await client.alerts.update(1, AlertUpdate(status="new"), if_revision=1)
    assert caught.value.current == changed


async def test_an_alert_can_be_taken_and_commented(server: FakeServer, client: IRClient) -> None:
    server.commit(1)
    server.commit(2, assigned_analyst_id=99)
    owned = await client.alerts.take(1)
    assert owned.incident.alert_ids == (1,)
    assert server.alerts[1].assigned_analyst_id == 1
    with pytest.raises(errors.ConflictError):
        await client.alerts.take(2)
    await client.alerts.comment(1, "seen")
    assert [entry.comment for entry in await client.alerts.timeline(1)] == ["seen"]


async def test_drafts_become_alerts_once(server: FakeServer, client: IRClient) -> None:
    drafts = [a_draft(), a_draft(), {"title": "without a severity"}]
    async with live(client) as stream:
        report = await client.alerts.ingest("edr", drafts)
        assert (await read_until(stream, NewAlert)).data == server.alerts[1]
    assert [one.status for one in report.results] == ["created", "duplicate", "invalid"]
    with pytest.raises(errors.ConflictError):
        await client.alerts.create(a_draft())
    assert (await client.alerts.create(a_draft(external_alert_id="other"))).id == 2


async def test_a_plain_server_has_no_meta_and_no_revisions() -> None:
    async with FakeServer(features=None) as server, server.client() as client:
        assert (await client.meta()).features == ()
        assert server.commit().revision is None
        async with live(client):
            assert server.stream_tokens == ["secret-access-1"]


async def test_an_expired_token_is_renewed(server: FakeServer, client: IRClient) -> None:
    await client.auth.me()
    server.expire_access_tokens()
    await client.auth.me()
    assert (server.logins, server.refreshes) == (1, 1)


async def test_answers_can_be_given_out_of_turn(server: FakeServer, client: IRClient) -> None:
    await client.auth.me()
    server.rest_answers.append(httpx.Response(403, json={"detail": "no", "code": "forbidden"}))
    with pytest.raises(errors.PermissionDenied):
        await client.auth.me()
    server.rest_answers.extend([httpx.ReadError("reset"), httpx.Response(503)])
    assert (await client.auth.me()).username == "dana"  # the third attempt


async def test_slow_pages_are_slow(server: FakeServer) -> None:
    server.page_delay_seconds = 60.0
    async with IRClient(
        server.url, credentials=server.credentials, timeout_seconds=0.1, uniform=lambda a, b: 0.0
    ) as client:
        with pytest.raises(errors.RequestTimeout):
            await anext(aiter(client.alerts.list()))


async def raw_exchange(server: FakeServer, *pieces: bytes) -> tuple[str, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.01)
    async with asyncio.timeout(60):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head.decode().splitlines()[0], body


async def test_it_reads_a_request_that_comes_in_pieces(server: FakeServer) -> None:
    body = json.dumps({"username": "dana", "password": PASSWORD}).encode()
    head = f"POST /api/v1/auth/login HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    status, answer = await raw_exchange(server, head[:20], head[20:] + body[:5], body[5:])
    assert status == "HTTP/1.1 200 OK"
    assert json.loads(answer)["access_token"] == "secret-access-1"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST /api/v1/auth/login HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n", 413),
        (b"POST /api/v1/auth/login HTTP/1.1\r\ncontent-length: x\r\n\r\n", 400),
        (b"POST /api/v1/auth/login HTTP/1.1\r\ncontent-length: 1\r\n\r\n{", 422),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000, 431),
        (b"nonsense\r\n\r\n", 400),
    ],
)
async def test_what_it_cannot_read_is_refused(
    server: FakeServer, request_bytes: bytes, status: int
) -> None:
    assert (await raw_exchange(server, request_bytes))[0].split()[1] == str(status)


async def test_a_hook_that_fails_is_an_error_and_no_hang(
    server: FakeServer, client: IRClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.before_page = lambda page: 1 // 0
    with pytest.raises(errors.ServerError):
        await anext(aiter(client.alerts.list()))
    assert "ZeroDivisionError" in caplog.text


# The stream.


async def gets_back(server: FakeServer, stream: EventStream) -> None:
    """The stream returns, with what was committed meanwhile."""
    connections = server.connections
    server.commit(7)
    resumed = await read_until(stream, Resumed)
    assert resumed == Resumed(recovered=1, complete=True)
    assert server.connections > connections


async def test_a_stream_gets_over_a_reset(server: FakeServer, client: IRClient) -> None:
    async with live(client) as stream:
        server.break_lines()
        await gets_back(server, stream)


async def test_a_stream_gets_over_a_close_code(server: FakeServer, client: IRClient) -> None:
    async with live(client) as stream:
        server.close_codes.extend([4003, 1013])
        await server.drop(1012)
        await gets_back(server, stream)
        assert server.connections == 4


async def test_a_stream_gets_over_a_refused_handshake(server: FakeServer, client: IRClient) -> None:
    async with live(client) as stream:
        server.handshake_answers.extend([(503, {}), (403, {})])
        await server.drop()
        await gets_back(server, stream)
        assert len(server.attempted_at) == 4


async def test_a_stream_gets_over_a_restart(server: FakeServer, client: IRClient) -> None:
    async with live(client) as stream:
        await server.stop()
        with pytest.raises(errors.ConnectError):
            await client.auth.me()
        await server.start()
        await gets_back(server, stream)


async def test_a_stream_gets_over_bytes_that_are_no_frame(
    server: FakeServer, client: IRClient
) -> None:
    async with live(client) as stream:
        server.garble_lines()
        await gets_back(server, stream)


async def test_nonsense_in_a_frame_is_an_event(server: FakeServer, client: IRClient) -> None:
    async with live(client) as stream:
        await server.push("{")
        assert (await read_until(stream, MalformedEvent)).type is None
        await server.push({"type": "from_the_future"})
        assert (await read_until(stream, UnknownEvent)).type == "from_the_future"


async def test_a_duplicate_is_read_once(server: FakeServer, client: IRClient) -> None:
    async with live(client) as stream:
        alert = server.commit(1)
        await server.publish(alert)
        await server.publish(alert)
        await server.publish(server.commit(2))
        read = [(await read_until(stream, NewAlert)).data.id for _ in range(2)]
    assert read == [1, 2]


@pytest.mark.looptime
async def test_a_dead_peer_is_noticed() -> None:
    async with FakeServer() as server, server.client() as client, live(client) as stream:
        server.fall_silent()
        assert (await read_until(stream, StateChanged)).new is StreamState.WAITING
        await gets_back(server, stream)


async def test_a_refused_token_ends_the_stream(server: FakeServer, client: IRClient) -> None:
    server.refuses_every_token = True
    async with client.events() as stream:
        with pytest.raises(errors.AuthRejected):
            await read_until(stream, InitialData)


async def test_stopped_it_leaves_nothing(server: FakeServer) -> None:
    before = asyncio.all_tasks()
    async with FakeServer() as other:
        other.page_delay_seconds = 60.0
        reader, writer = await asyncio.open_connection("127.0.0.1", other.port)
        silent = await asyncio.open_connection("127.0.0.1", other.port)
        other.accepts_every_token = True
        writer.write(b"GET /api/v1/alerts HTTP/1.1\r\n\r\n")
        await other.wait_for(lambda: other.requests)
    assert asyncio.all_tasks() == before
    for stream in (reader, silent[0]):
        with suppress(ConnectionResetError):
            assert await stream.read() == b""
    writer.close()
    silent[1].close()
    await other.stop()  # twice is once
