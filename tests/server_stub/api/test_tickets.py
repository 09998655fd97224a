"""Tickets: one stream each, once, for half a minute."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from ir_client.wire.auth import StreamTicket
from server_stub.storage.schema import stream_tickets
from tests.support.server import FakeClock
from tests.support.stream_server import StreamServer, stream_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    clock = FakeClock()
    async with stream_server(tmp_path_factory.mktemp("tickets"), clock=clock) as server:
        yield server


async def a_ticket(server: StreamServer, headers: dict[str, str]) -> str:
    answer = await server.http.post("/auth/ws-ticket", headers=headers)
    assert answer.status_code == 201
    ticket = StreamTicket.model_validate(answer.json())
    assert ticket.expires_in == 30
    return ticket.ticket.get_secret_value()


async def outcome(server: StreamServer, ticket: str, *, more: str = "") -> str | int | None:
    """The user that a ticket lets in, or the close code."""
    url = f"{server.stream_url()}?ticket={ticket}{more}"
    async with server.raw_connection(url) as client:
        first = asyncio.ensure_future(client.next())
        await asyncio.wait([first])
        if first.exception() is not None:
            return client.connection.close_code
        user = first.result()["data"]["user"]
        return "a token" if user is None else str(user["username"])


async def test_a_ticket_opens_a_stream_as_whoever_asked_for_it(server: StreamServer) -> None:
    assert await outcome(server, await a_ticket(server, await server.login())) == "admin"
    assert await outcome(server, await a_ticket(server, server.token)) == "a token"


async def test_abuse_25_a_ticket_lets_one_in_however_many_try(server: StreamServer) -> None:
    ticket = await a_ticket(server, await server.login())
    outcomes = await asyncio.gather(*(outcome(server, ticket) for _ in range(5)))
    assert sorted(map(str, outcomes)) == ["4001"] * 4 + ["admin"]
    assert await outcome(server, ticket) == 4001


async def test_a_ticket_is_good_for_half_a_minute(server: StreamServer) -> None:
    headers = await server.login()
    in_time, too_late = await a_ticket(server, headers), await a_ticket(server, headers)
    server.clock.advance(seconds=29)
    assert await outcome(server, in_time) == "admin"
    server.clock.advance(seconds=1)
    assert await outcome(server, too_late) == 4001


async def test_a_ticket_is_worth_what_its_login_is_worth(server: StreamServer) -> None:
    headers = await server.login()
    ticket = await a_ticket(server, headers)
    await server.http.post("/auth/logout", headers=headers)
    assert await outcome(server, ticket) == 4001


@pytest.mark.parametrize("junk", ["", "irt_unknown", "%00", "%ED%A0%80", "x" * 5_000])
async def test_what_is_no_ticket_gets_4001(server: StreamServer, junk: str) -> None:
    assert await outcome(server, junk) == 4001


async def test_a_ticket_beside_a_token_or_another_one_gets_4001(server: StreamServer) -> None:
    headers = await server.login()
    token = headers["Authorization"].removeprefix("Bearer ")
    ticket = await a_ticket(server, headers)
    assert await outcome(server, ticket, more=f"&token={token}") == 4001
    assert await outcome(server, ticket, more=f"&ticket={ticket}") == 4001


async def test_who_may_not_read_gets_no_ticket(server: StreamServer) -> None:
    wanted = {"token_name": "sensor"}
    admin = await server.login()
    made = (await server.http.post("/endpoint-tokens", headers=admin, json=wanted)).json()
    blind = {"Authorization": f"Bearer {made['token']}"}
    for headers, status in ((blind, 403), ({}, 401)):
        answer = await server.http.post("/auth/ws-ticket", headers=headers)
        assert answer.status_code == status


async def test_tickets_that_nobody_used_are_forgotten(server: StreamServer) -> None:
    headers = await server.login()
    await a_ticket(server, headers)
    server.clock.advance(minutes=1)
    await a_ticket(server, await server.login())
    count = select(func.count()).select_from(stream_tickets)
    kept = await server.services.database.read(lambda c: c.execute(count).scalar_one())
    assert kept == 1
