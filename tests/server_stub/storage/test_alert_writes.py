from sqlalchemy import Connection

from server_stub.storage.actors import SYSTEM, ActorRef
from server_stub.storage.alert_writes import change_alert
from server_stub.storage.alerts import Alerts, find_alert
from server_stub.storage.database import Database
from server_stub.storage.events import Events
from tests.support.builders import NOON
from tests.support.server import MANAGER, FakeClock, a_row, store


async def test_an_alert_its_timeline_and_its_event_are_stored_together(
    database: Database, clock: FakeClock
) -> None:
    (stored,) = await store(database, a_row(title="Bad thing"))
    alerts = Alerts(database, clock)
    alert = (await alerts.get(stored.id, viewer=MANAGER)).model()
    (entry,) = await alerts.timeline(stored.id, viewer=MANAGER)
    (event,) = await Events(database, epoch="epoch").read_after(0)
    assert (alert.title, alert.status, alert.revision, alert.occurrences) == (
        "Bad thing",
        "new",
        1,
        1,
    )
    assert (entry.action, entry.actor.kind, entry.revision) == ("created", "system", 1)
    assert (event.kind, event.alert_id, event.revision) == ("new", stored.id, 1)


async def test_a_known_alert_is_counted_again_and_not_stored(
    database: Database, clock: FakeClock
) -> None:
    (first,) = await store(database, a_row())
    clock.advance(hours=1)
    (again,) = await store(database, a_row(title="Another title"), now=clock.now)
    assert (again.id, again.created) == (first.id, False)
    alert = await Alerts(database, clock).get(first.id, viewer=MANAGER)
    assert alert.model().title == "Suspicious PowerShell"
    assert (alert.model().occurrences, alert.revision) == (2, 2)
    assert alert.model().last_seen_at == alert.model().updated_at == clock.now
    assert alert.human_revision == 0
    events = await Events(database, epoch="epoch").read_after(1)
    assert [(one.kind, one.revision) for one in events] == [("updated", 2)]


async def test_the_timeline_counts_how_often_an_alert_was_seen(
    database: Database, clock: FakeClock
) -> None:
    (first, *_) = await store(database, a_row())
    await store(database, a_row(), a_row(), a_row())
    entries = await Alerts(database, clock).timeline(first.id, viewer=MANAGER)
    assert [entry.action for entry in entries] == ["created", "seen_again"]
    occurrences = entries[1].changes["occurrences"]
    assert (occurrences.before, occurrences.after) == (1, 4)


async def test_twice_in_one_batch_is_once_stored(database: Database) -> None:
    answers = await store(database, a_row(), a_row())
    assert [(answer.id, answer.created) for answer in answers] == [(1, True), (1, False)]


async def test_what_is_the_same_depends_on_team_source_and_external_id(database: Database) -> None:
    answers = await store(
        database,
        a_row(),
        a_row(team="blue"),
        a_row(source="ids"),
        a_row(external_alert_id="ext-2"),
    )
    assert all(answer.created for answer in answers)


async def test_an_alert_that_was_handed_over_is_still_known(
    database: Database, clock: FakeClock
) -> None:
    (first,) = await store(database, a_row(team="blue"))

    def hand_over(connection: Connection) -> None:
        alert = find_alert(connection, first.id, viewer=MANAGER, now=NOON)
        change_alert(
            connection, alert, columns={"team": "red"}, document={}, actor=SYSTEM, now=clock.instant
        )

    await database.write(hand_over)
    (again,) = await store(database, a_row(team="blue"))
    assert not again.created


async def test_a_batch_larger_than_one_statement_is_stored_in_order(database: Database) -> None:
    rows = [a_row(external_alert_id=f"ext-{number}") for number in range(1_200)]
    answers = await store(database, *rows)
    assert [answer.id for answer in answers] == list(range(1, 1_201))
    events = Events(database, epoch="epoch")
    first, second = await events.read_after(0), await events.read_after(1_000)
    assert [one.alert_id for one in [*first, *second]] == list(range(1, 1_201))


async def test_the_id_of_a_deleted_alert_is_never_used_again(database: Database) -> None:
    await store(database, a_row())

    def delete(connection: Connection) -> None:
        for table in ("alert_timeline", "alerts"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    await database.write(delete)
    (stored,) = await store(database, a_row())
    assert stored.id == 2


async def test_only_a_persons_change_moves_the_human_revision(
    database: Database, clock: FakeClock
) -> None:
    (stored,) = await store(database, a_row())

    def change(connection: Connection, actor: ActorRef) -> None:
        alert = find_alert(connection, stored.id, viewer=MANAGER, now=NOON)
        document = {"investigation_notes": actor.kind}
        change_alert(
            connection, alert, columns={}, document=document, actor=actor, now=clock.instant
        )

    async def human_revision() -> int:
        return (await Alerts(database, clock).get(stored.id, viewer=MANAGER)).human_revision

    await database.write(lambda connection: change(connection, SYSTEM))
    await database.write(lambda connection: change(connection, ActorRef("token", "siem", 1)))
    assert await human_revision() == 0
    await database.write(lambda connection: change(connection, ActorRef("user", "dana", 1)))
    assert await human_revision() == 4
