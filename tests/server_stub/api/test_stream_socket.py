"""The socket under the stream, against peers that are slow, silent, loud or hostile."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.uri import parse_uri

from server_stub.settings import ServerSettings
from tests.support.server import an_alert_body
from tests.support.stream_server import StreamServer, stream_server, until

MAX_MESSAGE_BYTES = ServerSettings().stream_message_bytes


class RawPeer:
    """A WebSocket client that does nothing by itself: it reads and answers when told to."""

    def __init__(self, server: StreamServer, headers: dict[str, str], buffer_bytes: int) -> None:
        self._protocol = ClientProtocol(parse_uri(server.stream_url()))
        self._headers = headers
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        self._socket.setblocking(False)
        self._port = server.port
        self.frames: list[Frame] = []
        self.ended = False

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", self._port))
        request = self._protocol.connect()
        request.headers.update(self._headers)
        self._protocol.send_request(request)
        await self.flush()
        # Up to the greeting: one frame, so that what is left unread comes from the hub.
        while not self.frames:
            await self.read_once()

    async def flush(self) -> None:
        loop = asyncio.get_running_loop()
        for data in self._protocol.data_to_send():
            if data:
                await loop.sock_sendall(self._socket, data)

    async def send_raw(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def ping(self) -> None:
        self._protocol.send_ping(os.urandom(4))
        await self.flush()

    async def read_once(self, size: int = 65_536) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(60):
            try:
                data = await loop.sock_recv(self._socket, size)
            except ConnectionResetError:
                data = b""
        if not data:
            self.ended = True
            return
        self._protocol.receive_data(data)
        self.frames += [one for one in self._protocol.events_received() if isinstance(one, Frame)]

    async def read_to_the_end(self) -> int | None:
        """Read all there is; the close code, if one came."""
        while not self.ended:
            await self.read_once()
            if self._protocol.close_rcvd is not None:
                with contextlib.suppress(ConnectionError):
                    await self.flush()
        return self._protocol.close_rcvd.code if self._protocol.close_rcvd else None

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def a_raw_peer(server: StreamServer, *, buffer_bytes: int = 4_096) -> AsyncIterator[RawPeer]:
    peer = RawPeer(server, await server.login(), buffer_bytes)
    try:
        await peer.open()
        yield peer
    finally:
        peer.close()


async def ingest_megabytes(server: StreamServer, megabytes: int) -> None:
    """More than any buffer between the server and a peer that does not read."""
    filler = {"blob": "x" * 200_000}
    alerts = [
        an_alert_body(external_alert_id=f"big-{number}", enrichment_data=filler)
        for number in range(megabytes * 5)
    ]
    answer = await server.ingest(*alerts)
    assert answer.json()["processed_count"] == len(alerts)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[StreamServer]:
    async with stream_server(tmp_path, stream_send_seconds=1) as server:
        yield server


async def test_abuse_22_a_peer_that_never_reads_is_ended_with_1013_and_delays_nobody(
    server: StreamServer,
) -> None:
    async with a_raw_peer(server) as stuck, server.connected() as reader:
        await ingest_megabytes(server, 8)
        assert (await reader.next_of("new_alert"))["data"]["external_alert_id"] == "big-0"
        assert len(server.hub.subscribers) == 2
        await until(lambda: len(server.hub.subscribers) == 1, within=20)
        assert await stuck.read_to_the_end() == 1013
        await server.ingest(an_alert_body(external_alert_id="after"))
        while (await reader.next_of("new_alert"))["data"]["external_alert_id"] != "after":
            pass


async def test_a_peer_that_reads_slowly_is_told_the_last_state(server: StreamServer) -> None:
    async with a_raw_peer(server) as slow:
        await ingest_megabytes(server, 3)
        admin = await server.login()
        for status in ("triaged", "investigating", "contained"):
            await server.http.put("/alerts/1", json={"status": status}, headers=admin)
        last = b'"status":"contained"'
        while not any(last in bytes(frame.data) for frame in slow.frames):
            await slow.read_once(20_000)
            assert not slow.ended


async def test_what_waited_goes_on_as_soon_as_the_peer_reads_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        stream_server(tmp_path, stream_send_seconds=60) as server,
        a_raw_peer(server) as peer,
    ):
        monkeypatch.setattr("server_stub.hub.hub.POLL_SECONDS", 60.0)
        await ingest_megabytes(server, 8)
        async with asyncio.timeout(60):
            while sum(b"new_alert" in bytes(frame.data)[:30] for frame in peer.frames) < 40:
                await peer.read_once()


async def test_abuse_23_a_line_whose_peer_is_gone_without_a_word_is_given_up(
    tmp_path: Path,
) -> None:
    fast = {"ws_ping_interval": 0.2, "ws_ping_timeout": 0.2}
    async with (
        stream_server(tmp_path, uvicorn_settings=fast) as server,
        a_raw_peer(server) as silent,
    ):
        assert len(server.hub.subscribers) == 1
        await until(lambda: not server.hub.subscribers, within=20)
        assert await silent.read_to_the_end() == 1011


async def outlives_a_missing_pong(server: StreamServer) -> bool:
    """Whether a peer is still there that pings, and leaves the server's own pings unanswered."""
    async with a_raw_peer(server) as talker:
        until_time = time.monotonic() + 2.5
        while time.monotonic() < until_time:
            try:
                await talker.ping()
            except ConnectionError:
                return False
            await asyncio.sleep(0.1)
        return len(server.hub.subscribers) == 1


