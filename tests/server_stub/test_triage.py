from collections.abc import Sequence
from typing import Any

import pytest

from ir_client.wire.alerts import AlertUpdate
from server_stub.access import Viewer
from server_stub.errors import AlreadyOwned, ChangedSince, Forbidden, Invalid, NotFound
from server_stub.storage.alert_rows import StoredAlert
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.events import Events, LogEvent
from server_stub.storage.incident_writes import change_incident
from server_stub.storage.incidents import Incidents
from server_stub.storage.users import user_viewer
from server_stub.triage import Triage
from tests.support.server import MANAGER, FakeClock, a_row, store, store_user

SIEM = Viewer("token", token_id=5, name="siem")


@pytest.fixture
def triage(database: Database, clock: FakeClock) -> Triage:
    return Triage(database, clock)


@pytest.fixture
async def dana(database: Database) -> Viewer:
    return user_viewer(await store_user(database, "dana", teams=("blue",)))


@pytest.fixture
async def lee(database: Database) -> Viewer:
    return user_viewer(await store_user(database, "lee"))


@pytest.fixture(autouse=True)
async def alert(database: Database, dana: Viewer) -> None:
    """Alert 1: new and nobody's."""
    await store(database, a_row())


async def update(
    triage: Triage, viewer: Viewer, *, if_revision: int | None = None, **fields: Any
) -> StoredAlert:
    return await triage.update(viewer, 1, AlertUpdate(**fields), if_revision=if_revision)


async def events_after(database: Database, seq: int) -> Sequence[LogEvent]:
    return await Events(database, epoch="epoch").read_after(seq)


