"""Who gets onto the stream, and with which code everyone else is turned away. Real sockets."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus

from server_stub.hub import hub
from tests.support.server import FakeClock, an_alert_body
from tests.support.stream_server import StreamServer, stream_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    async with stream_server(tmp_path_factory.mktemp("stream")) as server:
        yield server


async def access_token(server: StreamServer) -> str:
    return (await server.login())["Authorization"].removeprefix("Bearer ")


async def close_of(server: StreamServer, url: str | None = None, **options: Any) -> Any:
    async with server.raw_connection(url, **options) as client:
        await client.close_code()
        return client.connection.close_code, client.connection.close_reason


async def test_a_token_in_the_query_opens_the_stream(server: StreamServer) -> None:
    async with server.raw_connection(server.stream_url(await access_token(server))) as client:
        assert (await client.next())["type"] == "initial_data"


async def test_a_token_in_a_header_opens_the_stream(server: StreamServer) -> None:
    async with server.raw_connection(additional_headers=await server.login()) as client:
        assert (await client.next())["type"] == "initial_data"


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "garbage",
        "a.b.c",
        "x" * 3_000,
        "x" * 5_000,
        "e" * 4_000 + ".e.e",
        "nul\0\r\nHost: x",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "ire_" + "0" * 40,
    ],
)
async def test_abuse_01_03_04_a_missing_or_senseless_token_gets_4001(
    server: StreamServer, token: str | None
) -> None:
    code, reason = await close_of(server, server.stream_url(token))
    assert code == 4001
    assert reason


@pytest.mark.parametrize("query", ["token=%ED%A0%80", "token=%00", "token=%FF%FE"])
async def test_bytes_that_are_no_text_get_4001(server: StreamServer, query: str) -> None:
    code, _ = await close_of(server, f"{server.stream_url()}?{query}")
    assert code == 4001


async def test_abuse_06_two_tokens_get_4001_even_if_one_is_right(server: StreamServer) -> None:
    token = await access_token(server)
    code, _ = await close_of(server, f"{server.stream_url(token)}&token=other")
    assert code == 4001
    code, _ = await close_of(
        server, server.stream_url(token), additional_headers={"Authorization": f"Bearer {token}"}
    )
    assert code == 4001


async def test_abuse_07_a_forged_token_gets_4001(server: StreamServer) -> None:
    claims = jwt.decode(await access_token(server), options={"verify_signature": False})
    forged = jwt.encode(claims, "k" * 64, algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")
    for token in (forged, unsigned):
        code, _ = await close_of(server, server.stream_url(token))
        assert code == 4001


async def test_abuse_09_a_refresh_token_is_no_access_token(server: StreamServer) -> None:
    answer = await server.http.post(
        "/auth/login", json={"username": "admin", "password": "the-admin-password"}
    )
    code, _ = await close_of(server, server.stream_url(answer.json()["refresh_token"]))
    assert code == 4001


async def test_an_endpoint_token_needs_the_right_to_read(server: StreamServer) -> None:
    admin = await server.login()
    for can_read in (True, False):
        body = {"token_name": f"siem {can_read}", "can_read_alerts": can_read}
        answer = await server.http.post("/endpoint-tokens", json=body, headers=admin)
        url = server.stream_url(answer.json()["token"])
        if can_read:
            async with server.raw_connection(url) as client:
                greeting = await client.next()
                assert greeting["data"]["user"] is None
        else:
            assert (await close_of(server, url))[0] == 4001


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "file://"])
async def test_abuse_15_a_foreign_origin_gets_403_before_the_handshake(
    server: StreamServer, origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "server_stub")
    with pytest.raises(InvalidStatus) as refused:
        await close_of(server, server.stream_url(await access_token(server)), origin=origin)
    assert refused.value.response.status_code == 403
    assert "another origin" in caplog.text
    assert origin not in caplog.text


async def test_the_servers_own_origin_is_let_in(server: StreamServer) -> None:
    url = server.stream_url(await access_token(server))
    origin: Any = f"http://127.0.0.1:{server.port}"
    async with server.raw_connection(url, origin=origin) as client:
        assert (await client.next())["type"] == "initial_data"


async def test_abuse_02_12_an_expired_token_gets_4001_but_an_open_connection_outlives_its_token(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    async with stream_server(tmp_path, clock=clock, access_token_minutes=1) as server:
        token = await access_token(server)
        async with server.connected({"Authorization": f"Bearer {token}"}) as client:
            clock.advance(minutes=10)
            assert (await close_of(server, server.stream_url(token)))[0] == 4001
            await server.ingest(an_alert_body())
            assert (await client.next())["type"] == "new_alert"


async def test_the_hub_looks_for_ended_logins_often_enough_for_the_promised_two_seconds() -> None:
    assert hub.GUARD_SECONDS <= 1


async def test_logging_out_ends_the_connections_of_this_login_and_no_other(
    server: StreamServer,
) -> None:
    mine, other = await server.login(), await server.login()
    async with server.connected(mine) as client, server.connected(other) as stays:
        await server.http.post("/auth/logout", headers=mine)
        assert await client.close_code() == 4001
        assert await stays.heard_until_pong() == []


async def test_deactivating_a_user_ends_its_connections_and_refuses_new_ones(
    tmp_path: Path,
) -> None:
    async with stream_server(tmp_path) as server:
        headers = await server.login_as("analyst")
        async with server.connected(headers) as client:
            deactivate(tmp_path, "dana")
            assert await client.close_code() == 4001
        assert (await close_of(server, additional_headers=headers))[0] == 4001


def deactivate(directory: Path, username: str) -> None:
    with sqlite3.connect(directory / "server.db") as connection:
        connection.execute("UPDATE users SET is_active = 0 WHERE username = ?", [username])
    connection.close()


async def test_nothing_is_carried_out_for_a_login_that_ended_a_moment_ago(
    tmp_path: Path,
) -> None:
    async with stream_server(tmp_path) as server:
        await server.ingest(an_alert_body())
        async with server.connected(await server.login_as("analyst")) as client:
            deactivate(tmp_path, "dana")
            await client.send("take_ownership", alert_id=1)
            assert await client.close_code() == 4001
        alert = await server.http.get("/alerts/1", headers=await server.login())
        assert alert.json()["assigned_analyst_id"] is None


async def test_abuse_16_a_database_that_cannot_be_read_gets_4003_not_4001(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stream_server(tmp_path) as server:
        token = await access_token(server)
        with sqlite3.connect(tmp_path / "server.db") as connection:
            connection.execute("ALTER TABLE logins RENAME TO lost_logins")
        connection.close()
        assert (await close_of(server, server.stream_url(token)))[0] == 4003
        assert token not in caplog.text


async def test_abuse_24_too_many_connections_of_one_user_get_1013(tmp_path: Path) -> None:
    async with stream_server(tmp_path, stream_connections_per_user=1) as server:
        admin = await server.login()
        async with server.connected(admin) as client:
            assert await close_of(server, additional_headers=admin) == (
                1013,
                "too many connections",
            )
            async with server.connected(await server.login_as("analyst")):
                pass
            assert await client.heard_until_pong() == []


async def test_an_unknown_stream_address_is_refused_before_the_handshake(
    server: StreamServer,
) -> None:
    with pytest.raises(InvalidStatus):
        await close_of(server, f"ws://127.0.0.1:{server.port}/ws/other")
