"""Talking back without `await`: the same calls, docs and answers."""

import inspect

import pytest
from pydantic import SecretStr

from ir_client import (
    EventStream,
    InitialData,
    PasswordCredentials,
    Presence,
    StateChanged,
    StreamState,
    SyncIRClient,
    TokenCredentials,
    errors,
)
from ir_client.sync.iterating import SyncEventStream
from ir_client.wire.commands import GetAlertDetails, Ping
from ir_client.wire.events import Pong
from tests.support.builders import a_draft
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

ADMIN = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))


@pytest.mark.parametrize("name", ["ask", "send", "view", "status", "retry_now", "reconnect"])
def test_a_stream_has_the_same_calls_with_the_same_docs(name: str) -> None:
    ours = inspect.getattr_static(SyncEventStream, name).__doc__
    theirs = inspect.getattr_static(EventStream, name).__doc__
    assert ours == theirs.replace("await ", "")


def test_questions_are_answered_or_refused(shared_live_server: LiveServer) -> None:
    siem = TokenCredentials(SecretStr(INGEST_TOKEN))
    with (
        SyncIRClient(shared_live_server.url, credentials=ADMIN) as client,
        SyncIRClient(shared_live_server.url, credentials=siem) as sensor,
        client.events(max_downtime_seconds=20) as stream,
    ):
        created = sensor.alerts.create(a_draft(external_alert_id="sync-asking-1"))
        assert isinstance(stream.ask(Ping()), Pong)
        assert stream.ask(GetAlertDetails(alert_id=created.id)).data.title == created.title
        with pytest.raises(errors.CommandRefused):
            stream.ask(GetAlertDetails(alert_id=10**9))
        assert next(event for event in stream if isinstance(event, InitialData))
        stream.view(created.id)
        presence = next(event for event in stream if isinstance(event, Presence))
        assert [user.username for user in presence.data.users] == ["admin"]
        stream.view(None)


def test_an_event_is_waited_for_without_a_stream(shared_live_server: LiveServer) -> None:
    with SyncIRClient(shared_live_server.url, credentials=ADMIN) as client:
        live = client.wait_for(
            StateChanged, lambda change: change.new is StreamState.LIVE, timeout_seconds=30
        )
        assert live.new is StreamState.LIVE
