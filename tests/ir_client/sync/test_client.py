"""The client without `await`: the same as the other one, and safe where blocking is not."""

import asyncio
import gc
import inspect
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ir_client import (
    AlertDraft,
    AlertUpdate,
    BulkItem,
    InitialData,
    IRClient,
    NewAlert,
    PasswordCredentials,
    Resumed,
    RetryPolicy,
    StreamState,
    SyncIRClient,
    TokenCredentials,
    errors,
)
from ir_client.rest.alerts import AlertCalls
from ir_client.rest.auth import AuthCalls
from ir_client.rest.incidents import IncidentCalls
from ir_client.rest.raw import (
    RawAlertCalls,
    RawAuthCalls,
    RawClient,
    RawIncidentCalls,
    RawTokenCalls,
)
from ir_client.rest.tokens import TokenCalls
from ir_client.sync.calls import (
    SyncAlertCalls,
    SyncAuthCalls,
    SyncIncidentCalls,
    SyncTokenCalls,
)
from ir_client.sync.raw import (
    SyncRawAlertCalls,
    SyncRawAuthCalls,
    SyncRawClient,
    SyncRawIncidentCalls,
    SyncRawTokenCalls,
)
from ir_client.testing import FakeServer
from ir_client.wire.commands import Ping
from ir_client.wire.events import Pong
from tests.support.builders import a_draft
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

ADMIN = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert background_threads() == 0
    gc.collect()  # `-W error` turns an unclosed loop or socket into a failure here


def background_threads() -> int:
    return sum(thread.name == "ir-client-sync" for thread in threading.enumerate())


def client_of(
    server: FakeServer, handle: Callable[[httpx.Request], Any] | None = None
) -> SyncIRClient:
    """A client whose REST calls reach a fake server by memory, in the client's own loop."""
    handler = httpx.MockTransport(handle or server.handle)
    return SyncIRClient("http://127.0.0.1:1", credentials=server.credentials, handler=handler)


def public(owner: type) -> dict[str, Any]:
    return {
        name: inspect.getattr_static(owner, name) for name in dir(owner) if not name.startswith("_")
    }


# The same names.

# Handlers are coroutines; a program without a loop iterates over the stream instead.
NEEDS_A_LOOP = {"dispatcher"}


@pytest.mark.parametrize(
    ("sync", "asynchronous"),
    [
        (SyncIRClient, IRClient),
        (SyncAlertCalls, AlertCalls),
        (SyncAuthCalls, AuthCalls),
        (SyncIncidentCalls, IncidentCalls),
        (SyncTokenCalls, TokenCalls),
        (SyncRawClient, RawClient),
        (SyncRawAlertCalls, RawAlertCalls),
        (SyncRawAuthCalls, RawAuthCalls),
        (SyncRawIncidentCalls, RawIncidentCalls),
        (SyncRawTokenCalls, RawTokenCalls),
    ],
)
def test_it_has_the_same_calls_with_the_same_docs(sync: type, asynchronous: type) -> None:
    assert public(sync).keys() == public(asynchronous).keys() - NEEDS_A_LOOP
    for name in public(sync):
        ours, theirs = getattr(sync, name), getattr(asynchronous, name)
        assert ours.__doc__ == theirs.__doc__
        if not isinstance(ours, property):
            assert inspect.signature(ours) == inspect.signature(theirs)


def test_it_is_made_with_the_same_arguments() -> None:
    ours, theirs = inspect.signature(SyncIRClient), inspect.signature(IRClient)
    assert ours.parameters == theirs.parameters


# Calls.


def test_raw_answers_are_those_of_the_server() -> None:
    server = FakeServer()
    server.commit(7)
    with client_of(server) as client:
        raw = client.raw.alerts.get(7)
        assert (raw.status, raw.parse()) == (200, client.alerts.get(7))
        assert client.raw.call("GET", "/auth/me").parse()["username"] == "dana"


def test_options_are_for_the_calls_of_a_client_that_is_otherwise_the_same() -> None:
    server = FakeServer()
    with client_of(server) as client:
        hasty = client.with_options(retry=RetryPolicy(max_attempts=1))
        server.rest_answers.append(httpx.Response(503))
        with pytest.raises(errors.ServerError):
            hasty.meta()
        assert (hasty.auth.me().username, repr(hasty)) == ("dana", repr(client))
        with pytest.raises(errors.ClientClosedError, match="already"):
            hasty.__enter__()
    with pytest.raises(errors.ClientClosedError):
        hasty.auth.me()


