from sqlalchemy import Connection

from server_stub.storage.database import Database
from server_stub.storage.events import Changed, Events, ensure_epoch, log_changes, read_position
from tests.support.server import FakeClock


async def test_the_log_keeps_the_order_of_the_commits(database: Database, clock: FakeClock) -> None:
    changes = [
        Changed("updated", 2, alert_id=7),
        Changed("updated", 3, alert_id=7, seen_before=(None, 4)),
        Changed("incident_created", 1, incident_id=9),
    ]
    await database.write(lambda connection: log_changes(connection, changes, now=clock.instant))
    events = Events(database, epoch="epoch")
    read = await events.read_after(0)
    assert [one.seq for one in read] == [1, 2, 3]
    assert [one.seen_before for one in read] == [None, (None, 4), None]
    assert (read[2].kind, read[2].alert_id, read[2].incident_id) == ("incident_created", None, 9)
    assert await events.head() == 3


async def test_reading_goes_on_after_a_seq_and_stops_at_a_limit(
    database: Database, clock: FakeClock
) -> None:
    changes = [Changed("updated", number, alert_id=1) for number in range(2, 12)]
    await database.write(lambda connection: log_changes(connection, changes, now=clock.instant))
    events = Events(database, epoch="epoch")
    assert [one.seq for one in await events.read_after(3, limit=2)] == [4, 5]
    assert await events.read_after(10) == []


async def test_a_log_that_was_trimmed_counts_on(database: Database, clock: FakeClock) -> None:
    def log_and_trim(connection: Connection) -> None:
        log_changes(connection, [Changed("updated", 2, alert_id=1)], now=clock.instant)
        connection.exec_driver_sql("DELETE FROM events")
        log_changes(connection, [Changed("updated", 3, alert_id=1)], now=clock.instant)

    await database.write(log_and_trim)
    assert [one.seq for one in await Events(database, epoch="epoch").read_after(0)] == [2]


async def test_the_epoch_stays_what_it_was_first(database: Database) -> None:
    assert await database.write(lambda connection: ensure_epoch(connection, "another")) == "epoch"
    position = await database.read(read_position)
    assert (position.epoch, position.seq) == ("epoch", 0)
