"""Waiting for one event, on the stream that is open or on one of its own; virtual time."""

import asyncio
from typing import Any

import pytest

from ir_client import (
    AlertUpdated,
    InitialData,
    IRClient,
    NewAlert,
    Resumed,
    StateChanged,
    StreamState,
    errors,
)
from ir_client.testing import FakeServer
from tests.support.driven_stream import a_live_stream, now, read_until

pytestmark = pytest.mark.looptime


def is_closed(event: AlertUpdated) -> bool:
    return event.alert.status == "closed"


async def outcome(waiting: Any) -> Any:
    try:
        return await waiting
    except errors.IRError as error:
        return error


async def listening(server: FakeServer, times: int = 1) -> None:
    await server.wait_for(lambda: server.connections >= times and server.listeners)
    await asyncio.sleep(0.1)


async def test_without_a_stream_one_is_open_for_that_time_only() -> None:
    async with FakeServer() as server, server.client() as client, asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(client.wait_for(AlertUpdated, is_closed))
        await listening(server)
        await server.publish(server.commit(1))
        await server.publish(server.commit(1, status="triaged"), kind="alert_updated")
        await server.publish(server.commit(1, status="closed"), kind="alert_updated")
        event = await waiting
        assert event.alert.status == "closed"
        await server.wait_for(lambda: not server.listeners)
        assert server.connections == 1


async def test_those_who_wait_together_share_a_stream() -> None:
    async with FakeServer() as server, server.client() as client, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(client.wait_for(NewAlert))
        second = tasks.create_task(client.wait_for(AlertUpdated, is_closed))
        await listening(server)
        await server.publish(server.commit(1))
        assert (await first).alert.id == 1
        await server.publish(server.commit(1, status="closed"), kind="alert_updated")
        assert (await second).alert.id == 1
        assert server.connections == 1


@pytest.mark.parametrize("turns", range(8))
async def test_one_who_begins_to_wait_while_the_last_stream_closes_gets_a_new_one(
    turns: int,
) -> None:
    heard = asyncio.Event()

    def note(event: NewAlert) -> bool:
        heard.set()
        return True

    async with FakeServer() as server, server.client() as client, asyncio.TaskGroup() as tasks:
        tasks.create_task(client.wait_for(NewAlert, note))
        await listening(server)
        await server.publish(server.commit(1))
        await heard.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting = tasks.create_task(client.wait_for(NewAlert, timeout_seconds=30))
        await asyncio.sleep(5)
        await server.publish(server.commit(2))
        assert (await waiting).alert.id == 2


async def test_an_open_stream_is_listened_to_and_goes_on() -> None:
    async with a_live_stream(server := FakeServer(), types=[InitialData]) as (_, client):
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(client.wait_for(NewAlert))
            await asyncio.sleep(1)
            await server.publish(server.commit(1))
        assert waiting.result().alert.id == 1
        assert server.connections == 1
        assert len(server.listeners) == 1


async def test_states_and_what_was_missed_are_waited_for_too() -> None:
    async with a_live_stream(server := FakeServer(protocols=(1,))) as (stream, client):
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        async with asyncio.TaskGroup() as tasks:
            down = tasks.create_task(
                client.wait_for(StateChanged, lambda change: change.new is StreamState.WAITING)
            )
            closed = tasks.create_task(client.wait_for(AlertUpdated, is_closed))
            resumed = tasks.create_task(client.wait_for(Resumed))
            await asyncio.sleep(0)
            await server.drop()
            server.commit(1, status="closed")
            reading = tasks.create_task(read_until(stream, Resumed))
        assert down.result().new is StreamState.WAITING
        assert closed.result().origin == "backfill"
        assert resumed.result() == Resumed(recovered=1, complete=True)
        assert reading.result()[-1] == resumed.result()


