"""Endpoint tokens over their life: changed, switched off and on, removed, counted."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ir_client.wire.auth import EndpointToken, EndpointTokenInfo
from tests.support.server import PASSWORD, AppClient, FakeClock, an_alert_body, app_client

pytestmark = pytest.mark.asyncio(loop_scope="module")
_names = (f"token-{number}" for number in count(1))


class Office:
    """One server for all tests here, and someone of each rank."""

    def __init__(self, server: AppClient, clock: FakeClock) -> None:
        self.server = server
        self.clock = clock
        self.ranks: dict[str, dict[str, str]] = {}

    async def sign_in(self) -> None:
        """Sign everyone in, anew after a day."""
        self.ranks["admin"] = await self.server.login()
        for rank in ("analyst", "manager"):
            self.ranks[rank] = await self.server.login(rank, PASSWORD)

    async def ask(
        self, method: str, path: str, *, rank: str = "manager", **body: Any
    ) -> tuple[int, Any]:
        """The status and body of an answer about endpoint tokens."""
        answer = await self.server.http.request(
            method,
            f"/endpoint-tokens{path}",
            headers=self.ranks[rank],
            json=body if body or method == "PUT" else None,
        )
        return answer.status_code, answer.json()

    async def made(self, **fields: Any) -> tuple[int, dict[str, str]]:
        """The number of a new token, and the headers of who has it."""
        _, made = await self.ask("POST", "", token_name=next(_names), **fields)
        return made["id"], {"Authorization": f"Bearer {made['token']}"}

    async def sends(self, token: dict[str, str], **fields: Any) -> int:
        """The status of an attempt to create an alert."""
        alert = an_alert_body(external_alert_id=next(_names), **fields)
        return (await self.server.ingest(alert, headers=token)).status_code


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    clock = FakeClock()
    async with app_client(tmp_path_factory.mktemp("office"), clock=clock) as server:
        office = Office(server, clock)
        for rank in ("analyst", "manager"):
            await server.login_as(rank, name=rank)
        await office.sign_in()
        yield office


async def test_a_change_holds_from_the_next_request_on(office: Office) -> None:
    number, token = await office.made()
    assert await office.sends(token) == 200
    status, changed = await office.ask("PUT", f"/{number}", can_create_alerts=False)
    assert (status, changed["can_create_alerts"]) == (200, False)
    assert await office.sends(token) == 403


async def test_what_a_change_does_not_name_stays(office: Office) -> None:
    number, _ = await office.made(description="edge", allowed_sources=["edr"], team="red")
    before = (await office.ask("GET", f"/{number}"))[1]
    changed = (await office.ask("PUT", f"/{number}", token_name="renamed"))[1]
    assert changed == before | {"token_name": "renamed"}


async def test_null_lifts_a_limit_and_an_empty_list_lets_nobody_in(office: Office) -> None:
    number, token = await office.made(allowed_sources=["ids"], allowed_ips=["192.0.2.0/24"])
    assert await office.sends(token) == 403
    await office.ask("PUT", f"/{number}", allowed_sources=None, allowed_ips=None)
    assert await office.sends(token) == 200
    await office.ask("PUT", f"/{number}", allowed_ips=[])
    assert await office.sends(token) == 403


@pytest.mark.parametrize(
    "change",
    [
        {"token_name": None},
        {"token_name": ""},
        {"can_read_alerts": None},
        {"rate_limit_per_minute": 0},
        {"rate_limit_per_minute": 1001},
        {"allowed_ips": ["10.0.0.1/8"]},
        {"allowed_ips": ["010.0.0.1"]},
        {"allowed_ips": ["10.0.0.0/8 "]},
        {"allowed_ips": ["hunter2"]},
        {"expires_in_days": 0},
        {"usage_count": 0},
        {"is_active": True},
        {"token": "ire_chosen-by-someone-else"},
        {"id": 1},
    ],
)
async def test_what_is_no_change_of_a_token_is_refused(
    office: Office, change: dict[str, Any]
) -> None:
    number, _ = await office.made()
    before = await office.ask("GET", f"/{number}")
    status, problem = await office.ask("PUT", f"/{number}", **change)
    assert (status, problem["code"]) == (422, "validation_failed")
    assert "hunter2" not in str(problem)
    assert await office.ask("GET", f"/{number}") == before


async def test_only_an_admin_lifts_a_rate_limit(office: Office) -> None:
    number, _ = await office.made()
    assert (await office.ask("PUT", f"/{number}", rate_limit_per_minute=None))[0] == 403
    _, changed = await office.ask("PUT", f"/{number}", rank="admin", rate_limit_per_minute=None)
    assert changed["rate_limit_per_minute"] is None
    # What an admin allowed is not taken back by a manager's change of something else.
    assert (await office.ask("PUT", f"/{number}", description="x"))[0] == 200


async def test_abuse_38_a_token_that_is_switched_off_is_worth_nothing_until_it_is_on_again(
    office: Office,
) -> None:
    number, token = await office.made()
    _, off = await office.ask("POST", f"/{number}/deactivate")
    assert off["is_active"] is False
    assert await office.sends(token) == 401
    _, on = await office.ask("POST", f"/{number}/activate")
    assert on["is_active"] is True
    assert await office.sends(token) == 200


async def test_a_token_expires_and_can_be_given_more_time(office: Office) -> None:
    number, token = await office.made(expires_in_days=1)
    office.clock.advance(days=1)
    assert await office.sends(token) == 401
    await office.sign_in()
    _, changed = await office.ask("PUT", f"/{number}", expires_in_days=2)
    assert EndpointToken.model_validate(changed).expires_at is not None
    assert await office.sends(token) == 200
    _, changed = await office.ask("PUT", f"/{number}", expires_in_days=None)
    assert changed["expires_at"] is None


async def test_an_admin_removes_a_token_and_a_manager_does_not(office: Office) -> None:
    number, token = await office.made()
    assert (await office.ask("DELETE", f"/{number}"))[0] == 403
    assert await office.sends(token) == 200
    assert (await office.ask("DELETE", f"/{number}", rank="admin"))[0] == 200
    assert await office.sends(token) == 401
    for method, path in (("GET", ""), ("PUT", ""), ("POST", "/activate"), ("DELETE", "")):
        status, problem = await office.ask(method, f"/{number}{path}", rank="admin")
        assert (status, problem["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/1"),
        ("PUT", "/1"),
        ("POST", "/1/deactivate"),
        ("POST", "/1/activate"),
        ("DELETE", "/1"),
    ],
)
async def test_abuse_60_analysts_are_not_told_of_tokens_and_tokens_not_of_others(
    office: Office, method: str, path: str
) -> None:
    assert (await office.ask(method, path, rank="analyst"))[0] == 403
    _, token = await office.made(can_read_alerts=True, can_update_alerts=True)
    answer = await office.server.http.request(method, f"/endpoint-tokens{path}", headers=token)
    assert answer.status_code == 403


async def test_a_token_is_told_what_it_may_do_and_what_is_left_of_its_minute(
    office: Office,
) -> None:
    office.clock.advance(minutes=2)
    number, token = await office.made(rate_limit_per_minute=5, allowed_sources=["edr"])
    answer = await office.server.http.get("/alerts/token/info", headers=token)
    info = EndpointTokenInfo.model_validate(answer.json())
    assert (info.id, info.allowed_sources, info.requests_left) == (number, ("edr",), 4)
    assert (info.usage_count, info.last_used_at) == (1, office.clock.now)
    assert token["Authorization"].removeprefix("Bearer ") not in answer.text
    as_user = await office.server.http.get("/alerts/token/info", headers=office.ranks["admin"])
    assert as_user.status_code == 403


async def test_every_request_of_a_token_is_counted_but_not_those_that_are_refused(
    office: Office,
) -> None:
    number, token = await office.made(rate_limit_per_minute=2, can_read_alerts=True)
    await office.server.http.get("/alerts", headers=token)
    office.clock.advance(seconds=1)
    await office.sends(token)
    assert await office.sends(token) == 429
    _, counted = await office.ask("GET", f"/{number}")
    kept = EndpointToken.model_validate(counted)
    assert (kept.usage_count, kept.last_used_at) == (2, office.clock.now)


async def test_another_rate_limit_holds_at_once(office: Office) -> None:
    number, token = await office.made(rate_limit_per_minute=2)
    assert [await office.sends(token) for _ in range(3)] == [200, 200, 429]
    await office.ask("PUT", f"/{number}", rate_limit_per_minute=3)
    assert [await office.sends(token) for _ in range(2)] == [200, 429]


async def test_abuse_35_no_minute_boundary_lets_twice_as_many_through(office: Office) -> None:
    _, token = await office.made(rate_limit_per_minute=2)
    office.clock.advance(seconds=59)
    assert [await office.sends(token) for _ in range(2)] == [200, 200]
    office.clock.advance(seconds=2)
    assert await office.sends(token) == 429
    office.clock.advance(seconds=-30)
    assert await office.sends(token) == 429
    office.clock.advance(seconds=88)
    assert await office.sends(token) == 200


async def test_abuse_33_a_source_is_the_one_that_is_listed_or_it_is_refused(
    office: Office,
) -> None:
    _, token = await office.made(allowed_sources=["edr"])
    assert await office.sends(token, source="edr") == 200
    for other in ("EDR", "edr ", " edr", "ｅｄｒ", "edr\u200b", "ed"):
        assert await office.sends(token, source=other) == 403


async def test_uses_are_written_when_the_server_ends(tmp_path: Path) -> None:
    async with app_client(tmp_path) as server:
        await server.ingest(an_alert_body())
    async with app_client(tmp_path) as server:
        (bootstrap,) = await server.services.tokens.list()
        assert bootstrap.usage_count == 1
