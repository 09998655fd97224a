"""What the hub reads of a real database, whole and damaged."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from server_stub.domain.backlog import Subject, Topic
from server_stub.errors import Unavailable
from server_stub.hub import StorageSource
from server_stub.security import Authentication
from server_stub.security.jwt import AccessTokens
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.events import Events
from server_stub.storage.incidents import Incidents
from server_stub.storage.schema import alerts
from tests.support.server import FakeClock, a_row, store


@pytest.fixture
def source(database: Database, clock: FakeClock) -> StorageSource:
    tokens = AccessTokens(b"k" * 64, lifetime=timedelta(minutes=30), clock=clock)
    return StorageSource(
        events=Events(database, epoch="epoch"),
        alerts=Alerts(database, clock),
        incidents=Incidents(database, clock),
        authentication=Authentication(database, tokens, clock),
    )


async def test_the_state_of_an_alert_is_what_is_sent_of_it_and_who_sees_it(
    source: StorageSource, database: Database
) -> None:
    await store(database, a_row(team="red", title="Beacon"))
    (state,) = await source.alerts([1])
    assert (state.subject, state.version) == (Subject(Topic.ALERT, 1), 1)
    assert state.sight == ("red", None)
    assert b'"title":"Beacon"' in state.data


async def test_the_log_is_read_on_from_a_cursor(source: StorageSource, database: Database) -> None:
    await store(database, *(a_row(external_alert_id=f"ext-{number}") for number in range(3)))
    assert await source.head() == 3
    assert [event.alert_id for event in await source.read_after(1, 10)] == [2, 3]


async def test_a_row_that_cannot_be_rendered_is_left_out_and_logged(
    source: StorageSource, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await store(database, *(a_row(external_alert_id=f"ext-{number}") for number in range(3)))
    damaged = update(alerts).where(alerts.c.id == 2).values(first_response_at="no time")
    await database.write(lambda connection: connection.execute(damaged).rowcount)
    assert [state.id for state in await source.alerts([1, 2, 3])] == [1, 3]
    assert "row 2 cannot be told" in caplog.text


async def test_a_database_that_is_busy_is_no_reason_to_leave_anything_out(
    source: StorageSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(self: Alerts, alert_ids: object) -> object:
        raise Unavailable("The database is busy.")

    monkeypatch.setattr(Alerts, "get_many", busy)
    with pytest.raises(Unavailable):
        await source.alerts([1])
