"""The access rule in SQL is the access rule."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from server_stub.access import Viewer, sees_alert, sees_incident
from server_stub.storage.actors import SYSTEM
from server_stub.storage.alert_writes import change_alert
from server_stub.storage.alerts import find_alert
from server_stub.storage.database import Database
from server_stub.storage.query_sql import visible_alerts, visible_incidents
from server_stub.storage.schema import alerts, incidents
from tests.support.builders import NOON
from tests.support.server import MANAGER, a_row, opened_database, store, store_user

TEAMS = (None, "blue", "red")
PEOPLE = (None, 1, 2)

viewers = st.builds(
    Viewer,
    st.sampled_from(["user", "token"]),
    role=st.sampled_from(["analyst", "senior_analyst", "manager", "admin", "unknown"]),
    teams=st.frozensets(st.sampled_from(["blue", "red", "green"])),
    user_id=st.sampled_from([None, 1, 2, 3]),
    token_id=st.sampled_from([None, 1]),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peopled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """Every combination of team and analyst, each alert in an incident of its own."""
    directory: Path = tmp_path_factory.mktemp("peopled")
    async with opened_database(directory) as database:
        for name in ("one", "two"):
            await store_user(database, name)
        for team in TEAMS:
            for analyst in PEOPLE:
                (one,) = await store(
                    database, a_row(external_alert_id=f"{team}-{analyst}", team=team)
                )
                await database.write(partial(place, alert_id=one.id, analyst=analyst))
        yield database


def place(connection: Connection, alert_id: int, analyst: int | None) -> None:
    """Assign an alert, and put it into an incident that the other user owns, or nobody."""
    name = f"INC-{alert_id}"
    alert = find_alert(connection, alert_id, viewer=MANAGER, now=NOON)
    change_alert(
        connection,
        alert,
        columns={"assigned_analyst_id": analyst, "incident_id": name},
        document={},
        actor=SYSTEM,
        now="",
    )
    values = dict.fromkeys(("title", "severity", "priority", "status"), "")
    times = dict.fromkeys(("created_at", "updated_at"), "")
    connection.execute(
        insert(incidents).values(
            **values,
            **times,
            incident_id=name,
            tags=[],
            revision=1,
            owner_id=PEOPLE[alert_id % 3],
        )
    )


@pytest.mark.asyncio(loop_scope="module")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(viewers)
async def test_abuse_52_sql_and_python_agree_on_who_sees_an_alert(
    peopled: Database, viewer: Viewer
) -> None:
    rows = await peopled.read(lambda connection: connection.execute(select(alerts)).all())
    seen = await peopled.read(
        lambda connection: set(
            connection.execute(select(alerts.c.id).where(visible_alerts(viewer))).scalars()
        )
    )
    assert seen == {
        row.id
        for row in rows
        if sees_alert(viewer, team=row.team, assigned_analyst_id=row.assigned_analyst_id)
    }


@pytest.mark.asyncio(loop_scope="module")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(viewers)
async def test_sql_and_python_agree_on_who_sees_an_incident(
    peopled: Database, viewer: Viewer
) -> None:
    held = await peopled.read(
        lambda connection: {
            row.incident_id: (row.team, row.assigned_analyst_id)
            for row in connection.execute(select(alerts))
        }
    )
    rows = await peopled.read(lambda connection: connection.execute(select(incidents)).all())
    seen = await peopled.read(
        lambda connection: set(
            connection.execute(select(incidents.c.id).where(visible_incidents(viewer))).scalars()
        )
    )
    assert seen == {
        row.id
        for row in rows
        if sees_incident(
            viewer,
            owner_id=row.owner_id,
            assigned_analyst_id=row.assigned_analyst_id,
            alerts=[held[row.incident_id]],
        )
    }
