"""One renewal for however many ask, in this program and among programs."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ir_client import PasswordCredentials, SessionCredentials, TokenCredentials, errors
from ir_client.config import Profile
from ir_client.credentials import Credentials, CredentialStore
from ir_client.credentials.backends import FileBackend
from ir_client.rest.session import Session
from ir_client.testing import PASSWORD, FakeServer
from tests.ir_client.rest.support import a_session

DANA = PasswordCredentials("dana", SecretStr(PASSWORD))


class AuthServer(FakeServer):
    """Answers logins and refreshes after a moment, so that callers can meet."""

    async def handle(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return await super().handle(request)


async def with_session(
    server: FakeServer, credentials: Credentials | None, work: Any, **settings: Any
) -> Any:
    async with a_session(server.handle, credentials, **settings) as session:
        return await work(session)


async def test_requirement_11_fifty_waiting_calls_make_one_login_and_one_refresh() -> None:
    # With refresh tokens that are good for one use.
    server = AuthServer()

    async def work(session: Session) -> None:
        tokens = await asyncio.gather(*(session.token() for _ in range(50)))
        assert {token.get_secret_value() for token in tokens} == {"secret-access-1"}
        renewed = await asyncio.gather(*(session.renewed(tokens[0]) for _ in range(50)))
        assert {token.get_secret_value() for token in renewed} == {"secret-access-2"}
        # Whoever comes late with the old token gets the new one, without asking anybody.
        assert await session.renewed(tokens[0]) == renewed[0]

    await with_session(server, DANA, work)
    assert (server.logins, server.refreshes) == (1, 1)


async def test_a_caller_who_gives_up_does_not_take_the_renewal_from_the_others() -> None:
    server = AuthServer()

    async def work(session: Session) -> None:
        impatient = asyncio.ensure_future(session.token())
        patient = asyncio.ensure_future(session.token())
        await asyncio.sleep(0)
        impatient.cancel()
        assert (await patient).get_secret_value() == "secret-access-1"

    await with_session(server, DANA, work)
    assert server.logins == 1


async def test_a_failed_renewal_fails_for_all_and_the_next_one_starts_anew() -> None:
    server = AuthServer()
    server.rest_answers.append(httpx.Response(500))

    async def work(session: Session) -> None:
        outcomes = await asyncio.gather(
            *(session.token() for _ in range(5)), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {errors.ServerError}
        assert (await session.token()).get_secret_value() == "secret-access-1"

    await with_session(server, DANA, work)


@pytest.mark.looptime
@pytest.mark.parametrize(
    "failure", [httpx.ReadError("reset"), httpx.ConnectError("down"), httpx.Response(503)]
)
async def test_requirement_09_a_refresh_that_meets_a_bad_network_is_tried_again_after_a_while(
    failure: httpx.Response | Exception,
) -> None:
    server = FakeServer()
    loop = asyncio.get_running_loop()

    async def work(session: Session) -> None:
        old = await session.token()
        server.rest_answers.extend([failure, failure])
        began = loop.time()
        assert await session.renewed(old) != old
        assert loop.time() - began >= 0.75

    await with_session(server, DANA, work)
    assert (server.logins, server.refreshes) == (1, 1)


async def test_a_login_that_has_ended_is_begun_again_where_the_password_is_known() -> None:
    server = FakeServer()

    async def work(session: Session) -> None:
        token = await session.token()
        server.refresh_tokens.clear()
        assert (await session.renewed(token)).get_secret_value() == "secret-access-2"

    await with_session(server, DANA, work)
    assert (server.logins, server.refreshes) == (2, 0)


async def test_without_the_password_an_ended_login_says_to_log_in() -> None:
    async def work(session: Session) -> None:
        with pytest.raises(errors.AuthenticationError) as caught:
            await session.token()
        assert "Log in again" in caught.value.hint

    await with_session(FakeServer(), SessionCredentials(SecretStr("gone")), work)


@pytest.mark.parametrize(
    ("credentials", "hint"),
    [(None, "Log in first"), (TokenCredentials(SecretStr("ire_x")), "IR_TOKEN")],
)
async def test_what_cannot_be_renewed_says_what_to_do(
    credentials: Credentials | None, hint: str
) -> None:
    async def work(session: Session) -> None:
        with pytest.raises(errors.AuthenticationError) as caught:
            await session.renewed(SecretStr("ire_x"))
        assert hint in caught.value.hint

    await with_session(FakeServer(), credentials, work)


async def test_a_wrong_password_is_an_error_and_not_a_loop() -> None:
    server = FakeServer()

    async def work(session: Session) -> None:
        with pytest.raises(errors.AuthenticationError):
            await session.token()

    await with_session(server, PasswordCredentials("dana", SecretStr("wrong")), work)
    assert len(server.requests) == 1


@pytest.mark.looptime
async def test_a_token_about_to_expire_is_renewed_before_it_is_used() -> None:
    server = FakeServer()

    async def work(session: Session) -> None:
        await session.token()
        await asyncio.sleep(1700)
        assert (await session.token()).get_secret_value() == "secret-access-1"
        await asyncio.sleep(80)
        assert (await session.token()).get_secret_value() == "secret-access-2"

    await with_session(server, DANA, work)


async def test_a_token_that_no_header_can_carry_is_refused_without_showing_it() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        pair = {"access_token": "evil\r\nX-Admin: 1", "refresh_token": "r", "expires_in": 1}
        return httpx.Response(200, json=pair)

    async with a_session(handle, DANA) as session:
        with pytest.raises(errors.InvalidResponse) as caught:
            await session.token()
        assert "evil" not in str(caught.value)


# Several programs of one user share a login.


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    return CredentialStore(FileBackend(tmp_path / "secrets"), lock_directory=tmp_path / "locks")


PROFILE = Profile(name="lab", url="http://127.0.0.1:1")


async def test_a_renewed_login_is_kept_for_the_next_program(store: CredentialStore) -> None:
    server = FakeServer()
    vault = store.vault(PROFILE)

    async def work(session: Session) -> None:
        await session.token()

    await with_session(server, DANA, work, vault=vault)
    kept = vault.load()
    assert isinstance(kept, SessionCredentials)
    assert kept.refresh_token.get_secret_value() == "secret-refresh-1"

    async def later(session: Session) -> None:
        token = await session.token()
        assert token.get_secret_value() == "secret-access-1"  # still good: nobody is asked
        await session.renewed(token)

    await with_session(server, kept, later, vault=vault)
    again = vault.load()
    assert isinstance(again, SessionCredentials)
    assert again.refresh_token.get_secret_value() == "secret-refresh-2"


async def test_two_programs_never_use_one_refresh_token_twice(store: CredentialStore) -> None:
    # Reuse of an old refresh token ends the login.
    server = AuthServer()
    server._issue()
    stale = SessionCredentials(SecretStr("secret-refresh-0"), SecretStr("expired"))
    vault = store.vault(PROFILE)
    vault.save(stale)

    async def program() -> None:
        async def work(session: Session) -> None:
            await session.renewed(SecretStr("expired"))

        await with_session(server, stale, work, vault=store.vault(PROFILE))

    await asyncio.gather(*(program() for _ in range(5)))
    used = [
        json.loads(request.content)["refresh_token"]
        for request in server.requests
        if request.url.path.endswith("/auth/refresh")
    ]
    assert used == [f"secret-refresh-{number}" for number in range(5)]


@pytest.mark.looptime
async def test_a_program_that_holds_the_login_for_ever_is_not_waited_for_for_ever(
    store: CredentialStore,
) -> None:
    lock = store.vault(PROFILE).try_lock()
    assert lock is not None

    async def work(session: Session) -> None:
        with pytest.raises(errors.ConfigError, match="Another program"):
            await session.token()

    await with_session(FakeServer(), DANA, work, vault=store.vault(PROFILE))
    lock.release()


async def test_a_login_that_cannot_be_kept_is_used_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = tmp_path / "secrets"
    store = CredentialStore(FileBackend(secrets), lock_directory=tmp_path)
    server = FakeServer()

    def handle(request: httpx.Request) -> Any:
        secrets.write_text("{}")
        secrets.chmod(0o644)  # somebody opens the file to others while we ask
        return server.handle(request)

    async with a_session(handle, DANA, vault=store.vault(PROFILE)) as session:
        assert (await session.token()).get_secret_value() == "secret-access-1"
    assert "could not be kept" in caplog.text


async def test_forgetting_drops_the_login_here_and_where_it_is_kept(store: CredentialStore) -> None:
    vault = store.vault(PROFILE)

    async def work(session: Session) -> None:
        await session.token()
        await session.forget()
        with pytest.raises(errors.AuthenticationError):
            await session.token()

    await with_session(FakeServer(), DANA, work, vault=vault)
    assert vault.load() is None
