"""Alerts: the reads that stand alone, and finding one inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, select

from ir_client.wire.alerts import TimelineEntry
from ir_client.wire.cursor import StreamPosition
from ir_client.wire.overview import AlertSources, AlertSourceSystems, AlertStats
from server_stub.access import AlertSight, Viewer
from server_stub.domain.clocks import Clock
from server_stub.errors import NotFound
from server_stub.storage.alert_pages import Route, Slice
from server_stub.storage.alert_rows import StoredAlert, select_alerts, stored_alert
from server_stub.storage.bulk import Prepared
from server_stub.storage.cursors import ListCursor
from server_stub.storage.database import Database
from server_stub.storage.encoding import to_json
from server_stub.storage.events import read_position
from server_stub.storage.leads import sought
from server_stub.storage.overview import read_alert_stats, read_source_systems, read_sources
from server_stub.storage.query_sql import (
    AlertFilter,
    AlertOrder,
    visible_alerts,
)
from server_stub.storage.schema import alerts, removed_alerts
from server_stub.storage.timeline import read_entries

# Up to here totals are counted; beyond, that there are more is all that a person needs to know.
COUNTED_TOTAL = 10_000
RECENT_ALERTS = 50


@dataclass(frozen=True, slots=True)
class AlertListRequest:
    """A page of alerts: `offset` counts from the start, or `cursor` goes on after a page."""

    wanted: AlertFilter
    order: AlertOrder
    size: int
    offset: int = 0
    cursor: ListCursor | None = None


@dataclass(frozen=True, slots=True)
class AlertListing:
    """A page, how many there are, and the log position of the read."""

    alerts: tuple[StoredAlert, ...]
    total: int
    total_exact: bool
    next_cursor: str | None
    position: StreamPosition


@dataclass(frozen=True, slots=True)
class RemovedAlert:
    """What is left of an alert that was removed: its last revision, and who could see it."""

    id: int
    revision: int
    team: str | None
    assigned_analyst_id: int | None


def _is_among(column: ColumnElement[int], ids: BindParameter[str] | str) -> ColumnElement[bool]:
    """Whether `column` is in a JSON list of ids: one statement for lists of any length."""
    return column.in_(select(func.json_each(ids).table_valued("value").c.value))


_BY_ID = Prepared(select_alerts().where(_is_among(alerts.c.id, bindparam("ids"))))


def find_alert(
    connection: Connection, alert_id: int, *, viewer: Viewer, now: datetime
) -> StoredAlert:
    """The alert, if it exists for `viewer`."""
    statement = select_alerts().where(alerts.c.id == alert_id, visible_alerts(viewer))
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no such alert, or it is not yours to see.")
    return stored_alert(row, now=now)


def read_alerts(
    connection: Connection, alert_ids: Sequence[int], *, now: datetime
) -> dict[int, StoredAlert]:
    """The alerts of these ids that there are, whoever may see them."""
    rows = _BY_ID.run(connection, ids=to_json(list(alert_ids))).fetchall()
    return {alert.id: alert for alert in [stored_alert(row, now=now) for row in rows]}


class Alerts:
    """Reads of alerts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, alert_id: int, *, viewer: Viewer) -> StoredAlert:
        now = self._clock()
        return await self._database.read(
            lambda connection: find_alert(connection, alert_id, viewer=viewer, now=now)
        )

    async def get_many(self, alert_ids: Sequence[int]) -> dict[int, StoredAlert]:
        """The present state of these alerts, whoever may see them."""
        now = self._clock()
        return await self._database.read(
            lambda connection: read_alerts(connection, alert_ids, now=now)
        )

    async def get_removed(self, alert_ids: Sequence[int]) -> tuple[RemovedAlert, ...]:
        """Which of these alerts were removed, as far as the log still tells of it."""

        def read(connection: Connection) -> tuple[RemovedAlert, ...]:
            statement = select(removed_alerts).where(
                _is_among(removed_alerts.c.id, to_json(list(alert_ids)))
            )
            return tuple(
                RemovedAlert(row.id, row.revision, row.team, row.assigned_analyst_id)
                for row in connection.execute(statement)
            )

        return await self._database.read(read)

    async def sights(self, alert_ids: Sequence[int]) -> dict[int, AlertSight]:
        """What decides who sees these alerts, without reading the rest of them."""

        def read(connection: Connection) -> dict[int, AlertSight]:
            statement = select(alerts.c.id, alerts.c.team, alerts.c.assigned_analyst_id).where(
                _is_among(alerts.c.id, to_json(list(alert_ids)))
            )
            return {
                alert_id: (team, analyst_id)
                for alert_id, team, analyst_id in connection.execute(statement)
            }

        return await self._database.read(read)

    async def recent_unassigned(self, viewer: Viewer) -> tuple[StoredAlert, ...]:
        """The newest alerts that are new or triaged and nobody's."""
        now = self._clock()
        found = sought(AlertFilter(status=("new", "triaged")), viewer, now=now)
        target = found.besides(alerts.c.assigned_analyst_id.is_(None))

        def read(connection: Connection) -> tuple[StoredAlert, ...]:
            newest = Slice(AlertOrder(), RECENT_ALERTS)
            rows = Route.chosen(connection, target, AlertOrder()).rows(connection, newest)
            return tuple(stored_alert(row, now=now) for _, row in rows)

        return await self._database.read(read)

    async def timeline(self, alert_id: int, *, viewer: Viewer) -> tuple[TimelineEntry, ...]:
        """What happened to an alert that exists for `viewer`, oldest first."""
        now = self._clock()

        def read(connection: Connection) -> tuple[TimelineEntry, ...]:
            find_alert(connection, alert_id, viewer=viewer, now=now)
            return read_entries(connection, alert_id)

        return await self._database.read(read)

    async def stats(self, *, viewer: Viewer) -> AlertStats:
        """Counts of what `viewer` may see."""
        now, visible = self._clock(), visible_alerts(viewer)
        return await self._database.read(
            lambda connection: read_alert_stats(connection, visible, now=now)
        )

    async def sources(self, *, viewer: Viewer) -> AlertSources:
        """The sources of what `viewer` may see."""
        visible = visible_alerts(viewer)
        return await self._database.read(
            lambda connection: AlertSources(sources=read_sources(connection, visible))
        )

    async def source_systems(self, *, viewer: Viewer) -> AlertSourceSystems:
        """Which systems sent what `viewer` may see."""
        visible = visible_alerts(viewer)
        return await self._database.read(
            lambda connection: AlertSourceSystems(
                source_systems=read_source_systems(connection, visible)
            )
        )

    async def list(self, request: AlertListRequest, *, viewer: Viewer) -> AlertListing:
        """A page of what `viewer` may see, with the log position of the same snapshot."""
        now = self._clock()
        target = sought(request.wanted, viewer, now=now)
        return await self._database.read(
            lambda connection: _read_page(
                connection, request, Route.chosen(connection, target, request.order), now=now
            )
        )


def _read_page(
    connection: Connection, request: AlertListRequest, route: Route, *, now: datetime
) -> AlertListing:
    position = read_position(connection)
    # One more than asked for tells whether there is a next page.
    wanted = Slice(request.order, request.size + 1, request.offset)
    if request.cursor is not None:
        after = request.cursor.value, request.cursor.alert_id
        wanted = Slice(request.order, request.size + 1, after=after)
    rows = route.rows(connection, wanted)
    page = rows[: request.size]
    next_cursor = None
    if len(rows) > request.size:
        sort_key, last = page[-1]
        next_cursor = ListCursor(request.order, sort_key, last.id).encode()
    total = route.count(connection, COUNTED_TOTAL)
    return AlertListing(
        tuple(stored_alert(row, now=now) for _, row in page),
        total,
        total <= COUNTED_TOTAL,
        next_cursor,
        position,
    )
