"""Change many alerts alike, and say of each what became of it.

First it is settled which alerts are meant; then they are changed a few hundred at a time, each
few in one transaction, so that other writes wait for no more than that. What one alert refuses
stops no other. The word on each is the same as for an alert that is changed alone. See
decisions/0013.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from ir_client.query import Query
from ir_client.wire.alerts import AlertUpdate, Change
from ir_client.wire.bulk import MAX_BULK_ALERTS, BulkUpdateResult
from ir_client.wire.values import role_at_least
from server_stub.access import AlertSight, Viewer
from server_stub.domain.changes import AlertChange, check_update, plan_change
from server_stub.domain.clocks import Clock
from server_stub.errors import Forbidden, Invalid
from server_stub.storage import timeline
from server_stub.storage.alert_rows import StoredAlert, select_alerts, stored_alert
from server_stub.storage.alert_writes import Rewrite, change_alerts
from server_stub.storage.database import Commit, Database
from server_stub.storage.events import Changed
from server_stub.storage.incident_timeline import Line
from server_stub.storage.query_sql import AlertFilter, matching, unindexed, visible_alerts
from server_stub.storage.schema import alerts
from server_stub.triage.single import Desk

ALERTS_AT_ONCE = 250


class Chosen(BaseModel):
    """The alerts that a bulk update is about."""

    model_config = ConfigDict(frozen=True)

    alert_ids: tuple[int, ...]

    def parts(self) -> list[tuple[int, ...]]:
        """As many at a time as are changed in one transaction."""
        ids = self.alert_ids
        return [ids[at : at + ALERTS_AT_ONCE] for at in range(0, len(ids), ALERTS_AT_ONCE)]


class BulkPart(BaseModel):
    """What became of the alerts of one transaction."""

    model_config = ConfigDict(frozen=True)

    results: tuple[BulkUpdateResult, ...]
    touched_incidents: bool = False

    @property
    def updated_ids(self) -> list[int]:
        return [one.id for one in self.results if one.status == "updated"]


class BulkTriage:
    """Changes of many alerts by a user: those that they see; of analysts, those that are theirs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def choose(
        self,
        viewer: Viewer,
        update: AlertUpdate,
        *,
        alert_ids: Sequence[int] | None,
        query: Query | None,
        commit: Commit[Chosen],
    ) -> Chosen:
        """The alerts that are meant. Raises Invalid for an update that none of them could take."""
        check_update(update)
        now = self._clock()
        if query is not None:
            # Not in the transaction below: who writes would wait for a look through all alerts.
            alert_ids = await self._matching(viewer, query, now)
        ids = tuple(dict.fromkeys(alert_ids or ()))

        def settle(connection: Connection) -> Chosen:
            _BulkDesk(connection, viewer, now).check_targets(update)
            return Chosen(alert_ids=ids)

        return await commit(settle)

    async def change(
        self,
        viewer: Viewer,
        alert_ids: Sequence[int],
        update: AlertUpdate,
        *,
        expected: Mapping[int, int],
        commit: Commit[BulkPart],
    ) -> BulkPart:
        """Change these alerts, in one transaction."""
        now = self._clock()
        return await commit(
            lambda connection: _BulkDesk(connection, viewer, now).update_all(
                alert_ids, update, expected=expected
            )
        )

    async def _matching(self, viewer: Viewer, query: Query, now: datetime) -> Sequence[int]:
        conditions = matching(AlertFilter(query=query), now=now, me=viewer.user_id)
        if not _may_change_all(viewer):
            conditions.append(alerts.c.assigned_analyst_id == viewer.user_id)
        statement = (
            select(alerts.c.id)
            .where(unindexed(visible_alerts(viewer)), *conditions)
            .order_by(alerts.c.id)
            .limit(MAX_BULK_ALERTS + 1)
        )
        ids = await self._database.read(
            lambda connection: connection.execute(statement).scalars().all()
        )
        if len(ids) > MAX_BULK_ALERTS:
            words = f"Matches more than {MAX_BULK_ALERTS:,} alerts; narrow it"
            raise Invalid.field("body", "query", msg=words)
        return ids


@dataclass(frozen=True, slots=True)
class _Planned:
    alert: StoredAlert
    change: AlertChange

    @property
    def revision(self) -> int:
        return self.alert.revision + 1

    @property
    def rewrite(self) -> Rewrite:
        return Rewrite(self.alert, self.change.columns, self.change.document)

    @property
    def sight(self) -> AlertSight:
        """What decides who sees the alert once it is changed."""
        team, analyst = self.alert.sight
        columns = self.change.columns
        after = columns.get("team", team), columns.get("assigned_analyst_id", analyst)
        return cast("AlertSight", after)  # the columns are what the update's model checked

    @property
    def incident_id(self) -> str | None:
        name = self.change.columns.get("incident_id", self.alert.incident_id)
        return None if name is None else str(name)


