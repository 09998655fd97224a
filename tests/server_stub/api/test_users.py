import pytest

from tests.support.server import PASSWORD, AppClient

DANA = {"username": "dana", "password": PASSWORD, "role": "analyst", "teams": ["blue"]}


async def test_an_admin_makes_a_user_who_can_sign_in(server: AppClient) -> None:
    admin = await server.login()
    made = await server.http.post("/auth/users", headers=admin, json=DANA)
    assert made.status_code == 201
    assert (made.json()["username"], made.json()["teams"]) == ("dana", ["blue"])
    assert await server.login("dana", PASSWORD)
    listed = (await server.http.get("/auth/users", headers=admin)).json()["users"]
    assert [user["username"] for user in listed] == ["admin", "dana"]
    assert not any("password" in name for user in listed for name in user)
    again = await server.http.post("/auth/users", headers=admin, json=DANA | {"username": "DANA"})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")


@pytest.mark.parametrize(
    ("role", "lists", "makes"),
    [("analyst", 403, 403), ("senior_analyst", 403, 403), ("manager", 200, 403)],
)
async def test_others_do_not(server: AppClient, role: str, lists: int, makes: int) -> None:
    headers = await server.login_as(role, name="someone")
    wanted = DANA | {"role": "admin"}
    assert (await server.http.get("/auth/users", headers=headers)).status_code == lists
    made = await server.http.post("/auth/users", headers=headers, json=wanted)
    assert made.status_code == makes


@pytest.mark.parametrize(
    "change",
    [
        {"password": "short"},
        {"role": "wizard"},
        {"username": "dana smith"},
        {"username": ""},
        {"is_active": True},
    ],
)
async def test_what_is_no_user_is_refused(server: AppClient, change: dict[str, object]) -> None:
    admin = await server.login()
    answer = await server.http.post("/auth/users", headers=admin, json=DANA | change)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
