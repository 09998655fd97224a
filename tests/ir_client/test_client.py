"""The client as a whole: its life, its credentials, and what it never shows."""

import asyncio
import gc
import logging
import traceback
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from ir_client import (
    InitialData,
    IRClient,
    PasswordCredentials,
    Profile,
    Resumed,
    SessionCredentials,
    TokenCredentials,
    errors,
)
from ir_client.credentials import CredentialStore
from ir_client.credentials.backends import FileBackend
from ir_client.rest.meta import PLAIN_SERVER
from ir_client.rest.retry import RetryPolicy
from ir_client.testing import PASSWORD, FakeServer
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

LAB = Profile(name="lab", url="http://127.0.0.1:1")


async def test_a_client_that_is_not_open_says_how_to_open_it() -> None:
    client = IRClient("http://127.0.0.1:1")
    with pytest.raises(errors.ClientClosedError) as caught:
        await client.meta()
    assert "async with" in caught.value.hint


async def test_a_closed_client_is_closed_and_may_be_opened_again() -> None:
    server = FakeServer()
    client = server.client()
    for _ in range(2):
        async with client:
            assert (await client.auth.me()).username == "dana"
        with pytest.raises(errors.ClientClosedError):
            await client.auth.me()


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_client_has_to_wait_for_some_time(seconds: float) -> None:
    with pytest.raises(errors.ConfigError, match="timeout_seconds"):
        IRClient("http://ir.test", timeout_seconds=seconds)


async def test_a_client_is_open_once() -> None:
    async with FakeServer().client() as client:
        with pytest.raises(errors.ClientClosedError, match="already"):
            await client.__aenter__()


async def test_requirement_25_a_client_belongs_to_the_loop_that_opened_it() -> None:
    def elsewhere() -> None:
        with asyncio.Runner() as runner:
            runner.run(client.meta())

    async with FakeServer().client() as client:
        with pytest.raises(errors.ClientClosedError, match="another event loop"):
            await asyncio.to_thread(elsewhere)
        with pytest.raises(errors.ClientClosedError, match="outside of its event loop") as caught:
            await asyncio.to_thread(lambda: client.alerts)
        assert "event loop" in caught.value.hint


@pytest.mark.looptime
async def test_options_are_for_the_calls_of_a_client_that_is_otherwise_the_same() -> None:
    server = FakeServer()
    client = server.client()
    async with client:
        hasty = client.with_options(retry=RetryPolicy(max_attempts=1))
        assert (await hasty.auth.me()).username == "dana"
        server.rest_answers.append(httpx.Response(503))
        with pytest.raises(errors.ServerError):
            await hasty.with_options(timeout_seconds=5).auth.me()
        server.rest_answers.append(httpx.Response(503))
        assert (await client.auth.me()).username == "dana"
        with pytest.raises(errors.ClientClosedError, match="already"):
            await hasty.__aenter__()
        assert server.logins == 1
    with pytest.raises(errors.ClientClosedError):
        await hasty.auth.me()


async def test_an_error_inside_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with FakeServer().client():
            raise ZeroDivisionError


async def test_an_address_that_cannot_be_used_is_refused_at_once() -> None:
    with pytest.raises(errors.ConfigError):
        IRClient("soc.example")


# Credentials: argument, environment, store.


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CredentialStore:
    monkeypatch.delenv("IR_TOKEN", raising=False)
    store = CredentialStore(FileBackend(tmp_path / "s"), lock_directory=tmp_path)
    store.save(LAB, SessionCredentials(SecretStr("kept")))
    return store


def test_a_profile_uses_the_login_that_is_kept_for_it(store: CredentialStore) -> None:
    client = IRClient.from_profile(LAB, store=store)
    assert client._credentials == SessionCredentials(SecretStr("kept"))
    assert client._vault is not None


