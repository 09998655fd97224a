"""The stream and its token: refused, expired, renewed, ended."""

import asyncio

import pytest

from ir_client import (
    NewAlert,
    Resumed,
    StreamState,
    errors,
)
from ir_client.testing import FEATURES, FakeServer
from tests.support.driven_stream import a_live_stream, entered, now, read_until

pytestmark = pytest.mark.looptime


async def test_requirement_09_a_refused_token_is_renewed_once_and_tried_at_once() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.expire_access_tokens()
        before = now()
        await server.drop(4001)
        await read_until(stream, Resumed)
        assert now() - before < 0.5
        assert server.refreshes == 1
        assert server.stream_tokens == ["secret-access-1", "secret-access-2"]


async def test_requirement_09_a_token_that_expired_offline_is_renewed_for_the_next_try() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.stop()
        await read_until(stream, entered(StreamState.WAITING))
        server.expire_access_tokens()
        await server.start()
        await read_until(stream, Resumed)
        assert server.refreshes == 1
        assert server.stream_tokens[-1] == "secret-access-2"


async def test_requirement_13_a_fresh_token_that_is_refused_ends_the_stream() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.refuses_every_token = True
        await server.drop(4001)
        with pytest.raises(errors.AuthRejected):
            await read_until(stream, Resumed)
        assert stream.status.state is StreamState.CLOSED
        assert server.connections == 2


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_before_the_handshake_is_a_refused_token(status: int) -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.handshake_answers.append((status, {}))
        server.expire_access_tokens()
        await server.drop()
        await read_until(stream, Resumed)
        assert server.refreshes == 1


async def test_an_ended_login_ends_the_stream_and_says_to_log_in() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):
        client._open.session._credentials = None
        server.expire_access_tokens()
        server.refresh_tokens.clear()
        await server.drop(4001)
        with pytest.raises(errors.AuthRejected) as caught:
            await read_until(stream, Resumed)
        assert "Log in again" in caught.value.hint


async def test_requirement_10_a_renewal_while_live_keeps_the_socket() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):
        server.expire_access_tokens()
        await client.auth.me()
        assert server.refreshes == 1
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        assert server.connections == 1


async def test_requirement_11_many_calls_and_the_stream_share_one_refresh() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):
        server.expire_access_tokens()
        await server.drop(4001)
        calls = asyncio.gather(*(client.auth.me() for _ in range(50)))
        await read_until(stream, Resumed)
        await calls
        assert server.refreshes == 1


async def test_a_token_goes_into_the_path_only_where_the_server_reads_no_header() -> None:
    plain = FakeServer(features=None)
    async with a_live_stream(plain):
        assert plain.stream_tokens == ["secret-access-1"]
    modern = FakeServer(features=FEATURES)
    async with a_live_stream(modern):
        (connection,) = modern.listeners
        assert connection.request is not None
        assert connection.request.path == "/ws/incidents?protocol=2"
