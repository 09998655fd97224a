"""A connection hands over what has come, whole and in its order, through real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from ir_client.rest.network import network_for
from ir_client.stream.link import open_link
from ir_client.stream.receiving import Link

pytestmark = pytest.mark.looptime

Told = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def linked(tell: Told, *, max_message_bytes: int = 2**20) -> AsyncIterator[Link]:
    """A link to a server that does `tell` and then closes the connection."""
    async with serve(tell, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with open_link(
            network_for(f"http://127.0.0.1:{port}"),
            SecretStr("token"),
            query={},
            bearer=True,
            max_message_bytes=max_message_bytes,
        ) as link:
            yield link


async def all_of(link: Link) -> list[bytes]:
    """What comes until the connection ends."""
    messages: list[bytes] = []
    try:
        while True:
            messages += await link.receive()
    except ConnectionClosed:
        return messages


async def test_messages_come_whole_in_their_order_until_the_end() -> None:
    sent = [f"message {number}" for number in range(1_000)]

    async def tell(peer: ServerConnection) -> None:
        for message in sent:
            await peer.send(message)

    async with linked(tell) as link:
        assert [message.decode() for message in await all_of(link)] == sent


async def test_a_message_in_fragments_keeps_its_place() -> None:
    async def tell(peer: ServerConnection) -> None:
        await peer.send("first")
        await peer.send(["in ", "three ", "parts"])
        await peer.send("then")
        await peer.send(["a", "b"])
        await peer.send("last")

    async with linked(tell) as link:
        assert await all_of(link) == [b"first", b"in three parts", b"then", b"ab", b"last"]


async def test_a_fragment_without_its_end_ends_with_the_connection() -> None:
    async def tell(peer: ServerConnection) -> None:
        async def halves() -> AsyncIterator[str]:
            yield "half"
            peer.transport.abort()
            yield "never"

        await peer.send("first")
        await peer.send(halves())

    async with linked(tell) as link:
        assert await all_of(link) == [b"first"]


async def test_who_reads_events_has_a_turn_between_two_handfuls() -> None:
    turns = 0
    is_over = False

    async def count_turns() -> None:
        nonlocal turns
        while not is_over:
            turns += 1
            await asyncio.sleep(0)

    async def tell(peer: ServerConnection) -> None:
        for _ in range(200):
            await peer.send("x" * 1_000)

    async with linked(tell) as link, asyncio.TaskGroup() as tasks:
        tasks.create_task(count_turns())
        handfuls = [await link.receive()]
        while sum(map(len, handfuls)) < 200:
            before = turns
            handfuls.append(await link.receive())
            assert turns > before
        is_over = True
    assert max(sum(map(len, handful)) for handful in handfuls) < 40_000


async def test_while_many_wait_nothing_more_is_read() -> None:
    async def tell(peer: ServerConnection) -> None:
        for _ in range(20_000):
            await peer.send("x" * 1_000)

    async with linked(tell) as link:
        async with asyncio.timeout(60):
            while link.transport.is_reading():  # noqa: ASYNC110 - the transport rings no bell
                await asyncio.sleep(0)
        # What one read of the socket brought is there; the rest waits at the sender.
        assert len(link._waiting) < 2_000
        assert len(await all_of(link)) == 20_000
