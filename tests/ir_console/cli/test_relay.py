import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ir_console.cli.relay import Relay


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
async def relayed_echo() -> AsyncIterator[Relay]:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with server, Relay("127.0.0.1", server.sockets[0].getsockname()[1]) as relay:
        yield relay


@asynccontextmanager
async def connection_to(
    relay: Relay,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"hello\n")
    async with asyncio.timeout(10):
        return await reader.readline()


async def keep_talking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Talk until it fails: a reset may show in the first line or only in the second."""
    for _ in range(2):
        await answer(reader, writer)


async def test_what_is_said_passes_both_ways() -> None:
    async with relayed_echo() as relay, connection_to(relay) as link:
        assert await answer(*link) == b"echo hello\n"


async def test_a_cut_resets_the_connection_at_once() -> None:
    async with relayed_echo() as relay, connection_to(relay) as link:
        await answer(*link)
        assert relay.cut() == 1
        with pytest.raises(ConnectionResetError):
            await answer(*link)


async def test_while_cut_nobody_gets_through() -> None:
    async with relayed_echo() as relay:
        relay.cut()
        async with connection_to(relay) as link:
            with pytest.raises(ConnectionError):
                await keep_talking(*link)


async def test_a_mended_relay_serves_again() -> None:
    async with relayed_echo() as relay:
        relay.cut()
        relay.mend()
        async with connection_to(relay) as link:
            assert await answer(*link) == b"echo hello\n"


async def test_a_server_that_is_gone_is_a_reset_connection() -> None:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with Relay("127.0.0.1", port) as relay, connection_to(relay) as link:
        with pytest.raises(ConnectionError):
            await keep_talking(*link)
