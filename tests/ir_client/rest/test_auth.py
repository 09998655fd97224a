"""Logins and users, as requests and answers."""

import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ir_client import errors
from ir_client.credentials import PasswordCredentials
from ir_client.rest.auth import AuthCalls
from ir_client.testing import PASSWORD, FakeServer
from ir_client.wire.auth import UserCreate, UserUpdate
from tests.ir_client.rest.support import Handler, a_session


async def asked(handler: Handler, work: Any) -> Any:
    async with a_session(handler) as session:
        return await work(AuthCalls(session._transport, session))


@pytest.mark.parametrize("password", [PASSWORD, SecretStr(PASSWORD)])
async def test_after_a_login_calls_are_made_as_that_user(password: str | SecretStr) -> None:
    async def work(auth: AuthCalls) -> None:
        pair = await auth.login("dana", password)
        assert pair.access_token.get_secret_value() == "secret-access-1"
        assert (await auth.me()).username == "dana"

    await asked(FakeServer().handle, work)


async def test_a_wrong_password_is_an_authentication_error_with_a_hint() -> None:
    with pytest.raises(errors.AuthenticationError) as caught:
        await asked(FakeServer().handle, lambda auth: auth.login("dana", "wrong"))
    assert "password" in caught.value.hint


async def test_a_logout_ends_the_login_at_the_server_and_here() -> None:
    server = FakeServer()

    async def work(auth: AuthCalls) -> None:
        await auth.login("dana", PASSWORD)
        await auth.logout()
        assert server.access_tokens == set()
        with pytest.raises(errors.AuthenticationError):
            await auth.me()

    await asked(server.handle, work)


async def test_a_login_is_forgotten_even_when_the_server_cannot_be_told() -> None:
    server = FakeServer()

    async def work(auth: AuthCalls) -> None:
        await auth.login("dana", PASSWORD)
        server.rest_answers.append(httpx.ConnectError("down"))
        with pytest.raises(errors.ConnectError):
            await auth.logout()
        with pytest.raises(errors.AuthenticationError):
            await auth.me()

    await asked(server.handle, work)


async def test_a_server_without_logout_is_no_error() -> None:
    server = FakeServer()

    async def work(auth: AuthCalls) -> None:
        await auth.login("dana", PASSWORD)
        server.rest_answers.append(httpx.Response(404))
        await auth.logout()

    await asked(server.handle, work)


async def test_users_are_listed_and_made_with_their_real_password() -> None:
    bodies: list[Any] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth/login"):
            return await FakeServer().handle(request)
        if request.method == "POST":
            bodies.append(json.loads(request.content))
            return httpx.Response(201, json={"id": 2, "username": "lee"})
        return httpx.Response(200, json={"users": [{"id": 1, "username": "dana"}]})

    async def work(auth: AuthCalls) -> None:
        await auth.login("dana", PASSWORD)
        assert [user.username for user in await auth.users()] == ["dana"]
        made = await auth.create_user(UserCreate(username="lee", password=SecretStr("x" * 12)))
        assert made.id == 2

    await asked(handle, work)
    assert bodies == [{"username": "lee", "password": "x" * 12}]


async def test_a_user_is_changed_only_where_the_update_says_so() -> None:
    bodies: list[Any] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth/login"):
            return await FakeServer().handle(request)
        bodies.append((request.method, request.url.path, json.loads(request.content)))
        return httpx.Response(200, json={"id": 2, "username": "lee", "is_active": False})

    async def work(auth: AuthCalls) -> None:
        await auth.login("dana", PASSWORD)
        update = UserUpdate(is_active=False, email=None, password=SecretStr("y" * 12))
        assert (await auth.update_user(2, update)).is_active is False

    await asked(handle, work)
    wanted = {"is_active": False, "email": None, "password": "y" * 12}
    assert bodies == [("PUT", "/api/v1/auth/users/2", wanted)]


async def test_after_a_change_of_the_password_the_new_one_logs_in() -> None:
    tried: list[Any] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if request.url.path.endswith("/auth/login"):
            tried.append(body["password"])
            pair = {"access_token": "a", "refresh_token": "r", "expires_in": 0}
            return httpx.Response(200, json=pair)
        if request.url.path.endswith("/auth/refresh"):
            return httpx.Response(401, json={"detail": "ended", "code": "unauthenticated"})
        assert body == {"current_password": PASSWORD, "new_password": "y" * 12}
        return httpx.Response(200, json={"detail": "done"})

    credentials = PasswordCredentials("dana", SecretStr(PASSWORD))
    async with a_session(handle, credentials) as session:
        await AuthCalls(session._transport, session).change_password(PASSWORD, "y" * 12)
        assert "yyyy" not in repr(session._credentials)
        await session.token()
    assert tried == [PASSWORD, "y" * 12]
