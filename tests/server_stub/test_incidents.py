from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.incidents import (
    Incident,
    IncidentCreate,
    IncidentMove,
    IncidentUpdate,
    NoteCreate,
)
from server_stub.access import Viewer
from server_stub.errors import ChangedSince, Conflict, Forbidden, Invalid, NotFound
from server_stub.incidents import Casework
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.events import Events, LogEvent
from server_stub.storage.incident_rows import StoredIncident
from server_stub.storage.incidents import Incidents
from server_stub.storage.schema import users
from server_stub.storage.users import user_viewer
from server_stub.triage import Triage
from tests.support.server import MANAGER, FakeClock, a_row, store, store_user

SIEM = Viewer("token", token_id=5, name="siem")


@pytest.fixture
def casework(database: Database, clock: FakeClock) -> Casework:
    return Casework(database, clock)


@pytest.fixture
async def dana(database: Database) -> Viewer:
    return user_viewer(await store_user(database, "dana", teams=("blue",)))


@pytest.fixture
async def lee(database: Database) -> Viewer:
    return user_viewer(await store_user(database, "lee"))


async def make(casework: Casework, viewer: Viewer, **fields: Any) -> StoredIncident:
    wanted = {"title": "Bad thing", "severity": "high"} | fields
    return await casework.create(viewer, IncidentCreate(**wanted))


async def change(
    casework: Casework, viewer: Viewer, incident: StoredIncident, **fields: Any
) -> Incident:
    update = IncidentUpdate(**fields)
    return (await casework.update(viewer, incident.incident_id, update)).model()


async def events_after(database: Database, seq: int) -> Sequence[LogEvent]:
    return await Events(database, epoch="epoch").read_after(seq)


async def actions(incidents: Incidents, incident: StoredIncident) -> list[str]:
    return [line.action for line in await incidents.timeline(incident.id, viewer=MANAGER)]