class _BulkDesk(Desk):
    """One transaction of a bulk update."""

    def check_targets(self, update: AlertUpdate) -> None:
        """What the alerts are to point to exists for who points. Raises Invalid."""
        self._check_targets(update.model_dump(exclude_unset=True))

    def update_all(
        self, alert_ids: Sequence[int], update: AlertUpdate, *, expected: Mapping[int, int]
    ) -> BulkPart:
        flaw = self._flaw(update)
        found = self._read(alert_ids)
        planned: list[_Planned] = []
        results: list[BulkUpdateResult] = []
        for alert_id in alert_ids:
            judged = self._judged(found.get(alert_id), update, flaw, expected.get(alert_id))
            if isinstance(judged, _Planned):
                planned.append(judged)
                judged = _result(judged.alert, "updated", revision=judged.revision)
            results.append(judged or BulkUpdateResult(id=alert_id, status="not_found"))
        incidents = self._carry_out(planned) if planned else []
        return BulkPart(results=tuple(results), touched_incidents=bool(incidents))

    def _flaw(self, update: AlertUpdate) -> Invalid | None:
        """What became wrong with the update since it was checked."""
        try:
            self.check_targets(update)
        except Invalid as flaw:
            return flaw
        return None

    def _read(self, alert_ids: Sequence[int]) -> dict[int, StoredAlert]:
        statement = select_alerts().where(alerts.c.id.in_(alert_ids), visible_alerts(self._viewer))
        rows = self._connection.execute(statement)
        return {row.id: stored_alert(row, now=self._moment) for row in rows}

    def _judged(
        self,
        alert: StoredAlert | None,
        update: AlertUpdate,
        flaw: Invalid | None,
        expected: int | None,
    ) -> _Planned | BulkUpdateResult | None:
        """What is to be done with an alert, or why nothing; None for one that is not there."""
        if alert is None:
            return None
        if not (_may_change_all(self._viewer) or self._is_theirs(alert)):
            words = "Analysts change only alerts that are theirs in bulk."
            return _result(alert, "forbidden", error=words)
        if expected is not None and alert.human_revision > expected:
            return _result(alert, "changed_since", error="Someone changed this alert meanwhile.")
        try:
            change = plan_change(alert.model(), update, now=self._now)
            self._check_team(change)
            if change.document.get("parent_alert_id") == alert.id:
                return _result(alert, "invalid", error="An alert is not its own parent")
        except Forbidden as refusal:
            return _result(alert, "forbidden", error=refusal.message)
        except Invalid as refusal:
            return _result(alert, "invalid", error=refusal.message)
        if change and flaw is not None:
            return _result(alert, "invalid", error=flaw.message)
        return _Planned(alert, change) if change else _result(alert, "unchanged")

    def _is_theirs(self, alert: StoredAlert) -> bool:
        return alert.assigned_analyst_id is not None and (
            alert.assigned_analyst_id == self._viewer.user_id
        )

    def _carry_out(self, planned: Sequence[_Planned]) -> list[Changed]:
        rewrites = [one.rewrite for one in planned]
        change_alerts(self._connection, rewrites, actor=self._actor, now=self._now)
        entries = [
            timeline.Entry(one.alert.id, "updated", one.revision, one.change.timeline)
            for one in planned
        ]
        timeline.add_entries(self._connection, entries, actor=self._actor, now=self._now)
        incidents = self._regroup(planned)
        self._log([*incidents, *map(_updated, planned)])
        return incidents

    def _regroup(self, planned: Sequence[_Planned]) -> list[Changed]:
        """The incidents that lost or won alerts, or that others see now; each once."""
        lines: dict[str, list[Line]] = {}
        for one in planned:
            before, after, alert_id = one.alert.incident_id, one.incident_id, one.alert.id
            if before != after:
                lost = Line("alert_removed", changes={"alert_id": Change(before=alert_id)})
                won = Line("alert_added", changes={"alert_id": Change(after=alert_id)})
                for name, line in ((before, lost), (after, won)):
                    if name is not None:
                        lines.setdefault(name, []).append(line)
            elif after is not None and one.alert.sight != one.sight:
                lines.setdefault(after, [])
        touched = [self._touched_by(name, told) for name, told in lines.items()]
        return [change for change in touched if change is not None]

    def _touched_by(self, name: str, lines: Sequence[Line]) -> Changed | None:
        change = self._touched(name)
        if change is None or change.incident_id is None:
            return None
        for line in lines:
            self._note(change.incident_id, line)
        return change


def _may_change_all(viewer: Viewer) -> bool:
    return viewer.kind == "user" and role_at_least(viewer.role, "senior_analyst")


def _result(
    alert: StoredAlert, status: str, *, revision: int | None = None, error: str | None = None
) -> BulkUpdateResult:
    return BulkUpdateResult(
        id=alert.id, status=status, revision=revision or alert.revision, error=error
    )


def _updated(one: _Planned) -> Changed:
    before = one.alert.sight
    return Changed(
        "updated",
        one.revision,
        alert_id=one.alert.id,
        seen_before=None if before == one.sight else before,
    )
