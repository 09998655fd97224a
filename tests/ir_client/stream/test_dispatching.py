"""Handlers on a real stream: nothing they do breaks it, and no event is lost over restarts."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ir_client import FileCheckpoint, IRClient, NewAlert, StateChanged, StreamState, errors
from ir_client.testing import FakeServer

pytestmark = pytest.mark.looptime


async def test_requirement_05_a_state_callback_that_raises_never_stops_reconnecting() -> None:
    async with FakeServer() as server, server.client() as client:
        bot = client.dispatcher()
        heard: list[int] = []

        @bot.on_state
        def breaks(change: StateChanged) -> None:
            raise RuntimeError("a callback of the user's")

        bot.on(NewAlert)(lambda event: heard.append(event.alert.id))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.run())
            for number in (1, 2, 3):
                await server.wait_for(lambda: server.listeners)
                await server.publish(server.commit(number))
                await server.wait_for(lambda number=number: number in heard)
                await server.drop()
            await server.wait_for(lambda: server.listeners)
            bot.stop()
    assert heard == [1, 2, 3]
    assert bot.stats.failed >= 9


async def test_requirement_27_states_form_a_path_and_each_interruption_ends() -> None:
    async with FakeServer() as server, server.client() as client:
        bot = client.dispatcher()
        changes: list[StateChanged] = []
        bot.on_state(changes.append)

        def times_entered(state: StreamState) -> int:
            return sum(change.new is state for change in changes)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.run())
            for number, interrupt in enumerate(
                (server.drop, server.break_lines, server.garble_lines, bot.stop), start=1
            ):
                await server.wait_for(
                    lambda number=number: times_entered(StreamState.LIVE) == number
                )
                ended = interrupt()
                if ended is not None:
                    await ended
    assert all(one.new is other.old for one, other in pairwise(changes))
    assert sum(change.old is StreamState.LIVE for change in changes) == 4
    assert times_entered(StreamState.LIVE) == 4
    assert times_entered(StreamState.CLOSED) == 1
    assert changes[-1].new is StreamState.CLOSED


async def test_the_last_state_is_told_also_when_the_stream_fails() -> None:
    async with FakeServer() as server, server.client() as client:
        server.close_codes.append(1009)
        bot = client.dispatcher()
        states: list[StreamState] = []
        bot.on_state(lambda change: states.append(change.new))
        with pytest.raises(errors.MessageTooLarge):
            await bot.run()
    assert states == [StreamState.CLOSED]


async def test_requirement_22_resubscribing_from_inside_a_handler_repeats_nothing() -> None:
    async with FakeServer() as server, server.client() as client, asyncio.TaskGroup() as tasks:
        heard: list[int] = []

        async def listen(since: str | None) -> str:
            async with client.events(since=since, types=[NewAlert]) as stream:
                async for event in stream:
                    assert isinstance(event, NewAlert)
                    heard.append(event.alert.id)
                    if event.alert.id == 2:
                        # The next question says that this one was dealt with.
                        asking = asyncio.ensure_future(anext(stream))
                        await asyncio.sleep(1)
                        asking.cancel()
                        return stream.bookmark
                    if event.alert.id == 4:
                        break
            return ""

        async def listen_twice() -> None:
            await listen(since=await listen(since=None))

        tasks.create_task(listen_twice())
        await server.wait_for(lambda: server.listeners)
        for number in (1, 2):
            await server.publish(server.commit(number))
        await server.wait_for(lambda: server.connections == 2)
        for number in (3, 4):
            await server.publish(server.commit(number))
    assert heard == [1, 2, 3, 4]


# At least once, over restarts.


class Desk:
    """Handles alerts, some of them slowly, and keeps how far it came in a file."""

    def __init__(self, path: Path, *, slow: set[int]) -> None:
        self.path = path
        self.slow = slow
        self.begun: list[int] = []
        self.done: list[int] = []

    async def work(self, client: IRClient, **options: Any) -> None:
        self.bot = client.dispatcher(
            events=lambda: client.events(since=FileCheckpoint(self.path), types=[NewAlert])
        )

        @self.bot.on(NewAlert)
        async def handle(event: NewAlert) -> None:
            self.begun.append(event.alert.id)
            if event.alert.id in self.slow:
                await asyncio.sleep(3_600)
            self.done.append(event.alert.id)

        await self.bot.run(**options)


async def opened(server: FakeServer, times: int) -> None:
    await server.wait_for(lambda: server.connections >= times and server.listeners)


@pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])
@pytest.mark.parametrize("end", ["killed", "drained for too short"])
async def test_an_event_that_is_not_handled_comes_again_after_a_restart(
    tmp_path: Path, protocols: tuple[int, ...], end: str
) -> None:
    desk = Desk(tmp_path / "kept", slow={2})
    async with FakeServer(protocols=protocols) as server, server.client() as client:
        working = asyncio.ensure_future(desk.work(client, drain_seconds=2))
        await opened(server, 1)
        for number in (1, 2, 3, 4):
            await server.publish(server.commit(number))
        await server.wait_for(lambda: len(desk.begun) == 4)
        await asyncio.sleep(5)
        if end == "killed":
            working.cancel()
        else:
            desk.bot.stop()
        (outcome,) = await asyncio.gather(working, return_exceptions=True)
        if end != "killed":
            assert isinstance(outcome, errors.DrainTimeout)
            assert [event.alert.id for event in outcome.unfinished] == [2]
        assert desk.done == [1, 3, 4]

        again = Desk(tmp_path / "kept", slow=set())
        working = asyncio.ensure_future(again.work(client))
        await opened(server, 2)
        await server.publish(server.commit(5))
        await server.wait_for(lambda: 5 in again.done)
        again.bot.stop()
        await working
    assert set(again.done) >= {2, 5}
    if 2 in protocols:
        assert 1 not in again.done


@pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])
async def test_what_was_handled_before_a_restart_does_not_come_again(
    tmp_path: Path, protocols: tuple[int, ...]
) -> None:
    desk = Desk(tmp_path / "kept", slow=set())
    async with FakeServer(protocols=protocols) as server, server.client() as client:
        for number in (1, 3):
            working = asyncio.ensure_future(desk.work(client))
            await opened(server, number)
            await server.publish(server.commit(number, received_at=server.clock))
            await server.wait_for(lambda number=number: number in desk.done)
            await asyncio.sleep(5)
            desk.bot.stop()
            await working
            server.commit(number + 1)
            server.connections = number + 1
        working = asyncio.ensure_future(desk.work(client))
        await server.wait_for(lambda: 4 in desk.done)
        desk.bot.stop()
        await working
    if 2 in protocols:
        assert desk.done == [1, 2, 3, 4]
    assert sorted(set(desk.done)) == [1, 2, 3, 4]
