"""What SQL counts and finds of many random incidents is what a reader of them would."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from ir_client.wire.incidents import Incident, IncidentCreate, IncidentUpdate
from ir_client.wire.values import INCIDENT_STATUSES, SEVERITIES, is_open
from server_stub.access import Viewer
from server_stub.domain.clocks import instant
from server_stub.domain.incident_plan import new_incident, plan_incident_change
from server_stub.domain.sla import SlaPolicy
from server_stub.storage.database import Database
from server_stub.storage.incident_rows import find_incident
from server_stub.storage.incident_writes import add_incident, change_incident
from server_stub.storage.incidents import IncidentFilter, Incidents
from tests.support.builders import NOON
from tests.support.server import MANAGER, FakeClock, opened_database, store_user

SLA = SlaPolicy()
HOURS = 30
LATER = NOON + timedelta(hours=HOURS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def peopled(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Sixty incidents of three users, each moved up to three times within thirty hours."""
    async with opened_database(tmp_path_factory.mktemp("incidents")) as database:
        people = [(await store_user(database, name)).id for name in ("dana", "lee", "kim")]
        await database.write(lambda connection: _fill(connection, people, random.Random(7)))
        yield database, people


def _fill(connection: Connection, people: list[int], chance: random.Random) -> None:
    for number in range(60):
        minutes = sorted(chance.uniform(0, HOURS * 60) for _ in range(4))
        made_at, *moved_at = (NOON + timedelta(minutes=one) for one in minutes)
        wanted = IncidentCreate.model_validate(
            {
                "title": f"Case {number}",
                "severity": chance.choice(SEVERITIES),
                "assigned_analyst_id": chance.choice([None, *people]),
            }
        )
        owner_id = chance.choice(people)
        row = new_incident(wanted, owner_id=owner_id, sla=SLA, now=made_at)
        incident_id = add_incident(connection, row)
        for at in moved_at[: chance.randrange(4)]:
            _move(connection, incident_id, chance.choice(INCIDENT_STATUSES), at)


def _move(connection: Connection, incident_id: int, status: str, at: datetime) -> None:
    now = instant(at)
    found = find_incident(connection, incident_id, viewer=None, now=now)
    assert found is not None
    update = IncidentUpdate.model_validate({"status": status})
    change = plan_incident_change(found.model(), update, sla=SLA, now=now)
    change_incident(connection, incident_id, change.columns, now=now)


async def _all(database: Database, viewer: Viewer) -> list[Incident]:
    incidents = Incidents(database, FakeClock(LATER))
    page = await incidents.page(IncidentFilter(), viewer=viewer, size=100, offset=0)
    return [one.model() for one in page.incidents]


def _average(minutes: list[float]) -> float | None:
    return pytest.approx(sum(minutes) / len(minutes), abs=0.02) if minutes else None


def _minutes(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 60


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("who", ["a manager", "dana", "a stranger"])
async def test_stats_are_what_a_reader_of_all_would_count(
    peopled: tuple[Database, list[int]], who: str
) -> None:
    database, people = peopled
    viewers = {"a manager": MANAGER, "dana": Viewer("user", user_id=people[0])}
    viewer = viewers.get(who, Viewer("user", user_id=99))
    everything = await _all(database, MANAGER)
    mine = {viewer.user_id}
    seen = [
        one
        for one in everything
        if viewer is MANAGER or mine & {one.owner_id, one.assigned_analyst_id}
    ]
    stats = await Incidents(database, FakeClock(LATER)).stats(viewer)
    still_open = [one for one in seen if is_open(one.status)]
    assert stats.total == len(seen) == len(await _all(database, viewer))
    assert stats.open == len(still_open)
    assert stats.overdue == sum(one.sla_breached for one in still_open)
    assert stats.unassigned == sum(one.assigned_analyst_id is None for one in still_open)
    assert stats.by_status == Counter(one.status for one in seen)
    assert stats.by_severity == Counter(one.severity for one in still_open)
    assert stats.by_priority == Counter(one.priority for one in still_open)
    answered = [
        _minutes(one.created_at, one.first_response_at) for one in seen if one.first_response_at
    ]
    resolved = [_minutes(one.created_at, one.resolved_at) for one in seen if one.resolved_at]
    assert stats.average_time_to_first_response == _average(answered)
    assert stats.average_time_to_resolution == _average(resolved)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_breach_is_a_deadline_that_came_first(
    peopled: tuple[Database, list[int]],
) -> None:
    everything = await _all(peopled[0], MANAGER)
    breached = 0
    for one in everything:
        assert one.response_sla_deadline is not None
        assert one.resolution_sla_deadline is not None
        late_answer = (one.first_response_at or LATER) > one.response_sla_deadline
        late_end = (one.resolved_at or LATER) > one.resolution_sla_deadline
        assert one.sla_breached == (late_answer or late_end)
        breached += one.sla_breached
    assert 0 < breached < len(everything)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_filter_finds_what_a_reader_of_all_would(
    peopled: tuple[Database, list[int]],
) -> None:
    database, people = peopled
    everything = await _all(database, MANAGER)
    incidents = Incidents(database, FakeClock(LATER))
    chance = random.Random(8)
    for _ in range(40):
        wanted = IncidentFilter(
            severity=tuple(chance.sample(SEVERITIES, chance.randrange(3))),
            status=tuple(chance.sample(INCIDENT_STATUSES, chance.randrange(5))),
            priority=tuple(chance.sample(("P1", "P2", "P3", "P4"), chance.randrange(3))),
            owner_id=chance.choice([None, None, *people]),
            assigned_analyst_id=chance.choice([None, None, *people]),
        )
        found = await incidents.page(wanted, viewer=MANAGER, size=100, offset=0)
        expected = [one.id for one in everything if _matches(one, wanted)]
        assert [one.id for one in found.incidents] == expected
        assert (found.total, found.total_exact) == (len(expected), True)


def _matches(incident: Incident, wanted: IncidentFilter) -> bool:
    several = (
        (incident.severity, wanted.severity),
        (incident.status, wanted.status),
        (incident.priority, wanted.priority),
    )
    people = (
        (incident.owner_id, wanted.owner_id),
        (incident.assigned_analyst_id, wanted.assigned_analyst_id),
    )
    return all(not values or one in values for one, values in several) and all(
        wanted_id is None or user_id == wanted_id for user_id, wanted_id in people
    )
