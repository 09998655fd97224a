"""Users over their time: other rights, another password, gone."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from tests.support.server import ADMIN_PASSWORD, PASSWORD, AppClient, FakeClock, app_client

pytestmark = pytest.mark.asyncio(loop_scope="module")
_names = (f"user-{number}" for number in count(1))
OTHER_PASSWORD = "another-long-password"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AppClient]:
    async with app_client(tmp_path_factory.mktemp("users"), clock=FakeClock()) as server:
        yield server


class Someone:
    """A user of the server, signed in once."""

    def __init__(self, server: AppClient, number: int, name: str, headers: dict[str, str]) -> None:
        self._server = server
        self.id = number
        self.name = name
        self.headers = headers

    async def status_of(self, path: str = "/auth/me") -> int:
        return (await self._server.http.get(path, headers=self.headers)).status_code

    async def signs_in(self, password: str) -> int:
        body = {"username": self.name, "password": password}
        return (await self._server.http.post("/auth/login", json=body)).status_code

    async def changes_password(self, current: str, new: str) -> Any:
        body = {"current_password": current, "new_password": new}
        return await self._server.http.put("/auth/me/password", headers=self.headers, json=body)


async def someone(server: AppClient, role: str = "analyst", **fields: Any) -> Someone:
    name = next(_names)
    headers = await server.login_as(role, name=name, **fields)
    me = (await server.http.get("/auth/me", headers=headers)).json()
    return Someone(server, me["id"], name, headers)


async def change(
    server: AppClient, user_id: int, *, by: dict[str, str] | None = None, **fields: Any
) -> Any:
    headers = by or await server.login()
    return await server.http.put(f"/auth/users/{user_id}", headers=headers, json=fields)


async def test_another_role_holds_from_the_next_request_on(server: AppClient) -> None:
    dana = await someone(server)
    assert await dana.status_of("/auth/users") == 403
    changed = await change(server, dana.id, role="manager", teams=["red", "red", "blue"])
    assert (changed.status_code, changed.json()["role"]) == (200, "manager")
    assert changed.json()["teams"] == ["red", "blue"]
    assert await dana.status_of("/auth/users") == 200


async def test_what_a_change_does_not_name_stays(server: AppClient) -> None:
    dana = await someone(server, teams=["red"])
    before = (await change(server, dana.id)).json()
    changed = await change(server, dana.id, full_name="Dana D.")
    assert changed.json() == before | {"full_name": "Dana D."}
    assert (await change(server, dana.id, full_name=None)).json() == before


async def test_abuse_10_a_deactivated_user_is_signed_out_and_stays_out(server: AppClient) -> None:
    dana = await someone(server)
    assert (await change(server, dana.id, is_active=False)).json()["is_active"] is False
    assert await dana.status_of() == 401
    assert await dana.signs_in(PASSWORD) == 401
    await change(server, dana.id, is_active=True)
    assert await dana.status_of() == 401
    assert await dana.signs_in(PASSWORD) == 200


async def test_a_password_from_an_admin_ends_every_login(server: AppClient) -> None:
    dana = await someone(server)
    changed = await change(server, dana.id, password=OTHER_PASSWORD)
    assert OTHER_PASSWORD not in changed.text
    assert await dana.status_of() == 401
    assert await dana.signs_in(PASSWORD) == 401
    assert await dana.signs_in(OTHER_PASSWORD) == 200


async def test_ones_own_new_password_ends_all_other_logins(server: AppClient) -> None:
    dana = await someone(server)
    elsewhere = await server.login(dana.name, PASSWORD)
    changed = await dana.changes_password(PASSWORD, OTHER_PASSWORD)
    assert changed.status_code == 200
    assert await dana.status_of() == 200
    assert (await server.http.get("/auth/me", headers=elsewhere)).status_code == 401
    assert await dana.signs_in(PASSWORD) == 401
    assert await dana.signs_in(OTHER_PASSWORD) == 200


async def test_a_stolen_login_cannot_guess_the_password_it_wants_to_change(
    server: AppClient,
) -> None:
    dana = await someone(server)
    for _ in range(5):
        refused = await dana.changes_password("hunter2-hunter2", OTHER_PASSWORD)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
        assert refused.json()["detail"][0]["loc"] == ["body", "current_password"]
        assert "hunter2" not in refused.text
    assert (await dana.changes_password(PASSWORD, OTHER_PASSWORD)).status_code == 429


async def test_a_password_that_is_too_short_is_refused_and_not_quoted(server: AppClient) -> None:
    dana = await someone(server)
    refused = await dana.changes_password(PASSWORD, "hunter2")
    assert refused.status_code == 422
    assert "hunter2" not in refused.text
    assert refused.json()["detail"][0]["msg"] == "Must have at least 12 characters"
    too_long = await dana.changes_password(PASSWORD, "x" * 129)
    assert too_long.json()["detail"][0]["msg"] == "Must have at most 128 characters"
    assert (await change(server, dana.id, password="hunter2")).status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "wizard"},
        {"role": None},
        {"teams": None},
        {"teams": [""]},
        {"is_active": "yes"},
        {"is_active": None},
        {"password": None},
        {"username": "other"},
        {"id": 1},
    ],
)
async def test_abuse_48_what_is_no_change_of_a_user_is_refused(
    server: AppClient, fields: dict[str, Any]
) -> None:
    dana = await someone(server)
    before = (await change(server, dana.id)).json()
    refused = await change(server, dana.id, **fields)
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
    assert (await change(server, dana.id)).json() == before


@pytest.mark.parametrize("role", ["analyst", "senior_analyst", "manager"])
async def test_abuse_60_nobody_but_an_admin_changes_users_oneself_included(
    server: AppClient, role: str, caplog: pytest.LogCaptureFixture
) -> None:
    dana = await someone(server, role)
    caplog.clear()
    for number in (1, dana.id):
        refused = await change(server, number, by=dana.headers, role="admin")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    told = [one.getMessage() for one in caplog.records if one.name == "server_stub.audit"]
    assert told == [f"user {dana.id} was refused what takes a role of admin"] * 2
    refused = await change(server, dana.id, by=server.token, role="admin")
    assert refused.status_code == 403
    assert (await server.http.get("/auth/me", headers=dana.headers)).json()["role"] == role


@pytest.mark.parametrize("fields", [{"is_active": False}, {"role": "manager"}])
async def test_the_last_admin_stays_one(server: AppClient, fields: dict[str, Any]) -> None:
    refused = await change(server, 1, **fields)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert await server.login("admin", ADMIN_PASSWORD)
    second = await someone(server, "admin")
    assert (await change(server, second.id, **fields)).status_code == 200


async def test_a_user_who_is_not_there_is_404(server: AppClient) -> None:
    answer = await change(server, 999, role="manager")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_who_changed_whose_rights_is_in_the_log_without_names(
    server: AppClient, caplog: pytest.LogCaptureFixture
) -> None:
    dana = await someone(server)
    with caplog.at_level("INFO", logger="server_stub.audit"):
        await change(server, dana.id, role="manager", password=OTHER_PASSWORD)
    told = [one.getMessage() for one in caplog.records if one.name == "server_stub.audit"]
    assert told == [f"user 1 changed user {dana.id}"]