async def test_an_incident_belongs_to_who_makes_it_and_holds_its_alerts(
    casework: Casework, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    await store(database, a_row(), a_row(external_alert_id="2"))
    made = await make(casework, dana, alert_ids=[2, 1, 2], tags=["vip"])
    incident = made.model()
    assert (incident.owner_id, incident.alert_ids, incident.status) == (
        dana.user_id,
        (1, 2),
        "new",
    )
    assert (incident.revision, incident.incident_timeline[0]["action"]) == (1, "created")
    alerts = Alerts(database, clock)
    assert (await alerts.get(1, viewer=dana)).incident_id == incident.incident_id
    entry = (await alerts.timeline(1, viewer=dana))[-1]
    assert entry.changes["incident_id"].after == incident.incident_id
    events = await events_after(database, 2)
    assert [(one.kind, one.alert_id or one.incident_id) for one in events] == [
        ("incident_created", incident.id),
        ("updated", 2),
        ("updated", 1),
    ]


async def test_an_alert_that_is_in_an_incident_is_not_taken_from_it(
    casework: Casework, dana: Viewer, database: Database
) -> None:
    await store(database, a_row(), a_row(external_alert_id="2"))
    first = await make(casework, dana, alert_ids=[2])
    head = await Events(database, epoch="epoch").head()
    with pytest.raises(Conflict, match=first.incident_id):
        await make(casework, dana, alert_ids=[1, 2])
    assert await events_after(database, head) == []


async def test_an_incident_is_made_of_alerts_that_one_may_see(
    casework: Casework, lee: Viewer, database: Database
) -> None:
    await store(database, a_row(team="blue"))
    with pytest.raises(Invalid) as caught:
        await make(casework, lee, alert_ids=[1])
    assert caught.value.fields[0].loc == ("body", "alert_ids")


@pytest.mark.parametrize("field", ["owner_id", "assigned_analyst_id"])
async def test_an_incident_is_given_only_to_someone_who_is_there(
    casework: Casework, dana: Viewer, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await make(casework, dana, **{field: 99})
    assert caught.value.fields[0].loc == ("body", field)
    incident = await make(casework, dana)
    with pytest.raises(Invalid):
        await change(casework, dana, incident, **{field: 99})


async def test_nobody_is_given_an_incident_who_cannot_sign_in(
    casework: Casework, dana: Viewer, lee: Viewer, database: Database
) -> None:
    inactive = update(users).where(users.c.id == lee.user_id).values(is_active=False)
    await database.write(lambda connection: connection.execute(inactive))
    with pytest.raises(Invalid):
        await make(casework, dana, owner_id=lee.user_id)


async def test_endpoint_tokens_make_no_incidents(casework: Casework) -> None:
    with pytest.raises(Forbidden):
        await make(casework, SIEM)


async def test_a_change_is_in_the_incident_its_timeline_and_the_log(
    casework: Casework, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    made = await make(casework, dana)
    clock.advance(minutes=3)
    changed = await change(casework, dana, made, title="Worse", priority="P1", tags=["a"])
    assert (changed.title, changed.revision, changed.updated_at) == ("Worse", 2, clock.now)
    assert changed.response_sla_deadline == changed.created_at + timedelta(minutes=15)
    line = (await Incidents(database, clock).timeline(made.id, viewer=dana))[-1]
    assert (line.action, line.actor, line.actor_id) == ("updated", "dana", dana.user_id)
    assert {name: (one.before, one.after) for name, one in line.changes.items()} == {
        "title": ("Bad thing", "Worse"),
        "priority": ("P2", "P1"),
        "tags": ([], ["a"]),
    }
    (event,) = await events_after(database, 1)
    assert (event.kind, event.incident_id, event.revision, event.seen_before) == (
        "incident_updated",
        made.id,
        2,
        None,
    )


async def test_saying_what_is_so_makes_no_revision(
    casework: Casework, dana: Viewer, database: Database
) -> None:
    made = await make(casework, dana)
    assert (await change(casework, dana, made, title="Bad thing")).revision == 1
    moved = await casework.move(dana, made.incident_id, IncidentMove(status="new"))
    assert moved.revision == 1
    assert await events_after(database, 1) == []


async def test_nobody_overwrites_what_they_have_not_seen(casework: Casework, dana: Viewer) -> None:
    made = await make(casework, dana)
    await change(casework, dana, made, title="Worse")
    update = IncidentUpdate(title="Better")
    with pytest.raises(ChangedSince) as caught:
        await casework.update(dana, str(made.id), update, if_revision=1)
    assert b'"title":"Worse"' in caught.value.current
    assert (await casework.update(dana, str(made.id), update, if_revision=2)).revision == 3


async def test_a_move_keeps_its_notes_and_sets_the_clocks(
    casework: Casework, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    made = await make(casework, dana)
    clock.advance(minutes=5)
    closed = await casework.move(
        dana, made.incident_id, IncidentMove(status="resolved", notes="patched")
    )
    incident = closed.model()
    assert incident.first_response_at == incident.resolved_at == incident.closed_at == clock.now
    reopened = await casework.move(dana, made.incident_id, IncidentMove(status="active"))
    assert reopened.model().resolved_at is None
    lines = await Incidents(database, clock).timeline(made.id, viewer=dana)
    assert [(line.action, line.notes) for line in lines[1:]] == [
        ("status_changed", "patched"),
        ("status_changed", None),
    ]
    assert lines[1].changes["status"].model_dump() == {"before": "new", "after": "resolved"}


async def test_notes_are_kept_also_when_the_status_stays(casework: Casework, dana: Viewer) -> None:
    made = await make(casework, dana)
    same = await casework.move(dana, made.incident_id, IncidentMove(status="new", notes="hm"))
    assert same.revision == 2
    assert same.model().incident_timeline[-1]["notes"] == "hm"


async def test_a_note_is_a_revision_and_a_line(
    casework: Casework, dana: Viewer, database: Database
) -> None:
    made = await make(casework, dana)
    note = NoteCreate(content="call back", note_type="contact", is_internal=True)
    entry = await casework.note(dana, made.incident_id, note)
    assert (entry.action, entry.notes, entry.note_type, entry.is_internal) == (
        "noted",
        "call back",
        "contact",
        True,
    )
    (event,) = await events_after(database, 1)
    assert (event.kind, event.revision) == ("incident_updated", 2)


async def test_the_log_keeps_who_had_an_incident_that_was_handed_over(
    casework: Casework, dana: Viewer, lee: Viewer, database: Database
) -> None:
    made = await make(casework, dana)
    handed = await change(casework, dana, made, owner_id=lee.user_id)
    assert handed.owner is not None
    assert handed.owner.username == "lee"
    (event,) = await events_after(database, 1)
    assert event.seen_before == (None, dana.user_id)


async def test_what_one_may_not_see_one_cannot_change(
    casework: Casework, dana: Viewer, lee: Viewer
) -> None:
    name = (await make(casework, dana)).incident_id
    with pytest.raises(NotFound):
        await casework.update(lee, name, IncidentUpdate(title="mine"))
    with pytest.raises(NotFound):
        await casework.move(lee, name, IncidentMove(status="closed"))
    with pytest.raises(NotFound):
        await casework.note(lee, name, NoteCreate(content="hello"))


async def test_who_sees_one_of_its_alerts_sees_the_incident_until_it_is_hidden(
    casework: Casework, dana: Viewer, lee: Viewer, database: Database, clock: FakeClock
) -> None:
    await store(database, a_row())
    made = await make(casework, dana, alert_ids=[1])
    incidents = Incidents(database, clock)
    assert (await incidents.get(made.id, viewer=lee)).id == made.id
    await Triage(database, clock).update(MANAGER, 1, AlertUpdate(team="blue"))
    with pytest.raises(NotFound):
        await incidents.get(made.id, viewer=lee)
    with pytest.raises(NotFound):
        await incidents.timeline(made.id, viewer=lee)


async def test_a_long_history_is_whole_at_its_own_address_and_its_end_is_in_the_incident(
    casework: Casework, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    made = await make(casework, dana)
    for number in range(60):
        note = NoteCreate(content=f"{number:02} " + "x" * 2_000)
        await casework.note(dana, made.incident_id, note)
    incidents = Incidents(database, clock)
    assert len(await actions(incidents, made)) == 61
    shown = (await incidents.get(made.id, viewer=dana)).model().incident_timeline
    assert 10 <= len(shown) <= 16
    assert [str(line["notes"])[:2] for line in shown] == [
        f"{number:02}" for number in range(60 - len(shown), 60)
    ]


async def test_one_line_is_shown_however_long_it_is(casework: Casework, dana: Viewer) -> None:
    made = await make(casework, dana, description="x" * 60_000)
    changed = await change(casework, dana, made, description="y" * 60_000)
    assert [line["action"] for line in changed.incident_timeline] == ["updated"]