def test_a_token_of_the_environment_goes_before_the_store(
    store: CredentialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IR_TOKEN", "ire_x")
    client = IRClient.from_profile(LAB, store=store)
    assert client._credentials == TokenCredentials(SecretStr("ire_x"))
    assert client._vault is None  # it must never overwrite the login that is kept


def test_an_argument_goes_before_all(
    store: CredentialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IR_TOKEN", "ire_x")
    mine = PasswordCredentials("dana", SecretStr("x"))
    assert IRClient.from_profile(LAB, credentials=mine, store=store)._credentials == mine


async def test_a_login_through_a_profile_is_kept(store: CredentialStore) -> None:
    server = FakeServer()
    client = IRClient.from_profile(LAB, store=store)
    client._handler = httpx.MockTransport(server.handle)
    async with client:
        await client.auth.login("dana", PASSWORD)
    kept = store.load(LAB)
    assert isinstance(kept, SessionCredentials)
    assert kept.refresh_token.get_secret_value() == "secret-refresh-1"


# What is never shown.


def shown_by(error: BaseException) -> str:
    """A traceback as the most talkative handler prints it: with all locals, save this file's."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    part: traceback.TracebackException | None = whole
    while part is not None:
        part.stack[:] = [frame for frame in part.stack if frame.filename != __file__]
        part = part.__cause__ or part.__context__
    return "".join(whole.format())


async def provoke(client: IRClient) -> str:
    """All that the errors of a client show."""
    shown = ""
    calls = [
        client.auth.login("admin", "wrong-password-123"),
        client.alerts.get(10**9),
        client.alerts.ingest("x", [{}]),
        client._open.session.refreshed_pair(SecretStr("stale-refresh-token")),
    ]
    for call in calls:
        try:
            await call
        except errors.IRError as error:
            shown += shown_by(error) + repr(error)
    return shown


@pytest.mark.parametrize("is_plain", [False, True], ids=["header", "query"])
async def test_requirement_18_no_secret_in_any_log_repr_or_traceback(
    shared_live_server: LiveServer, caplog: pytest.LogCaptureFixture, is_plain: bool
) -> None:
    # Every logger at DEBUG, through login, refresh, stream, errors.
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    credentials = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))
    tokens: list[str] = []
    async with IRClient(shared_live_server.url, credentials=credentials) as client:
        if is_plain:
            client._open.meta._known = PLAIN_SERVER
        session = client._open.session
        tokens.append((await session.token()).get_secret_value())
        async with client.events() as stream:
            async for event in stream:
                if isinstance(event, InitialData):
                    break
            renewed = await session.renewed(SecretStr(tokens[0]))
            tokens += [renewed.get_secret_value(), session._refresh.get_secret_value()]  # type: ignore[union-attr]
            stream.reconnect()
            async for event in stream:
                if isinstance(event, Resumed):
                    break
            shown = repr([client, session, stream, credentials, vars(client), vars(session)])
            shown += repr(vars(client._open.transport)) + repr(client.network)
            shown += await provoke(client)
    async with IRClient(
        shared_live_server.url, credentials=TokenCredentials(SecretStr(INGEST_TOKEN))
    ) as client:
        shown += await provoke(client)
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"httpx", "ir_client"}
    for secret in [*tokens, ADMIN_PASSWORD, INGEST_TOKEN, "stale-refresh-token"]:
        assert len(secret) > 10
        assert secret not in shown
        assert secret not in caplog.text


async def test_a_stream_that_is_refused_shows_no_token(
    shared_live_server: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    forged = "eyJhbGciOiJub25lIn0.forged-token-0123456789.x"
    credentials = TokenCredentials(SecretStr(forged))
    async with IRClient(shared_live_server.url, credentials=credentials) as client:
        client._open.meta._known = PLAIN_SERVER
        async with client.events() as stream:
            with pytest.raises(errors.AuthRejected) as caught:
                async for _ in stream:
                    pass
    assert forged not in shown_by(caught.value) + repr(caught.value) + caplog.text


async def test_it_leaves_no_task_and_no_socket() -> None:
    # `-W error` turns an unclosed socket into a failure here.
    before = asyncio.all_tasks()
    async with FakeServer() as server, server.client() as client, client.events() as stream:
        async for event in stream:
            if isinstance(event, InitialData):
                break
    gc.collect()
    left = [task for task in asyncio.all_tasks() - before if "ir_client" in repr(task)]
    assert left == []