async def test_any_inbound_frame_counts_as_life_not_only_the_pong(tmp_path: Path) -> None:
    fast = {"ws_ping_interval": 0.5, "ws_ping_timeout": 1.0}
    async with (
        asyncio.timeout(120),
        stream_server(tmp_path, uvicorn_settings=fast) as server,
    ):
        # A machine that stands still for a second ends the line rightly: then once more.
        while not await outlives_a_missing_pong(server):
            await until(lambda: not server.hub.subscribers)


@pytest.mark.parametrize("size", [MAX_MESSAGE_BYTES + 1, 1024 * 1024, 15 * 1024 * 1024])
async def test_abuse_20_a_message_that_is_too_big_gets_1009(
    server: StreamServer, size: int
) -> None:
    async with server.connected() as client:
        try:
            await client.connection.send("x" * size)
        finally:
            assert await client.close_code() == 1009


async def test_fragments_count_together(server: StreamServer) -> None:
    async with server.connected() as client:
        await client.connection.send(["x" * 1_000] * 100)
        assert await client.close_code() == 1009


async def test_compression_is_not_taken_up(server: StreamServer) -> None:
    async with server.connected(compression="deflate") as client:
        assert client.connection.response is not None
        assert "Sec-WebSocket-Extensions" not in client.connection.response.headers


async def test_a_flood_of_pings_gets_1008(server: StreamServer) -> None:
    async with a_raw_peer(server, buffer_bytes=65_536) as peer:
        for _ in range(300):
            await peer.ping()
        assert await peer.read_to_the_end() == 1008


async def http_answer(server: StreamServer, request: bytes) -> bytes:
    """All that the server sends back until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(request)
        async with asyncio.timeout(60):
            return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


UPGRADE = (
    b"Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@pytest.mark.parametrize(
    ("request_line", "extra_headers", "status"),
    [
        (b"GET /ws/incidents?token=" + b"x" * 9_000 + b" HTTP/1.1\r\n", b"", b" 414 "),
        (b"GET /ws/incidents HTTP/1.1\r\n", b"X-A: b\r\n" * 200, b" 431 "),
        (b"GET /ws/incidents HTTP/1.1\r\n", b"X-A: " + b"b" * 9_000 + b"\r\n", b" 431 "),
    ],
)
async def test_abuse_05_an_upgrade_with_too_long_a_head_is_answered_and_closed(
    server: StreamServer, request_line: bytes, extra_headers: bytes, status: bytes
) -> None:
    answer = await http_answer(server, request_line + UPGRADE + extra_headers + b"\r\n")
    assert status in answer.split(b"\r\n")[0]


async def test_bytes_that_are_no_frame_end_the_connection_and_nothing_else(
    server: StreamServer,
) -> None:
    async with a_raw_peer(server, buffer_bytes=65_536) as peer, server.connected() as other:
        await peer.send_raw(os.urandom(4_096))
        assert await peer.read_to_the_end() in {1002, 1007, 1009}
        assert await other.heard_until_pong() == []


async def test_shutting_down_tells_clients_1012_and_waits_for_nobody_who_never_reads(
    tmp_path: Path,
) -> None:
    async with asyncio.timeout(60):
        async with stream_server(tmp_path, stream_send_seconds=60) as server:
            stuck = RawPeer(server, await server.login(), 4_096)
            await stuck.open()
            await ingest_megabytes(server, 8)
            admin = await server.login()
            connection = server.raw_connection(additional_headers=admin)
            client = await connection.__aenter__()
            started = time.monotonic()
        took = time.monotonic() - started
        code = await client.close_code()
        await connection.__aexit__(None, None, None)
        stuck.close()
    assert code == 1012
    assert took < 30


async def test_a_reason_that_is_too_long_for_a_close_frame_is_shortened(
    server: StreamServer,
) -> None:
    async with server.connected() as client:
        (subscriber,) = server.hub.subscribers
        code: Any = 4001
        subscriber.close(code, "é" * 200)
        assert await client.close_code() == 4001
        assert client.connection.close_reason == "é" * 61


async def test_the_hub_forgets_connections_that_are_over(server: StreamServer) -> None:
    async with server.connected():
        assert len(server.hub.subscribers) == 1
    await until(lambda: not server.hub.subscribers)
