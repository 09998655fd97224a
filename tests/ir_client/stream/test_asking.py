"""Commands with answers, and what is viewed, over a real WebSocket in virtual time."""

import asyncio
import random
from typing import Any

import pytest

from ir_client import Presence, StreamState, errors
from ir_client.testing import FakeServer
from ir_client.wire.commands import (
    GetAlertDetails,
    GetOwnedIncidents,
    GetRecentAlerts,
    Ping,
    TakeOwnership,
    UpdateAlertStatus,
    WatchIncident,
)
from ir_client.wire.events import AlertDetails, OwnedIncidents, Pong, RecentAlerts
from tests.support.driven_stream import a_live_stream, entered, now, read_until

pytestmark = pytest.mark.looptime

PROTOCOLS = pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])


@PROTOCOLS
async def test_each_command_gets_its_answer(protocols: tuple[int, ...]) -> None:
    server = FakeServer(protocols=protocols)
    server.commit(7)
    server.commit(8)
    async with a_live_stream(server) as (stream, _):
        details, taken, moved, pong, owned, recent = await asyncio.gather(
            stream.ask(GetAlertDetails(alert_id=7)),
            stream.ask(TakeOwnership(alert_id=7)),
            stream.ask(UpdateAlertStatus(alert_id=8, status="closed")),
            stream.ask(Ping()),
            stream.ask(GetOwnedIncidents()),
            stream.ask(GetRecentAlerts()),
        )
        assert details.data.id == 7
        assert taken.data.alert_id == 7
        assert (moved.data.alert_id, moved.data.status) == (8, "closed")
        assert isinstance(pong, Pong)
        assert isinstance(owned, OwnedIncidents)
        assert isinstance(recent, RecentAlerts)
    has_ids = ["request_id" in command for command in server.commands]
    assert has_ids == [2 in protocols] * 6


@PROTOCOLS
async def test_a_refusal_is_an_error_and_the_stream_goes_on(protocols: tuple[int, ...]) -> None:
    server = FakeServer(protocols=protocols)
    server.commit(7)
    async with a_live_stream(server) as (stream, _):
        with pytest.raises(errors.CommandRefused, match="not yours to see") as caught:
            await stream.ask(GetAlertDetails(alert_id=9))
        assert not caught.value.retryable
        assert (await stream.ask(GetAlertDetails(alert_id=7))).data.id == 7
        assert stream.status.state is StreamState.LIVE


async def test_an_answer_comes_as_an_event_too() -> None:
    server = FakeServer()
    server.commit(7)
    async with a_live_stream(server) as (stream, _):
        answer = await stream.ask(GetAlertDetails(alert_id=7))
        assert (await read_until(stream, AlertDetails))[-1] == answer


@PROTOCOLS
async def test_no_answer_in_time_leaves_open_whether_it_was_done(
    protocols: tuple[int, ...],
) -> None:
    server = FakeServer(protocols=protocols)
    server.commit(7)
    async with a_live_stream(server) as (stream, _):
        server.answers_commands = False
        began = now()
        with pytest.raises(errors.RequestTimeout, match="take_ownership") as caught:
            await stream.ask(TakeOwnership(alert_id=7), timeout_seconds=3)
        assert now() - began == pytest.approx(3, abs=0.1)
        assert "not known" in caught.value.hint
        server.answers_commands = True
        assert (await stream.ask(GetAlertDetails(alert_id=7))).data.id == 7


async def test_a_connection_that_is_lost_fails_the_question_and_nothing_is_sent_twice() -> None:
    server = FakeServer()
    server.commit(7)
    async with a_live_stream(server) as (stream, _):
        server.answers_commands = False
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(_outcome(stream.ask(TakeOwnership(alert_id=7))))
            await server.wait_for(lambda: server.commands)
            await server.drop()
        error = asking.result()
        assert isinstance(error, errors.ConnectError)
        assert "not known" in error.hint
        await read_until(stream, entered(StreamState.LIVE))
        await server.wait_for(lambda: server.listeners)
    assert len(server.commands) == 1


async def _outcome(asking: Any) -> Any:
    try:
        return await asking
    except errors.IRError as error:
        return error


async def test_a_question_waits_until_there_is_a_connection() -> None:
    server = FakeServer()
    server.commit(7)
    async with server, server.client() as client, client.events() as stream:
        assert (await stream.ask(GetAlertDetails(alert_id=7))).data.id == 7
        server.handshake_answers.extend([(503, {})] * 100)
        stream.reconnect()
        with pytest.raises(errors.RequestTimeout):
            await stream.ask(Ping(), timeout_seconds=5)


async def test_a_question_ends_with_the_stream_and_says_why() -> None:
    server = FakeServer()
    async with server, server.client() as client:
        async with client.events() as stream:
            server.answers_commands = False
            async with asyncio.TaskGroup() as tasks:
                asking = tasks.create_task(_outcome(stream.ask(Ping())))
                await server.wait_for(lambda: server.commands)
                await stream.aclose()
        assert isinstance(asking.result(), errors.ConnectError)
        with pytest.raises(errors.ClientClosedError):
            await stream.ask(Ping())
        server.close_codes.append(1009)
        async with client.events() as stream:
            with pytest.raises(errors.MessageTooLarge):
                await stream.ask(Ping())


