"""The incidents of the fake server, through the SDK."""

from collections.abc import AsyncIterator

import pytest

from ir_client import (
    IncidentCreate,
    IncidentCreated,
    IncidentUpdate,
    IncidentUpdated,
    IRClient,
    errors,
)
from ir_client.testing import FakeServer
from ir_client.wire.commands import WatchIncident


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture
async def client(server: FakeServer) -> AsyncIterator[IRClient]:
    async with server.client() as client:
        yield client


async def test_an_incident_is_made_found_changed_and_noted_on(client: IRClient) -> None:
    made = await client.incidents.create(IncidentCreate(title="Two hosts", severity="critical"))
    assert (made.incident_id, made.priority, made.status) == ("INC-1", "P1", "new")
    moved = await client.incidents.set_status("INC-1", "contained", "Both isolated.")
    changed = await client.incidents.update(
        1, IncidentUpdate(title="x"), if_revision=moved.revision
    )
    assert (changed.title, changed.status) == ("x", "contained")
    await client.incidents.add_note(1, "a note", note_type="analysis", is_internal=True)
    lines = [(one.action, one.notes) for one in await client.incidents.timeline(1)]
    assert lines == [
        ("created", None),
        ("status_changed", "Both isolated."),
        ("updated", None),
        ("noted", "a note"),
    ]


async def test_lists_are_narrowed_counted_and_paged(server: FakeServer, client: IRClient) -> None:
    for number in range(1, 6):
        server.commit_incident(number, status="closed" if number == 3 else "new", owner_id=1)
    server.commit_incident(6, severity="low", owner_id=2, title="Someone else's")
    found = [one.id async for one in client.incidents.list(status="new", size=2)]
    assert found == [6, 5, 4, 2, 1]
    assert [one.id async for one in client.incidents.list(search="else")] == [6]
    assert [one.id for one in await client.incidents.owned()] == [5, 4, 2, 1]
    assert [one.id for one in await client.incidents.owned(status=["closed"])] == [3]
    stats = await client.incidents.stats()
    assert (stats.total, stats.open, stats.by_severity) == (6, 5, {"high": 4, "low": 1})


async def test_what_is_not_there_or_changed_since_is_said(
    server: FakeServer, client: IRClient
) -> None:
    with pytest.raises(errors.NotFound):
        await client.incidents.get("INC-7")
    old = server.commit_incident(1)
    server.commit_incident(1, title="newer")
    with pytest.raises(errors.ChangedSince) as refused:
        await client.incidents.update(1, IncidentUpdate(title="x"), if_revision=old.revision)
    assert refused.value.current_incident is not None
    assert refused.value.current_incident.title == "newer"


async def test_taking_an_alert_makes_an_incident_that_can_be_read(
    server: FakeServer, client: IRClient
) -> None:
    server.commit(7)
    owned = await client.alerts.take(7)
    assert await client.incidents.get(owned.incident.incident_id) == owned.incident
    assert owned.incident.alert_ids == (7,)
    assert [one.id for one in await client.incidents.owned()] == [owned.incident.id]


@pytest.mark.parametrize("protocols", [(1,), (1, 2)])
async def test_owners_and_watchers_hear_of_incidents(protocols: tuple[int, ...]) -> None:
    async with FakeServer(protocols=protocols) as server, server.client() as client:
        server.commit_incident(5, owner_id=2)
        async with client.events(types=(IncidentCreated, IncidentUpdated)) as stream:
            await server.wait_for(lambda: server.listeners)
            await client.incidents.update(5, IncidentUpdate(title="nobody hears"))
            await stream.send(WatchIncident(incident_id="INC-5"))
            await server.wait_for(lambda: server.casework.watched)
            await client.incidents.create(IncidentCreate(title="mine", severity="low"))
            await client.incidents.update(5, IncidentUpdate(title="watched"))
            heard = []
            async for event in stream:
                assert isinstance(event, IncidentCreated | IncidentUpdated)
                heard.append((type(event).__name__, event.data.title))
                if len(heard) == 2:
                    break
    assert heard == [("IncidentCreated", "mine"), ("IncidentUpdated", "watched")]
