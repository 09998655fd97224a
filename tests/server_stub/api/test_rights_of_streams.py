"""What becomes of open streams when rights end: a promise of two seconds. Real sockets."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server_stub.domain.clocks import instant
from tests.support.server import ADMIN_PASSWORD, FakeClock, an_alert_body
from tests.support.stream_server import StreamServer, stream_server

pytestmark = pytest.mark.asyncio(loop_scope="module")
_names = (f"right-{number}" for number in count(1))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    async with stream_server(tmp_path_factory.mktemp("rights")) as server:
        yield server


async def someone(server: StreamServer, role: str = "analyst") -> tuple[int, dict[str, str]]:
    headers = await server.login_as(role, name=next(_names))
    me = await server.http.get("/auth/me", headers=headers)
    return me.json()["id"], headers


async def change_user(server: StreamServer, number: int, **fields: Any) -> None:
    admin = await server.login()
    answer = await server.http.put(f"/auth/users/{number}", headers=admin, json=fields)
    assert answer.status_code == 200


async def close_code_with(server: StreamServer, headers: dict[str, str]) -> int | None:
    async with server.raw_connection(additional_headers=headers) as client:
        return await client.close_code()


async def a_reader(server: StreamServer, **fields: Any) -> tuple[int, dict[str, str]]:
    wanted = {"token_name": next(_names), "can_read_alerts": True, **fields}
    admin = await server.login()
    made = (await server.http.post("/endpoint-tokens", headers=admin, json=wanted)).json()
    return made["id"], {"Authorization": f"Bearer {made['token']}"}


async def test_a_token_that_was_of_another_team_for_a_moment_has_other_positions(
    server: StreamServer,
) -> None:
    number, headers = await a_reader(server, team="red")
    admin = await server.login()

    async def epoch() -> str:
        answer = await server.http.get("/alerts", headers=headers)
        return answer.headers["X-Stream-Epoch"]

    epochs = [await epoch()]
    for team in ("red", "blue", "red"):
        await server.http.put(f"/endpoint-tokens/{number}", headers=admin, json={"team": team})
        epochs.append(await epoch())
    assert epochs[0] == epochs[1]
    assert len(set(epochs)) == 3


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another-long-password"}])
async def test_abuse_11_a_user_who_is_deactivated_or_given_a_password_is_shown_out(
    server: StreamServer, change: dict[str, Any]
) -> None:
    number, headers = await someone(server)
    async with server.connected(headers) as client:
        await change_user(server, number, **change)
        assert await client.close_code() == 4001
    assert await close_code_with(server, headers) == 4001


async def test_abuse_13_a_manager_who_is_one_no_more_hears_only_of_what_analysts_see(
    server: StreamServer,
) -> None:
    number, headers = await someone(server, "manager")
    _, of_red = await a_reader(server, team="red")
    async with server.connected(headers) as client:
        await server.ingest(an_alert_body(external_alert_id=next(_names)), headers=of_red)
        assert (await client.next_of("new_alert"))["data"]["team"] == "red"
        await change_user(server, number, role="analyst")
        await server.ingest(an_alert_body(external_alert_id=next(_names)), headers=of_red)
        await server.ingest(an_alert_body(external_alert_id=next(_names)))
        assert (await client.next_of("new_alert", "alert_updated"))["data"]["team"] is None


async def test_abuse_58_a_stolen_refresh_token_that_is_used_ends_the_login_and_its_streams(
    server: StreamServer, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"username": "admin", "password": ADMIN_PASSWORD}
    first = (await server.http.post("/auth/login", json=body)).json()
    following = first["refresh_token"]
    for _ in range(2):
        answer = await server.http.post("/auth/refresh", json={"refresh_token": following})
        following = answer.json()["refresh_token"]
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    async with server.connected(headers) as client:
        with caplog.at_level("WARNING", logger="server_stub.audit"):
            stolen = {"refresh_token": first["refresh_token"]}
            assert (await server.http.post("/auth/refresh", json=stolen)).status_code == 401
        assert await client.close_code() == 4001
    latest = await server.http.post("/auth/refresh", json={"refresh_token": following})
    assert latest.status_code == 401
    told = [one.getMessage() for one in caplog.records if one.name == "server_stub.audit"]
    assert told == ["a refresh token of user 1 was used again: login ended"]


@pytest.mark.parametrize("end", ["deactivate", "remove", "expire", "blind"])
async def test_a_token_that_ends_takes_its_streams_along(server: StreamServer, end: str) -> None:
    number, headers = await a_reader(server)
    path, admin = f"/endpoint-tokens/{number}", await server.login()
    async with server.connected(headers) as client:
        if end == "deactivate":
            await server.http.post(f"{path}/deactivate", headers=admin)
        elif end == "remove":
            await server.http.delete(path, headers=admin)
        elif end == "blind":
            await server.http.put(path, headers=admin, json={"can_read_alerts": False})
        else:
            await expire(server, number)
        assert await client.close_code() == 4001
    assert await close_code_with(server, headers) == 4001


async def expire(server: StreamServer, number: int) -> None:
    now = instant(server.services.clock())
    await server.services.database.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE endpoint_tokens SET expires_at = ? WHERE id = ?", (now, number)
        )
    )


async def test_each_opening_of_a_stream_counts_against_the_rate_of_its_token(
    server: StreamServer,
) -> None:
    number, headers = await a_reader(server, rate_limit_per_minute=1)
    async with server.connected(headers):
        assert await close_code_with(server, headers) == 1013
    assert (await server.services.tokens.get(number)).usage_count == 1


async def test_abuse_14_after_another_secret_nobody_is_logged_in_any_more(tmp_path: Path) -> None:
    clock = FakeClock()
    async with stream_server(tmp_path, clock=clock) as server:
        headers = await server.login()
    other = {"secret_key": "another-secret-that-only-tests-have-98765"}
    async with stream_server(tmp_path, clock=clock, **other) as server:
        assert (await server.http.get("/auth/me", headers=headers)).status_code == 401
        assert await close_code_with(server, headers) == 4001
        # What is no JWT is not signed: endpoint tokens and passwords go on.
        assert (await server.ingest(an_alert_body())).status_code == 200
        assert await server.login()


async def test_abuse_17_a_handler_that_fails_closes_with_4003_and_harms_nobody_else(
    server: StreamServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = await someone(server)
    async with server.connected(headers) as client:
        with monkeypatch.context() as broken:

            def fail(_: object) -> None:
                raise RuntimeError("x" * 500)

            broken.setattr("server_stub.api.stream.speaks_protocol_2", fail)
            async with server.raw_connection(additional_headers=headers) as other:
                assert await other.close_code() == 4003
                assert other.connection.close_reason == "internal error"
        assert await client.heard_until_pong() == []