async def test_commands_without_answers_are_sent_while_connected_only() -> None:
    server = FakeServer()
    async with a_live_stream(server) as (stream, _):
        await stream.send(WatchIncident(incident_id="INC-1"))
        await server.wait_for(lambda: server.commands)
        await server.drop()
        await read_until(stream, entered(StreamState.WAITING))
        with pytest.raises(errors.ConnectError):
            await stream.send(Ping())


# What is viewed.


def views(server: FakeServer) -> list[int | None]:
    return [one["data"]["alert_id"] for one in server.commands if one["type"] == "viewing"]


async def test_what_is_viewed_is_said_again_on_every_connection() -> None:
    server = FakeServer()
    server.commit(7)
    server.commit(8)
    async with a_live_stream(server) as (stream, _):
        await stream.view(7)
        await server.wait_for(lambda: views(server) == [7])
        await server.drop()
        await server.wait_for(lambda: views(server) == [7, 7])
        await stream.view(None)
        await server.wait_for(lambda: views(server) == [7, 7, None])
        await server.drop()
        await read_until(stream, entered(StreamState.WAITING))
        await read_until(stream, entered(StreamState.LIVE))
        await stream.ask(Ping())
        assert views(server) == [7, 7, None]


async def test_what_is_viewed_while_there_is_no_connection_is_said_on_the_next() -> None:
    server = FakeServer()
    server.commit(7)
    server.commit(8)
    async with a_live_stream(server) as (stream, _):
        await server.drop()
        await read_until(stream, entered(StreamState.WAITING))
        await stream.view(7)
        await stream.view(8)
        await server.wait_for(lambda: views(server))
        assert views(server) == [8]


async def test_a_server_of_protocol_1_is_not_told_what_is_viewed() -> None:
    server = FakeServer(features=None)
    async with a_live_stream(server) as (stream, _):
        await stream.view(7)
        await server.drop()
        await read_until(stream, entered(StreamState.WAITING))
        await read_until(stream, entered(StreamState.LIVE))
        await stream.ask(Ping())
        assert views(server) == []


async def test_who_views_the_same_alert_is_told_as_an_event() -> None:
    server = FakeServer()
    server.commit(7)
    async with a_live_stream(server) as (stream, _):
        await stream.view(7)
        presence = (await read_until(stream, Presence))[-1]
        assert isinstance(presence, Presence)
        assert [user.username for user in presence.data.users] == ["dana"]


async def test_a_view_that_is_refused_is_not_said_again() -> None:
    server = FakeServer()
    async with a_live_stream(server) as (stream, _):
        await stream.view(7)
        await server.wait_for(lambda: views(server) == [7])
        await stream.ask(Ping())
        await server.drop()
        await read_until(stream, entered(StreamState.WAITING))
        await read_until(stream, entered(StreamState.LIVE))
        await stream.ask(Ping())
        assert views(server) == [7]


async def test_the_refusal_of_an_earlier_view_does_not_end_a_later_one() -> None:
    server = FakeServer()
    server.commit(8)
    async with a_live_stream(server) as (stream, _):
        await stream.view(7)
        await stream.view(8)
        await stream.ask(Ping())
        assert views(server) == [7, 8]
        await server.drop()
        await server.wait_for(lambda: views(server) == [7, 8, 8])


# Any order of things.

THERE = range(1, 6)
NOT_THERE = range(6, 9)


@PROTOCOLS
@pytest.mark.parametrize("seed", range(12))
async def test_no_question_gets_what_belongs_to_another(
    seed: int, protocols: tuple[int, ...]
) -> None:
    """The server refuses what is not there, and nothing else; some commands nobody waits for.

    Many are sent at one moment, so that they are on their way together.
    """
    chance = random.Random(seed)
    server = FakeServer(protocols=protocols)
    for number in THERE:
        server.commit(number)
    answered = 0

    async def ask() -> None:
        nonlocal answered
        await asyncio.sleep(chance.randrange(12))
        number = chance.choice([*THERE, *NOT_THERE])
        patience = chance.choice((0.001, 5))
        outcome = await _outcome(
            stream.ask(GetAlertDetails(alert_id=number), timeout_seconds=patience)
        )
        if isinstance(outcome, AlertDetails):
            assert outcome.data.id == number
            answered += 1
        elif isinstance(outcome, errors.CommandRefused):
            assert number in NOT_THERE
            answered += 1
        else:
            assert isinstance(outcome, errors.TransportError)

    async def send() -> None:
        await asyncio.sleep(chance.randrange(12))
        number = chance.choice([*THERE, *NOT_THERE])
        await _outcome(stream.send(GetAlertDetails(alert_id=number)))

    async def interrupt() -> None:
        await asyncio.sleep(chance.randrange(12))
        server.break_lines()

    async with a_live_stream(server) as (stream, _), asyncio.TaskGroup() as tasks:
        for work, times in ((ask, 60), (send, 10), (interrupt, 3)):
            for _ in range(times):
                tasks.create_task(work())
    assert answered > 10