def test_alerts_are_read_and_changed() -> None:
    server = FakeServer()
    for number in range(1, 8):
        server.commit(number)
    with client_of(server) as client:
        assert [alert.id for alert in client.alerts.list(size=3)] == [7, 6, 5, 4, 3, 2, 1]
        assert [len(page.alerts) for page in client.alerts.list(size=3).pages()] == [3, 3, 1]
        changed = client.alerts.update(7, AlertUpdate(status="closed"))
        assert client.alerts.get(7) == changed
        assert client.meta().version == "1"
        with pytest.raises(errors.NotFound):
            client.alerts.get(8)


def test_a_list_that_is_left_in_its_middle_is_ended() -> None:
    server = FakeServer()
    server.commit(1)
    server.commit(2)
    with client_of(server) as client:
        for _ in client.alerts.list(size=1):
            break
        unfinished = iter(client.alerts.list(size=1))
        next(unfinished)
    with pytest.raises(errors.ClientClosedError):
        next(unfinished)


def test_closed_it_says_so() -> None:
    client = client_of(FakeServer())
    with pytest.raises(errors.ClientClosedError, match="not open"):
        client.meta()
    with client:
        assert repr(client) == "<SyncIRClient http://127.0.0.1:1 open>"
        with pytest.raises(errors.ClientClosedError, match="already"):
            client.__enter__()
    with pytest.raises(errors.ClientClosedError, match="not open"):
        client.meta()


def test_requirement_25_it_can_be_opened_again_and_beside_another() -> None:
    # Two runs with one client object, and nothing is left of the first.
    client, other = client_of(FakeServer()), client_of(FakeServer())
    for _ in range(2):
        with client, other:
            assert background_threads() == 1
            client.meta()
        assert background_threads() == 0


