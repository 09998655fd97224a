from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.incidents import IncidentCreate, IncidentUpdate
from server_stub.domain.clocks import instant
from server_stub.incidents import Casework
from server_stub.storage.alert_trim import AlertRetention, AlertTrim, trim_alerts
from server_stub.storage.alerts import Alerts, RemovedAlert
from server_stub.storage.database import Database
from server_stub.storage.events import Events
from server_stub.storage.kept_answers import KeptAnswer, find_answer, keep_answer
from server_stub.storage.log_trim import trim_log
from server_stub.storage.schema import alert_timeline, alerts, raw_alerts, removed_alerts
from server_stub.storage.users import user_viewer
from server_stub.triage import Triage
from tests.support.server import FakeClock, a_row, store, store_user

OLD = AlertRetention(timedelta(days=30))


async def stored(database: Database, clock: FakeClock, *, closed: int, opened: int = 0) -> None:
    """So many alerts an hour apart, the first of them closed."""
    triage = Triage(database, clock)
    boss = user_viewer(await store_user(database, "boss", role="manager"))
    for number in range(closed + opened):
        row = a_row(external_alert_id=f"{number}", raw_alert_data={"kept": number})
        (one,) = await store(database, row, now=clock.now)
        if number < closed:
            await triage.update(boss, one.id, AlertUpdate(status="closed"))
        clock.advance(hours=1)


async def left(database: Database) -> list[int]:
    return await database.read(
        lambda connection: list(connection.execute(select(alerts.c.id)).scalars())
    )


async def how_many(database: Database, table: Any) -> int:
    statement = select(func.count()).select_from(table)
    return await database.read(lambda connection: connection.execute(statement).scalar_one())


async def test_nothing_goes_unless_it_is_said_so(database: Database, clock: FakeClock) -> None:
    await stored(database, clock, closed=2)
    clock.advance(days=10_000)
    assert await AlertTrim(database, clock, AlertRetention()).trim() == 0
    assert await left(database) == [1, 2]


async def test_what_is_old_and_closed_goes_with_all_that_is_known_of_it(
    database: Database, clock: FakeClock
) -> None:
    await stored(database, clock, closed=3, opened=1)
    clock.now = clock.now - timedelta(hours=2) + timedelta(days=30)
    assert await AlertTrim(database, clock, OLD).trim() == 2
    assert await left(database) == [3, 4]
    assert await how_many(database, raw_alerts) == 2
    assert await how_many(database, alert_timeline) == 3
    events = await Events(database, epoch="epoch").read_after(0)
    assert [(one.kind, one.alert_id, one.revision, one.seen_before) for one in events[-2:]] == [
        ("removed", 1, 3, (None, None)),
        ("removed", 2, 3, (None, None)),
    ]
    assert await Alerts(database, clock).get_removed([1, 3]) == (RemovedAlert(1, 3, None, None),)


async def test_a_change_makes_an_alert_young_again(database: Database, clock: FakeClock) -> None:
    await stored(database, clock, closed=2)
    clock.advance(days=29)
    await store(database, a_row(external_alert_id="0"), now=clock.now)
    clock.advance(days=2)
    await AlertTrim(database, clock, OLD).trim()
    assert await left(database) == [1]


async def test_what_is_too_many_goes_the_longest_untouched_first_and_never_within_a_day(
    database: Database, clock: FakeClock
) -> None:
    await stored(database, clock, closed=4, opened=1)
    retention = AlertRetention(count=2)
    assert await AlertTrim(database, clock, retention).trim() == 0
    clock.advance(hours=22)
    assert await AlertTrim(database, clock, retention).trim() == 3
    assert await left(database) == [4, 5]
    clock.advance(days=30)
    assert await AlertTrim(database, clock, AlertRetention(count=0)).trim() == 1
    assert await left(database) == [5]


async def test_open_alerts_go_only_if_it_is_said_so(database: Database, clock: FakeClock) -> None:
    await stored(database, clock, closed=0, opened=2)
    clock.advance(days=31)
    assert await AlertTrim(database, clock, OLD).trim() == 0
    also_open = AlertRetention(timedelta(days=30), removes_open=True)
    assert await AlertTrim(database, clock, also_open).trim() == 2


async def test_alerts_of_an_open_incident_stay_and_a_closed_one_tells_what_it_lost(
    database: Database, clock: FakeClock
) -> None:
    await stored(database, clock, closed=2)
    casework = Casework(database, clock)
    owner = user_viewer(await store_user(database, "dana"))
    draft = IncidentCreate(title="t", severity="high", alert_ids=(1, 2))
    incident = await casework.create(owner, draft)
    clock.advance(days=31)
    assert await AlertTrim(database, clock, OLD).trim() == 0
    await casework.update(owner, incident.incident_id, IncidentUpdate(status="closed"))
    assert await AlertTrim(database, clock, OLD).trim() == 2
    events = await Events(database, epoch="epoch").read_after(0)
    assert [one.kind for one in events[-3:]] == ["incident_updated", "removed", "removed"]


async def test_no_kept_answer_outlives_its_alert(database: Database, clock: FakeClock) -> None:
    answer = KeptAnswer("print", instant(clock.now), 200, {}, b"of alert 1")
    await database.write(lambda connection: keep_answer(connection, "key", answer))
    await stored(database, clock, closed=1)
    clock.advance(hours=23.5)
    await AlertTrim(database, clock, AlertRetention(count=0)).trim()
    assert await left(database) == []
    found = await database.write(lambda connection: find_answer(connection, "key", since=""))
    assert found is None


@pytest.mark.parametrize("most", [1, 2])
async def test_it_goes_a_bite_at_a_time(database: Database, clock: FakeClock, most: int) -> None:
    await stored(database, clock, closed=3)
    clock.advance(days=31)
    bites = []
    while bites[-1:] != [0]:
        bites.append(
            await database.write(
                lambda connection: trim_alerts(connection, OLD, now=clock.now, most=most)
            )
        )
    assert (sum(bites), max(bites)) == (3, most)


async def test_what_is_left_of_an_alert_goes_once_the_log_has_forgotten_it(
    database: Database, clock: FakeClock
) -> None:
    await stored(database, clock, closed=1)
    clock.advance(days=31)
    await AlertTrim(database, clock, OLD).trim()
    clock.advance(days=1)
    await store(database, a_row(external_alert_id="new"), now=clock.now)
    await AlertTrim(database, clock, OLD).trim()
    assert await how_many(database, removed_alerts) == 1
    await database.write(lambda connection: trim_log(connection, before=clock.instant, keep=1_000))
    await AlertTrim(database, clock, OLD).trim()
    assert await how_many(database, removed_alerts) == 0
