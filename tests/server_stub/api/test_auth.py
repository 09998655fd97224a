import pytest

from ir_client.wire.auth import User
from tests.support.server import ADMIN_PASSWORD, AppClient

GOOD = {"username": "admin", "password": ADMIN_PASSWORD}


async def test_signing_in_gives_tokens_and_says_who_one_is(server: AppClient) -> None:
    answer = (await server.http.post("/auth/login", json=GOOD)).json()
    assert set(answer) == {
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "user_info",
    }
    assert User.model_validate(answer["user_info"]).username == "admin"
    headers = {"Authorization": f"bearer  {answer['access_token']}"}
    me = await server.http.get("/auth/me", headers=headers)
    assert (me.status_code, me.json()["role"]) == (200, "admin")


async def test_a_refreshed_login_goes_on(server: AppClient) -> None:
    first = (await server.http.post("/auth/login", json=GOOD)).json()
    body = {"refresh_token": first["refresh_token"]}
    second = (await server.http.post("/auth/refresh", json=body)).json()
    assert second["refresh_token"] != first["refresh_token"]
    headers = {"Authorization": f"Bearer {second['access_token']}"}
    assert (await server.http.get("/auth/me", headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-all"])
async def test_after_signing_out_the_token_is_worth_nothing(server: AppClient, path: str) -> None:
    headers = await server.login()
    assert (await server.http.post(path, headers=headers)).status_code == 200
    assert (await server.http.get("/auth/me", headers=headers)).status_code == 401


async def test_a_wrong_password_is_answered_without_a_hint(server: AppClient) -> None:
    wrong = await server.http.post("/auth/login", json=GOOD | {"password": "hunter2-hunter2"})
    unknown = await server.http.post("/auth/login", json=GOOD | {"username": "nobody"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert "hunter2" not in wrong.text


async def test_too_many_failures_are_told_when_to_come_back(server: AppClient) -> None:
    for _ in range(5):
        await server.http.post("/auth/login", json=GOOD | {"password": "wrong"})
    answer = await server.http.post("/auth/login", json=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "admin"},
        {"username": 7, "password": "x"},
        {"username": "admin", "password": "x" * 129},
        {"username": "x" * 65, "password": "x"},
        GOOD | {"role": "admin"},
    ],
)
async def test_what_is_no_sign_in_is_refused_without_being_quoted(
    server: AppClient, body: dict[str, object]
) -> None:
    answer = await server.http.post("/auth/login", json=body)
    assert answer.status_code == 422
    assert ADMIN_PASSWORD not in answer.text
    assert "xxx" not in answer.text


async def test_an_endpoint_token_is_nobody_in_particular(server: AppClient) -> None:
    for method, path in (("GET", "/auth/me"), ("POST", "/auth/logout"), ("GET", "/auth/users")):
        answer = await server.http.request(method, path, headers=server.token)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic YTpi", "ire_x"])
async def test_a_broken_authorization_header_is_nobody(server: AppClient, value: str) -> None:
    answer = await server.http.get("/auth/me", headers={"Authorization": value})
    assert answer.status_code == 401


async def test_two_authorization_headers_are_one_too_many(server: AppClient) -> None:
    headers = [("Authorization", value) for value in ("Bearer a", "Bearer b")]
    assert (await server.http.get("/auth/me", headers=headers)).status_code == 401
