"""See what new alerts mean: how risky they are, and what they belong to.

Runs apart from the request, after the alerts were stored. Doing it again changes nothing.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from ir_client.wire.alerts import Change
from server_stub.domain.clocks import Clock, instant, moment_of
from server_stub.domain.correlation import CORRELATED_WITHIN, correlation_name
from server_stub.domain.risk import risk_score
from server_stub.storage import timeline
from server_stub.storage.actors import SYSTEM
from server_stub.storage.bulk import Prepared
from server_stub.storage.database import Database
from server_stub.storage.events import Changed, log_changes
from server_stub.storage.schema import alerts

_IDS_AT_ONCE = 1_000

_FILL_IN = Prepared(
    update(alerts)
    .where(alerts.c.id == bindparam("alert_id"))
    .values(
        risk_score=bindparam("risk"),
        correlation_id=bindparam("correlation"),
        revision=bindparam("next_revision"),
        updated_at=bindparam("now"),
    )
)
_LATEST_OF_GROUP = Prepared(
    select(alerts.c.correlation_id)
    .where(
        alerts.c.correlation_key == bindparam("key"),
        alerts.c.received_at.between(bindparam("since"), bindparam("until")),
        alerts.c.correlation_id.is_not(None),
        alerts.c.id < bindparam("alert_id"),
    )
    .order_by(alerts.c.received_at.desc(), alerts.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class _Meaning:
    alert_id: int
    revision: int
    risk_score: float
    correlation_id: str | None
    changes: dict[str, Change]


class Enrichment:
    """Fills in what the senders of alerts left out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def enrich(self, alert_ids: Sequence[int]) -> tuple[int, ...]:
        """Fill in these alerts, in one transaction; returns the ids of those that changed."""
        now = instant(self._clock())
        return await self._database.write(
            lambda connection: _enrich(connection, sorted(alert_ids), now=now)
        )

    async def unenriched(self, limit: int = _IDS_AT_ONCE) -> tuple[int, ...]:
        """Alerts that were stored but not seen to, oldest first: a server that died left them."""
        statement = (
            select(alerts.c.id)
            .where(alerts.c.risk_score.is_(None))
            .order_by(alerts.c.id)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: tuple(connection.execute(statement).scalars())
        )


def _enrich(connection: Connection, alert_ids: Sequence[int], *, now: str) -> tuple[int, ...]:
    meanings = list(_meanings(connection, alert_ids))
    if not meanings:
        return ()
    _FILL_IN.run_many(
        connection,
        [
            {
                "alert_id": one.alert_id,
                "next_revision": one.revision,
                "risk": one.risk_score,
                "correlation": one.correlation_id,
                "now": now,
            }
            for one in meanings
        ],
    )
    entries = [
        timeline.Entry(one.alert_id, "updated", one.revision, one.changes) for one in meanings
    ]
    timeline.add_entries(connection, entries, actor=SYSTEM, now=now)
    changes = [Changed("updated", one.revision, alert_id=one.alert_id) for one in meanings]
    log_changes(connection, changes, now=now)
    return tuple(one.alert_id for one in meanings)


def _meanings(connection: Connection, alert_ids: Sequence[int]) -> Iterator[_Meaning]:
    named: dict[str, tuple[str, str]] = {}
    for row in _rows(connection, alert_ids):
        changes: dict[str, Change] = {}
        risk, correlation = row["risk_score"], row["correlation_id"]
        if risk is None:
            document = json.loads(row["document"])
            risk = risk_score(
                row["severity"],
                asset_criticality=document["asset_criticality"],
                confidence_score=document["confidence_score"],
            )
            changes["risk_score"] = Change(after=risk)
        if correlation is None and row["correlation_key"] is not None:
            correlation = _correlation(connection, row, named)
            changes["correlation_id"] = Change(after=correlation)
        if row["correlation_key"] is not None and correlation is not None:
            named[row["correlation_key"]] = (row["received_at"], correlation)
        if changes:
            yield _Meaning(row["id"], row["revision"] + 1, risk, correlation, changes)


def _rows(connection: Connection, alert_ids: Sequence[int]) -> Iterator[RowMapping]:
    columns = (
        alerts.c.id,
        alerts.c.revision,
        alerts.c.severity,
        alerts.c.risk_score,
        alerts.c.correlation_id,
        alerts.c.correlation_key,
        alerts.c.received_at,
        alerts.c.document,
    )
    for start in range(0, len(alert_ids), _IDS_AT_ONCE):
        chunk = alert_ids[start : start + _IDS_AT_ONCE]
        statement = select(*columns).where(alerts.c.id.in_(chunk)).order_by(alerts.c.id)
        yield from connection.execute(statement).mappings().all()


def _correlation(connection: Connection, row: RowMapping, named: dict[str, tuple[str, str]]) -> str:
    """The group of the alert before it with the same key, if that is recent, else its own."""
    since = instant(moment_of(row["received_at"]) - CORRELATED_WITHIN)
    in_this_batch = named.get(row["correlation_key"])
    if in_this_batch is not None and in_this_batch[0] >= since:
        return in_this_batch[1]
    found: str | None = _LATEST_OF_GROUP.run(
        connection,
        key=row["correlation_key"],
        since=since,
        until=row["received_at"],
        alert_id=row["id"],
    ).scalar()
    return found or correlation_name(row["id"])