async def test_a_change_is_in_the_alert_the_timeline_and_the_log(
    triage: Triage, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    clock.advance(minutes=3)
    changed = (await update(triage, dana, status="triaged", tags=["vip"])).model()
    assert (changed.status, changed.tags, changed.revision) == ("triaged", ("vip",), 2)
    assert changed.first_response_at == changed.updated_at == clock.now
    assert changed.time_to_first_response == 3.0
    entry = (await Alerts(database, clock).timeline(1, viewer=dana))[-1]
    assert (entry.actor.name, entry.action, entry.revision) == ("dana", "updated", 2)
    assert {name: (one.before, one.after) for name, one in entry.changes.items()} == {
        "status": ("new", "triaged"),
        "tags": ([], ["vip"]),
    }
    (event,) = await events_after(database, 1)
    assert (event.kind, event.alert_id, event.revision, event.seen_before) == (
        "updated",
        1,
        2,
        None,
    )


async def test_what_the_sender_said_survives_a_change_of_something_else(
    triage: Triage, dana: Viewer, database: Database
) -> None:
    said = {"title": "Bär 😀", "enrichment_data": {"n": 12345678901234567, "x": [1.5]}}
    await store(database, a_row(external_alert_id="2", **said))
    changed = (await triage.update(dana, 2, AlertUpdate(investigation_notes="hm"))).model()
    assert changed.model_dump(include=set(said)) == said


async def test_a_tag_is_searchable_once_it_is_there(
    triage: Triage, dana: Viewer, database: Database
) -> None:
    await update(triage, dana, tags=["Crown-Jewels"])
    text = await database.read(
        lambda connection: connection.exec_driver_sql("SELECT search_text FROM alerts").scalar_one()
    )
    assert "crown-jewels" in text


async def test_saying_what_is_so_makes_no_revision(
    triage: Triage, dana: Viewer, database: Database
) -> None:
    assert (await update(triage, dana, status="new")).revision == 1
    assert await events_after(database, 1) == []


async def test_a_person_is_not_overwritten_unseen(
    triage: Triage, dana: Viewer, lee: Viewer
) -> None:
    await update(triage, dana, status="triaged")
    with pytest.raises(ChangedSince) as caught:
        await update(triage, lee, if_revision=1, status="closed")
    assert b'"status":"triaged"' in caught.value.current
    assert (await update(triage, lee, if_revision=2, status="closed")).revision == 3


async def test_machines_changes_stand_in_nobodys_way(
    triage: Triage, dana: Viewer, database: Database
) -> None:
    await store(database, a_row())
    await update(triage, SIEM, enrichment_data={"seen": True})
    assert (await update(triage, dana, if_revision=1, status="triaged")).revision == 4


async def test_what_one_may_not_see_one_cannot_change(
    triage: Triage, lee: Viewer, database: Database
) -> None:
    await store(database, a_row(external_alert_id="2", team="blue"))
    with pytest.raises(NotFound):
        await triage.update(lee, 2, AlertUpdate(status="closed"))
    with pytest.raises(NotFound):
        await triage.comment(lee, 2, "hello")
    with pytest.raises(NotFound):
        await triage.take_ownership(lee, 2)


@pytest.mark.parametrize("team", ["red", "blue", "nobody-is-in-this-one"])
@pytest.mark.parametrize("role", ["analyst", "senior_analyst"])
async def test_no_analyst_hides_an_alert_in_a_team_or_takes_it_out_of_one(
    triage: Triage, database: Database, role: str, team: str
) -> None:
    analyst = user_viewer(await store_user(database, "eve", role=role, teams=("blue",)))
    await store(database, a_row(external_alert_id="2", team="blue"))
    with pytest.raises(Forbidden):
        await update(triage, analyst, team=team, status="closed")
    with pytest.raises(Forbidden):
        await triage.update(analyst, 2, AlertUpdate(team=None))
    assert not await events_after(database, 2)
    # Who says what is so already changes nothing.
    assert (await triage.update(analyst, 2, AlertUpdate(team="blue"))).model().team == "blue"


async def test_no_endpoint_token_hides_an_alert(triage: Triage) -> None:
    token = Viewer("token", teams=frozenset({"blue"}), token_id=1, name="soar")
    with pytest.raises(Forbidden):
        await update(triage, token, team="blue")


async def test_the_log_keeps_who_saw_an_alert_that_was_handed_over(
    triage: Triage, lee: Viewer, database: Database
) -> None:
    await update(triage, MANAGER, team="red", assigned_analyst_id=lee.user_id)
    (event,) = await events_after(database, 1)
    assert event.seen_before == (None, None)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"assigned_analyst_id": 99}, "assigned_analyst_id"),
        ({"incident_id": "INC-2026-000099"}, "incident_id"),
        ({"incident_id": "7"}, "incident_id"),
        ({"parent_alert_id": 99}, "parent_alert_id"),
        ({"parent_alert_id": 1}, "parent_alert_id"),
    ],
)
async def test_an_alert_points_only_to_what_there_is(
    triage: Triage, dana: Viewer, fields: dict[str, Any], place: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await update(triage, dana, **fields)
    assert caught.value.fields[0].loc == ("body", place)


async def test_a_refused_change_leaves_nothing_behind(
    triage: Triage, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    with pytest.raises(Invalid):
        await update(triage, dana, status="closed", parent_alert_id=99)
    assert (await Alerts(database, clock).get(1, viewer=dana)).revision == 1
    assert await events_after(database, 1) == []


async def test_a_comment_is_a_revision_of_its_own(
    triage: Triage, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    entry = await triage.comment(dana, 1, "looks bad")
    assert (entry.action, entry.comment, entry.revision) == ("commented", "looks bad", 2)
    assert (await Alerts(database, clock).get(1, viewer=dana)).revision == 2
    assert [one.revision for one in await events_after(database, 1)] == [2]


async def test_taking_an_alert_makes_it_yours_with_an_incident(
    triage: Triage, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    owned = await triage.take_ownership(dana, 1, notes="mine")
    alert, incident = owned.alert.model(), owned.incident.model()
    assert (alert.status, alert.assigned_analyst_id) == ("investigating", dana.user_id)
    assert alert.incident_id == incident.incident_id
    assert alert.assigned_analyst is not None
    assert alert.assigned_analyst.username == "dana"
    assert (incident.owner_id, incident.alert_ids, incident.alert_count) == (dana.user_id, (1,), 1)
    entry = (await Alerts(database, clock).timeline(1, viewer=dana))[-1]
    assert (entry.action, entry.comment) == ("owned", "mine")
    events = await events_after(database, 1)
    assert [one.kind for one in events] == ["incident_created", "updated"]
    assert events[1].seen_before == (None, None)


async def test_taking_it_again_changes_nothing(
    triage: Triage, dana: Viewer, database: Database
) -> None:
    first = await triage.take_ownership(dana, 1)
    head = await Events(database, epoch="epoch").head()
    again = await triage.take_ownership(dana, 1)
    assert (again.alert.json, again.incident.id) == (first.alert.json, first.incident.id)
    assert await events_after(database, head) == []


async def test_what_someone_else_has_cannot_be_taken(
    triage: Triage, dana: Viewer, lee: Viewer
) -> None:
    await triage.take_ownership(dana, 1)
    with pytest.raises(AlreadyOwned):
        await triage.take_ownership(lee, 1)


async def test_what_was_only_assigned_gets_its_incident_when_it_is_taken(
    triage: Triage, dana: Viewer
) -> None:
    await update(triage, dana, assigned_analyst_id=dana.user_id, status="escalated")
    owned = await triage.take_ownership(dana, 1)
    assert owned.alert.model().status == "escalated"
    assert owned.alert.incident_id == owned.incident.incident_id


async def test_an_alert_that_was_given_back_keeps_its_incident_for_the_next(
    triage: Triage, dana: Viewer, lee: Viewer
) -> None:
    first = await triage.take_ownership(dana, 1)
    await update(triage, dana, assigned_analyst_id=None)
    second = await triage.take_ownership(lee, 1, notes="my turn")
    assert second.incident.id == first.incident.id
    shown = second.incident.model()
    assert shown.owner_id == lee.user_id
    assert [line["action"] for line in shown.incident_timeline] == ["created", "handed_over"]
    assert shown.incident_timeline[1]["changes"] == {
        "owner_id": {"before": dana.user_id, "after": lee.user_id}
    }


async def test_endpoint_tokens_own_nothing(triage: Triage) -> None:
    with pytest.raises(Forbidden):
        await triage.take_ownership(SIEM, 1)


async def test_moving_an_alert_between_incidents_is_told_of_both(
    triage: Triage, dana: Viewer, database: Database
) -> None:
    await store(database, a_row(external_alert_id="2"))
    first = await triage.take_ownership(dana, 1)
    second = await triage.take_ownership(dana, 2)
    head = await Events(database, epoch="epoch").head()
    await update(triage, dana, incident_id=second.incident.incident_id)
    events = await events_after(database, head)
    assert [(one.kind, one.incident_id) for one in events] == [
        ("incident_updated", first.incident.id),
        ("incident_updated", second.incident.id),
        ("updated", None),
    ]


async def test_an_incident_one_may_not_see_cannot_be_joined(
    triage: Triage, lee: Viewer, dana: Viewer, database: Database
) -> None:
    await store(database, a_row(external_alert_id="2", team="blue"))
    hidden = await triage.take_ownership(dana, 2)
    with pytest.raises(Invalid):
        await update(triage, lee, incident_id=hidden.incident.incident_id)
    assert await update(triage, MANAGER, incident_id=hidden.incident.incident_id)


async def test_an_incident_tells_which_alerts_came_and_went(
    triage: Triage, dana: Viewer, database: Database, clock: FakeClock
) -> None:
    incident = (await triage.take_ownership(dana, 1)).incident
    await update(triage, dana, incident_id=None)
    await update(triage, dana, incident_id=incident.incident_id)
    lines = await Incidents(database, clock).timeline(incident.id, viewer=dana)
    assert [(line.action, line.actor) for line in lines] == [
        ("created", "dana"),
        ("alert_removed", "dana"),
        ("alert_added", "dana"),
    ]
    assert lines[1].changes["alert_id"].model_dump() == {"before": 1, "after": None}
    assert lines[2].changes["alert_id"].model_dump() == {"before": None, "after": 1}


async def test_an_incident_is_told_anew_when_its_alert_is_seen_by_others(
    triage: Triage, dana: Viewer, database: Database
) -> None:
    incident = (await triage.take_ownership(dana, 1)).incident
    head = await Events(database, epoch="epoch").head()
    await update(triage, MANAGER, team="red")
    events = await events_after(database, head)
    assert [(one.kind, one.revision) for one in events] == [("incident_updated", 2), ("updated", 3)]
    assert events[0].incident_id == incident.id


async def test_who_takes_over_an_incident_answers_it_and_the_log_keeps_who_had_it(
    triage: Triage, dana: Viewer, lee: Viewer, database: Database, clock: FakeClock
) -> None:
    incident = (await triage.take_ownership(dana, 1)).incident
    await update(triage, dana, assigned_analyst_id=None)
    await database.write(
        lambda connection: change_incident(
            connection, incident.id, {"first_response_at": None}, now=clock.instant
        )
    )
    head = await Events(database, epoch="epoch").head()
    clock.advance(minutes=2)
    taken = (await triage.take_ownership(lee, 1)).incident.model()
    assert (taken.first_response_at, taken.status) == (clock.now, "assigned")
    event = (await events_after(database, head))[0]
    assert (event.kind, event.seen_before) == ("incident_updated", (None, dana.user_id))
