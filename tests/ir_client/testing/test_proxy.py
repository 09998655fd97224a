"""A connection through bad networks, over real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ir_client import IRClient, NewAlert, Resumed, StreamState, errors
from ir_client.testing import FakeServer, FaultProxy

Link = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            writer.write(b"echo " + line)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def proxied_echo(**faults: Any) -> AsyncIterator[FaultProxy]:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, FaultProxy(url, **faults) as proxy:
        yield proxy


@asynccontextmanager
async def connection_to(proxy: FaultProxy) -> AsyncIterator[Link]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"hello\n")
    async with asyncio.timeout(60):
        return await reader.readline()


async def keep_talking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Talk until it fails: a reset may show in the first line or only in the second."""
    for _ in range(2):
        await answer(reader, writer)


async def test_what_is_said_passes_both_ways() -> None:
    async with proxied_echo() as proxy, connection_to(proxy) as link:
        assert await answer(*link) == b"echo hello\n"


async def test_a_cut_resets_the_connection_at_once() -> None:
    async with proxied_echo() as proxy, connection_to(proxy) as link:
        await answer(*link)
        assert proxy.cut() == 1
        with pytest.raises(ConnectionResetError):
            await answer(*link)


async def test_while_cut_nobody_gets_through() -> None:
    async with proxied_echo() as proxy:
        proxy.cut()
        async with connection_to(proxy) as link:
            with pytest.raises(ConnectionError):
                await keep_talking(*link)


async def test_mended_it_serves_again() -> None:
    async with proxied_echo() as proxy:
        proxy.cut()
        proxy.mend()
        async with connection_to(proxy) as link:
            assert await answer(*link) == b"echo hello\n"


async def test_a_server_that_is_gone_is_a_reset_connection() -> None:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with FaultProxy(f"http://127.0.0.1:{port}") as proxy, connection_to(proxy) as link:
        with pytest.raises(ConnectionError):
            await keep_talking(*link)


async def test_while_it_hangs_nothing_passes_and_nothing_breaks() -> None:
    async with proxied_echo() as proxy, connection_to(proxy) as (reader, writer):
        proxy.hang()
        writer.write(b"hello\n")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.read(1)
        proxy.mend()
        assert await reader.readline() == b"echo hello\n"


async def test_it_can_be_left_while_it_hangs() -> None:
    async with proxied_echo() as proxy, connection_to(proxy) as (_, writer):
        writer.write(b"hello\n")
        proxy.hang()


@pytest.mark.looptime
async def test_latency_holds_what_passes_in_both_directions() -> None:
    loop = asyncio.get_running_loop()
    async with proxied_echo(latency_seconds=2.0) as proxy, connection_to(proxy) as link:
        began = loop.time()
        assert await answer(*link) == b"echo hello\n"
        assert loop.time() - began == pytest.approx(4.0, abs=0.1)


async def test_a_slice_is_all_that_passes_at_once() -> None:
    async with proxied_echo(slice_bytes=2) as proxy, connection_to(proxy) as (reader, writer):
        writer.write(b"hello\n")
        first = await reader.read(100)
        assert len(first) < len(b"echo hello\n")
        assert first + await reader.readline() == b"echo hello\n"


async def test_throttled_it_passes_no_faster_than_it_may() -> None:
    async with proxied_echo(bytes_per_second=100) as proxy, connection_to(proxy) as link:
        began = time.monotonic()
        assert await answer(*link) == b"echo hello\n"
        assert time.monotonic() - began > 0.05


async def test_truncated_the_answer_ends_in_its_middle() -> None:
    async with proxied_echo(truncate_after=7) as proxy, connection_to(proxy) as (reader, writer):
        writer.write(b"hello\n")
        assert await reader.read() == b"echo he"


async def test_a_client_takes_a_truncated_answer_for_a_broken_line() -> None:
    async with FakeServer() as server, FaultProxy(server.url, truncate_after=60) as proxy:
        async with server.client() as client:
            await client.auth.me()  # a login, so that what follows is one request
        async with IRClient(proxy.url, credentials=server.credentials) as client:
            with pytest.raises(errors.TransportError):
                await client.meta()


async def test_a_stream_comes_back_through_a_mended_proxy() -> None:
    async with (
        FakeServer() as server,
        FaultProxy(server.url) as proxy,
        IRClient(proxy.url, credentials=server.credentials, uniform=lambda a, b: 0.01) as client,
        client.events() as stream,
        asyncio.timeout(60),
    ):
        async for event in stream:
            match event:
                case NewAlert(data=alert):
                    assert alert.id == 5
                case Resumed(complete=complete):
                    assert complete
                    break
            if stream.status.state is StreamState.LIVE and server.connections == 1:
                proxy.cut()
                server.commit(5)
                proxy.mend()
