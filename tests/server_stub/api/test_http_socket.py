"""The socket under the requests, against peers that drip, flood or never begin."""

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import trustme
from websockets.exceptions import InvalidMessage, InvalidStatus

from tests.support.server import INGEST_TOKEN
from tests.support.stream_server import StreamServer, stream_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEAD_BYTES = 8 * 1024
PATIENCE_SECONDS = 30
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: server\r\n\r\n"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    """A server with all the patience that there is by default."""
    limits = {"head_bytes": HEAD_BYTES, "http_connections": 8}
    async with stream_server(tmp_path_factory.mktemp("http"), **limits) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    """A server with so little patience that also a busy machine may be too late for it."""
    limits = {"head_timeout_seconds": 0.2, "body_timeout_seconds": 0.2}
    async with stream_server(tmp_path_factory.mktemp("hasty"), **limits) as server:
        yield server


@asynccontextmanager
async def line(
    server: StreamServer,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that does what the test does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes; a reset is a close as well."""
    heard = b""
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            while part := await reader.read(65_536):
                heard += part
        except ConnectionResetError:
            pass
    return heard


def assert_refused(answer: bytes, status: int, code: str) -> None:
    """The answer has the one shape of all errors and an id, although no route gave it."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert re.search(rb"\r\nx-request-id: [0-9a-f]{32}\r\n", head)
    problem = json.loads(body)
    assert (problem.keys(), problem["code"]) == ({"detail", "code"}, code)


@pytest.mark.parametrize("begun", [b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: s\r\nX-"])
async def test_abuse_40_a_head_that_never_ends_is_ended(hasty: StreamServer, begun: bytes) -> None:
    async with line(hasty) as (reader, writer):
        writer.write(begun)
        assert_refused(await rest_of(reader), 408, "request_timeout")


async def test_a_head_that_drips_is_not_given_more_time_by_each_drop(hasty: StreamServer) -> None:
    async with line(hasty) as (reader, writer):
        answer = asyncio.ensure_future(rest_of(reader))
        writer.write(b"GET /healthz HTTP/1.1\r\nX-Drops: ")
        while not answer.done():
            writer.write(b"x")
            await asyncio.sleep(0.02)
        assert_refused(await answer, 408, "request_timeout")


async def test_a_second_request_has_its_own_time(hasty: StreamServer) -> None:
    answered = b""
    while not answered.startswith(b"HTTP/1.1 200 "):
        async with line(hasty) as (reader, writer):
            writer.write(REQUEST)
            answered = await reader.readuntil(b"\r\n")
            if answered.startswith(b"HTTP/1.1 200 "):
                await reader.readuntil(b'{"status": "ok"}')
                writer.write(b"GET /healthz HT")
                assert_refused(await rest_of(reader), 408, "request_timeout")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * 3 * HEAD_BYTES,
        b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * HEAD_BYTES + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"A: b\r\n" * HEAD_BYTES + b"\r\n",
        b"GET /" + b"x" * HEAD_BYTES + b" HTTP/1.1\r\nHost: server\r\n\r\n",
        b"GET /" + b"x" * 3 * HEAD_BYTES,
    ],
    ids=["one without end", "one long", "many", "a long address", "an address without end"],
)
async def test_a_head_beyond_its_bounds_is_refused(server: StreamServer, head: bytes) -> None:
    async with line(server) as (reader, writer):
        writer.write(head)
        assert_refused(await rest_of(reader), 431, "too_large")


async def test_what_is_no_http_is_refused(server: StreamServer) -> None:
    async with line(server) as (reader, writer):
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        assert_refused(await rest_of(reader), 400, "malformed_request")


async def test_abuse_40_a_body_that_drips_is_given_up(hasty: StreamServer) -> None:
    head = (
        "POST /api/v1/alerts/single HTTP/1.1",
        "Host: server",
        f"Authorization: Bearer {INGEST_TOKEN}",
        "Content-Type: application/json",
        "Content-Length: 1000",
    )
    async with line(hasty) as (reader, writer):
        writer.write("\r\n".join((*head, "", "{")).encode())
        assert_refused(await rest_of(reader), 408, "request_timeout")


async def test_what_drips_in_after_the_answer_is_not_waited_for(hasty: StreamServer) -> None:
    answered = b""
    while not answered.startswith(b"HTTP/1.1 401 "):
        async with line(hasty) as (reader, writer):
            writer.write(
                b"POST /api/v1/alerts/single HTTP/1.1\r\nHost: s\r\nContent-Length: 100000\r\n\r\n"
            )
            answered = await reader.readuntil(b"\r\n")
            ended = asyncio.ensure_future(rest_of(reader))
            while not ended.done():
                writer.write(b"x")
                await asyncio.sleep(0.02)
            await ended


async def test_what_comes_in_whole_after_the_answer_leaves_the_line_open(
    server: StreamServer,
) -> None:
    async with line(server) as (reader, writer):
        writer.write(b"POST /api/v1/alerts/single HTTP/1.1\r\nHost: s\r\nContent-Length: 4\r\n\r\n")
        await reader.readuntil(b'"unauthenticated"}')
        for part in (b"x", b"xxx", REQUEST):
            writer.write(part)
            await writer.drain()
        assert b"200 OK" in await reader.readuntil(b"\r\n")


async def test_one_more_connection_than_there_may_be_is_told_so(server: StreamServer) -> None:
    # The client of the fixture holds some of the eight.
    opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(9)]
    last_reader, last_writer = await asyncio.open_connection("127.0.0.1", server.port)
    refused = await rest_of(last_reader)
    assert_refused(refused, 503, "unavailable")
    assert b"\r\nretry-after: 1\r\n" in refused
    for writer in (last_writer, *(writer for _, writer in opened)):
        writer.close()
        await writer.wait_closed()


async def test_streams_are_not_counted_among_the_connections_of_requests(tmp_path: Path) -> None:
    async with stream_server(tmp_path, http_connections=2) as server, AsyncExitStack() as streams:
        admin = await server.login()
        for _ in range(4):
            await streams.enter_async_context(server.connected(admin))
        assert (await server.http.get("/auth/me", headers=admin)).status_code == 200


async def test_an_open_stream_is_not_a_connection_that_never_asks(hasty: StreamServer) -> None:
    token = {"Authorization": f"Bearer {INGEST_TOKEN}"}
    is_open = False
    while not is_open:
        try:
            async with hasty.raw_connection(additional_headers=token) as client:
                is_open = True
                began = time.monotonic()
                while time.monotonic() - began < 0.4:
                    assert await client.heard_until_pong() is not None
                    await asyncio.sleep(0.05)
        except (InvalidMessage, InvalidStatus):
            assert not is_open


async def test_with_a_certificate_requests_and_streams_are_private(tmp_path: Path) -> None:
    authority = trustme.CA()
    mine = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    mine.cert_chain_pems[0].write_to_path(certificate)
    mine.private_key_pem.write_to_path(key)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    tls = {"ssl_certfile": certificate, "ssl_keyfile": key}
    async with stream_server(tmp_path, uvicorn_settings=tls) as server:
        address = f"https://127.0.0.1:{server.port}/healthz"
        async with httpx.AsyncClient(verify=trusting) as http:
            assert (await http.get(address)).json() == {"status": "ok"}
        url = f"wss://127.0.0.1:{server.port}/ws/incidents"
        async with server.raw_connection(url, ssl=trusting) as client:
            assert await client.close_code() == 4001
