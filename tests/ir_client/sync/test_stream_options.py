"""What `events()` takes, without `await`, against the real server."""

import inspect
from pathlib import Path

from pydantic import SecretStr

from ir_client import (
    EventStream,
    FileCheckpoint,
    InitialData,
    NewAlert,
    PasswordCredentials,
    Resumed,
    SyncIRClient,
    TokenCredentials,
)
from ir_client.sync.iterating import SyncEventStream
from tests.support.builders import a_draft
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

ADMIN = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))


def test_the_bookmark_is_documented_as_that_of_the_other_client() -> None:
    ours = inspect.getattr_static(SyncEventStream, "bookmark").__doc__
    assert ours == inspect.getattr_static(EventStream, "bookmark").__doc__


def test_a_script_that_runs_now_and_then_gets_what_it_missed(
    shared_live_server: LiveServer, tmp_path: Path
) -> None:
    siem = TokenCredentials(SecretStr(INGEST_TOKEN))
    here = FileCheckpoint(tmp_path / "place")
    wanted = {"types": [InitialData, NewAlert, Resumed], "query": "title: *now-and-then*"}
    with (
        SyncIRClient(shared_live_server.url, credentials=ADMIN) as client,
        SyncIRClient(shared_live_server.url, credentials=siem) as sensor,
    ):

        def a_new_one(number: int, title: str = "now-and-then") -> int:
            draft = a_draft(external_alert_id=f"sync-options-{number}", title=f"{title} {number}")
            return sensor.alerts.create(draft).id

        with client.events(since=here, max_downtime_seconds=60, **wanted) as stream:
            assert isinstance(next(stream), InitialData)
            first = a_new_one(1)
            assert next(stream).data.id == first  # type: ignore[union-attr]
        with client.events(since=here, max_downtime_seconds=60, **wanted) as stream:
            missed = [a_new_one(2), a_new_one(3, title="another"), a_new_one(4)]
            ids: list[int] = []
            for event in stream:
                if isinstance(event, NewAlert):
                    ids.append(event.alert.id)
                if ids and ids[-1] == missed[-1]:
                    break
            assert ids == [first, missed[0], missed[2]]
            assert stream.bookmark