async def test_nothing_in_time_is_an_error_that_says_what_was_waited_for() -> None:
    async with FakeServer() as server, server.client() as client:
        began = now()
        with pytest.raises(errors.RequestTimeout, match="NewAlert"):
            await client.wait_for(NewAlert, timeout_seconds=90)
        assert now() - began == pytest.approx(90, abs=3)
        async with client.events():
            with pytest.raises(errors.RequestTimeout, match=r"AlertUpdated .* 5 s"):
                await client.wait_for(AlertUpdated, timeout_seconds=5)


async def test_one_of_several_kinds_can_be_waited_for() -> None:
    async with a_live_stream(server := FakeServer()) as (_, client):
        either: Any = NewAlert | AlertUpdated
        with pytest.raises(errors.RequestTimeout, match="NewAlert or AlertUpdated"):
            await client.wait_for(either, timeout_seconds=5)
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(client.wait_for(either))
            await asyncio.sleep(1)
            await server.publish(server.commit(1))
        assert waiting.result().alert.id == 1


@pytest.mark.parametrize("kind", ["NewAlert", str, (), [NewAlert, 7], None, NewAlert | int])
async def test_what_is_no_kind_of_event_is_refused_at_the_call(kind: Any) -> None:
    async with FakeServer() as server, server.client() as client:
        with pytest.raises(errors.ConfigError, match="`kind`"):
            await client.wait_for(kind)
        assert server.connections == 0


async def test_what_ends_the_stream_ends_the_waiting() -> None:
    async with FakeServer() as server, server.client() as client:
        server.close_codes.append(1009)
        with pytest.raises(errors.MessageTooLarge):
            await client.wait_for(NewAlert)
        async with asyncio.TaskGroup() as tasks, client.events():
            waiting = tasks.create_task(outcome(client.wait_for(NewAlert)))
            await listening(server, times=2)
        assert isinstance(waiting.result(), errors.ClientClosedError)
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(client.wait_for(NewAlert))
            await listening(server, times=3)
            await server.publish(server.commit(1))


async def test_on_a_stream_that_has_failed_nobody_waits() -> None:
    async with FakeServer() as server, server.client() as client, client.events() as stream:
        server.close_codes.append(1009)
        with pytest.raises(errors.MessageTooLarge):
            await read_until(stream, InitialData)
        began = now()
        with pytest.raises(errors.ClientClosedError):
            await client.wait_for(NewAlert)
        assert now() == began


async def test_a_client_that_closes_ends_the_waiting() -> None:
    async with FakeServer() as server, asyncio.TaskGroup() as tasks:
        async with server.client() as client:
            waiting = tasks.create_task(outcome(client.wait_for(NewAlert)))
            await listening(server)
        assert isinstance(await waiting, errors.ClientClosedError)


async def test_a_condition_that_fails_is_raised_to_who_waits_and_the_stream_goes_on() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(
                outcome_of_any(client.wait_for(NewAlert, lambda event: event.alert.id < 1 / 0))
            )
            await asyncio.sleep(1)
            await server.publish(server.commit(1))
        assert isinstance(waiting.result(), ZeroDivisionError)
        await read_until(stream, NewAlert)


async def outcome_of_any(waiting: Any) -> Any:
    try:
        return await waiting
    except ZeroDivisionError as error:
        return error


async def test_a_cancelled_wait_leaves_no_stream_and_no_task() -> None:
    async with FakeServer() as server, server.client() as client:
        before = asyncio.all_tasks()
        waiting = asyncio.ensure_future(client.wait_for(NewAlert))
        await listening(server)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await server.wait_for(lambda: not server.listeners)
        await asyncio.sleep(1)
        assert asyncio.all_tasks() <= before


async def test_while_a_stream_is_open_for_waiting_another_is_refused() -> None:
    async with FakeServer() as server, server.client() as client, asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(client.wait_for(NewAlert))
        await listening(server)
        with pytest.raises(errors.StreamAlreadyOpen, match="wait_for") as caught:
            async with client.events():
                pass
        assert "events() first" in caught.value.hint
        await server.publish(server.commit(1))
        await waiting


def test_it_needs_an_open_client() -> None:
    client = IRClient("http://ir.test")
    with pytest.raises(errors.ClientClosedError):
        asyncio.run(client.wait_for(NewAlert))
