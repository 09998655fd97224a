from typing import Any

import pytest

from server_stub.access import Viewer
from server_stub.domain.incident_plan import incident_of_alert
from server_stub.domain.sla import SlaPolicy
from server_stub.errors import NotFound
from server_stub.storage import incidents as storage
from server_stub.storage.database import Database
from server_stub.storage.incident_writes import add_incident, change_incident
from server_stub.storage.incidents import IncidentFilter, Incidents
from tests.support.builders import NOON, an_alert
from tests.support.server import MANAGER, FakeClock, store_user

STRANGER = Viewer("user", user_id=99)


async def add(database: Database, owner_id: int, **alert: Any) -> int:
    values = incident_of_alert(an_alert(**alert), owner_id=owner_id, sla=SlaPolicy(), now=NOON)
    return await database.write(lambda connection: add_incident(connection, values))


@pytest.fixture
def incidents(database: Database, clock: FakeClock) -> Incidents:
    return Incidents(database, clock)


async def test_an_incident_is_found_by_its_number_and_by_its_name(
    incidents: Incidents, database: Database
) -> None:
    owner = await store_user(database, full_name="Dana Reyes")
    number = await add(database, owner.id, title="Bad thing")
    found = await incidents.get(number, viewer=MANAGER)
    assert found.incident_id == "INC-2026-000001"
    assert (await incidents.get(found.incident_id, viewer=MANAGER)).id == number
    assert (await incidents.get(str(number), viewer=MANAGER)).id == number
    shown = found.model()
    assert (shown.title, shown.priority, shown.alert_count) == ("Bad thing", "P2", 0)
    assert shown.owner is not None
    assert shown.owner.full_name == "Dana Reyes"


@pytest.mark.parametrize("name", [99, "99", "INC-nope", "9" * 30, "²"])
async def test_what_is_not_there_is_not_found(incidents: Incidents, name: int | str) -> None:
    with pytest.raises(NotFound):
        await incidents.get(name, viewer=MANAGER)


async def test_what_one_may_not_see_is_not_found_either(
    incidents: Incidents, database: Database
) -> None:
    owner = await store_user(database)
    number = await add(database, owner.id)
    with pytest.raises(NotFound):
        await incidents.get(number, viewer=STRANGER)
    assert await incidents.recent_for(STRANGER) == []
    assert len(await incidents.recent_for(Viewer("user", user_id=owner.id))) == 1


async def test_owned_incidents_are_the_open_ones_unless_asked_otherwise(
    incidents: Incidents, database: Database, clock: FakeClock
) -> None:
    owner = await store_user(database)
    first, second = await add(database, owner.id), await add(database, owner.id)
    await database.write(
        lambda connection: change_incident(
            connection, first, {"status": "closed"}, now=clock.instant
        )
    )
    assert [one.id for one in await incidents.owned_by(owner.id)] == [second]
    assert [one.id for one in await incidents.owned_by(owner.id, statuses=["closed"])] == [first]


async def test_a_change_makes_the_next_revision(
    incidents: Incidents, database: Database, clock: FakeClock
) -> None:
    owner = await store_user(database)
    number = await add(database, owner.id)
    clock.advance(minutes=5)
    revision = await database.write(
        lambda connection: change_incident(connection, number, {}, now=clock.instant)
    )
    found = (await incidents.get_many([number, 99]))[number]
    assert (revision, found.revision, found.model().updated_at) == (2, 2, clock.now)


async def test_an_incident_that_is_late_says_so(
    incidents: Incidents, database: Database, clock: FakeClock
) -> None:
    owner = await store_user(database)
    number = await add(database, owner.id, severity="critical")
    assert not (await incidents.get(number, viewer=MANAGER)).model().sla_breached
    clock.advance(hours=5)
    assert (await incidents.get(number, viewer=MANAGER)).model().sla_breached


async def test_totals_are_counted_so_far_and_said_to_be_estimates_beyond(
    incidents: Incidents, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "COUNTED_TOTAL", 3)
    owner = await store_user(database)
    for total, exact in ((1, True), (2, True), (3, True), (4, False), (4, False)):
        await add(database, owner.id)
        page = await incidents.page(IncidentFilter(), viewer=MANAGER, size=2, offset=0)
        assert (page.total, page.total_exact) == (total, exact)
    last = await incidents.page(IncidentFilter(), viewer=MANAGER, size=2, offset=4)
    assert [one.id for one in last.incidents] == [1]


async def test_a_list_without_pages_holds_the_newest(
    incidents: Incidents, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "OWNED_INCIDENTS", 2)
    owner = await store_user(database)
    ids = [await add(database, owner.id) for _ in range(3)]
    assert [one.id for one in await incidents.owned_by(owner.id)] == ids[:0:-1]