def test_threads_may_share_it() -> None:
    server = FakeServer()
    names: list[str] = []
    with client_of(server) as client:
        threads = [
            threading.Thread(target=lambda: names.append(client.auth.me().username))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert names == ["dana"] * 8
    assert server.logins == 1


# The stream, against the real server.


def test_it_follows_the_stream(shared_live_server: LiveServer) -> None:
    siem = TokenCredentials(SecretStr(INGEST_TOKEN))
    with (
        SyncIRClient(shared_live_server.url, credentials=ADMIN) as client,
        SyncIRClient(shared_live_server.url, credentials=siem) as sensor,
        client.events(max_downtime_seconds=20) as stream,
    ):
        assert next(event for event in stream if isinstance(event, InitialData))
        created = sensor.alerts.create(a_draft(external_alert_id="sync-1"))
        new = next(event for event in stream if isinstance(event, NewAlert))
        assert new.data.id == created.id
        stream.send(Ping())
        assert next(event for event in stream if isinstance(event, Pong))
        stream.reconnect()
        assert stream.status.state is not StreamState.LIVE
        stream.retry_now()
        assert next(event for event in stream if isinstance(event, Resumed)).complete
    with pytest.raises(errors.ClientClosedError):
        next(stream)


def test_a_stream_outside_of_its_block_says_so() -> None:
    with client_of(FakeServer()) as client:
        with pytest.raises(errors.ClientClosedError, match=r"not open$") as caught:
            _ = client.events().status
        assert "block" in caught.value.hint


# Ctrl-C, event loops, forks.


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_requirement_23_an_interrupted_call_has_cleaned_up_before_the_interrupt_leaves_it() -> None:
    story: list[str] = []

    async def long_work(_: object) -> None:
        try:
            interrupt()
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            story.append("cleaned up")

    with client_of(FakeServer()) as client:
        with pytest.raises(KeyboardInterrupt):
            client._run(long_work)
        assert story == ["cleaned up"]
        client.meta()  # and it goes on


def test_requirement_23_after_an_interrupted_request_the_next_one_is_answered() -> None:
    server = FakeServer()
    server.commit(1)
    hangs = True

    async def handle(request: httpx.Request) -> httpx.Response:
        nonlocal hangs
        if hangs and request.url.path.endswith("/alerts/1"):
            hangs = False
            interrupt()
            await asyncio.sleep(60)
        return await server.handle(request)

    with client_of(server, handle) as client:
        with pytest.raises(KeyboardInterrupt):
            client.alerts.get(1)
        assert client.alerts.get(1).id == 1


def test_requirement_23_an_interrupted_wait_for_events_leaves_a_stream_that_goes_on(
    shared_live_server: LiveServer,
) -> None:
    with (
        SyncIRClient(shared_live_server.url, credentials=ADMIN) as client,
        client.events(max_downtime_seconds=20) as stream,
    ):
        assert next(event for event in stream if isinstance(event, InitialData))
        timer = threading.Timer(0.2, interrupt)

        def read_on() -> None:
            timer.start()  # not before: an interrupt that comes early would end all tests
            deque(stream, maxlen=0)

        with pytest.raises(KeyboardInterrupt):
            read_on()
        timer.join()
        stream.send(Ping())
        assert next(event for event in stream if isinstance(event, Pong))


def test_requirement_24_called_from_its_own_loop_it_refuses_instead_of_waiting_for_itself() -> None:
    server = FakeServer()
    said: list[str] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        try:
            client.meta()
        except errors.ClientClosedError as error:
            said.append(str(error))
        return await server.handle(request)

    with client_of(server, handle) as client:
        client.auth.me()
    assert said
    assert "its own event loop" in said[0]


async def test_requirement_24_it_works_where_a_loop_runs_already() -> None:
    # A notebook.
    with client_of(FakeServer()) as client:
        assert client.auth.me().username == "dana"


FORKING = """
import os, sys
from pydantic import SecretStr
from ir_client import PasswordCredentials, SyncIRClient, errors

url, password = sys.argv[1:]
with SyncIRClient(url, credentials=PasswordCredentials("admin", SecretStr(password))) as client:
    assert client.auth.me().username == "admin"
    stream = client.events()
    stream.__enter__()
    listed = iter(client.alerts.list())
    next(listed, None)
    pids = []
    for number in range(2):
        if (pid := os.fork()) == 0:
            if number:  # one that uses it; the other one only leaves
                assert client.auth.me().username == "admin"
                for use in (lambda: next(stream), lambda: next(listed)):
                    try:
                        use()
                    except errors.ClientClosedError:
                        pass
                    except StopIteration:
                        pass
                assert len([*client.alerts.list()]) >= 0
            break
        pids.append(pid)
    else:
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0]
        assert client.auth.me().username == "admin"
    stream.__exit__(None, None, None)
print("left", flush=True)
"""

# Later Pythons warn of any fork beside threads; here it is what is tested.
NEW_FORKS = ("-W", "ignore:.*fork.*:DeprecationWarning")

LEFT_OPEN = """
import sys
from pydantic import SecretStr
from ir_client import PasswordCredentials, SyncIRClient

url, password = sys.argv[1:]
client = SyncIRClient(url, credentials=PasswordCredentials("admin", SecretStr(password)))
client.__enter__()
client.events().__enter__()
print(client.auth.me().username)
"""


def run_script(script: str, server: LiveServer) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *NEW_FORKS, "-c", script, server.url, ADMIN_PASSWORD]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_requirement_24_a_forked_child_has_a_client_that_works(
    shared_live_server: LiveServer,
) -> None:
    done = run_script(FORKING, shared_live_server)
    assert (done.stdout, done.stderr, done.returncode) == ("left\n" * 3, "", 0)


def test_requirement_25_a_program_that_never_closes_it_ends_quietly(
    shared_live_server: LiveServer,
) -> None:
    done = run_script(LEFT_OPEN, shared_live_server)
    assert (done.stdout, done.stderr, done.returncode) == ("admin\n", "", 0)


def test_a_profile_opens_it(
    monkeypatch: pytest.MonkeyPatch, shared_live_server: LiveServer
) -> None:
    monkeypatch.setenv("IR_URL", shared_live_server.url)
    with SyncIRClient.from_profile(credentials=ADMIN) as client:
        assert client.url == shared_live_server.url
        assert client.auth.me().username == "admin"


def test_many_drafts_are_read_and_told_of_in_the_thread_of_the_caller() -> None:
    server = FakeServer()
    threads: set[int] = set()
    items: list[BulkItem] = []

    def drafts() -> Iterator[AlertDraft]:
        for number in range(25):
            threads.add(threading.get_ident())
            yield a_draft(external_alert_id=str(number))

    def on_item(item: BulkItem) -> None:
        threads.add(threading.get_ident())
        items.append(item)

    with client_of(server) as client:
        report = client.alerts.ingest_many(
            "edr", drafts(), batch_size=10, concurrency=1, on_item=on_item
        )
        assert [item.id for item in items] == list(range(1, 26))
        assert report.created == 25
        server.rest_answers.append(httpx.Response(403))
        with pytest.raises(errors.PermissionDenied):
            client.alerts.ingest_many("edr", drafts(), batch_size=10, concurrency=1)
        assert client.alerts.get(1).id == 1
    assert threads == {threading.get_ident()}
