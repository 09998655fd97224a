"""See what new alerts mean: how risky they are, what they belong to, and who is to look at them.

Runs apart from the request, after the alerts were stored. Each alert is marked in the transaction
that sees to it, so doing it again changes nothing, and what a server that died left undone is
found by the missing mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, func, select, update

from ir_client.wire.alerts import Change
from server_stub.domain.clocks import Clock, instant, moment_of
from server_stub.domain.correlation import correlation_name
from server_stub.domain.risk import RiskWeights, risk_score
from server_stub.ingestion.assignment import Rota
from server_stub.storage import timeline
from server_stub.storage.actors import SYSTEM
from server_stub.storage.bulk import Prepared
from server_stub.storage.database import Database
from server_stub.storage.encoding import to_json
from server_stub.storage.events import Changed, log_changes
from server_stub.storage.schema import alerts

_IDS_AT_ONCE = 1_000

_FILL_IN = Prepared(
    update(alerts)
    .where(alerts.c.id == bindparam("alert_id"))
    .values(
        risk_score=bindparam("risk"),
        correlation_id=bindparam("correlation"),
        assigned_analyst_id=bindparam("analyst"),
        processed=True,
        revision=bindparam("next_revision"),
        updated_at=bindparam("now"),
    )
)
_MARK = Prepared(update(alerts).where(alerts.c.id == bindparam("alert_id")).values(processed=True))
_UNSEEN = Prepared(
    select(
        alerts.c.id,
        alerts.c.revision,
        alerts.c.status,
        alerts.c.severity,
        alerts.c.team,
        alerts.c.assigned_analyst_id,
        alerts.c.risk_score,
        alerts.c.correlation_id,
        alerts.c.correlation_key,
        alerts.c.received_at,
        alerts.c.document,
    )
    .where(
        alerts.c.id.in_(select(func.json_each(bindparam("ids")).table_valued("value").c.value)),
        alerts.c.processed.is_(False),
    )
    .order_by(alerts.c.id)
)


_ASKED = ("id", "key", "since", "at", "until")


def _neighbours() -> Prepared:
    """The group of the alert before each that is asked for, else of the one after it.

    After a crash, alerts that came later may have been seen to first. One statement for a whole
    round: a statement of its own for each alert costs three times as much.
    """
    each = func.json_each(bindparam("asked")).table_valued("value")
    named = [func.json_extract(each.c.value, f"$.{name}").label(name) for name in _ASKED]
    # Materialized: each condition would take the JSON apart again.
    asked = select(*named).cte("asked").prefix_with("MATERIALIZED")

    def the(name: str) -> ColumnElement[object]:
        return asked.c[name]

    def nearest(
        *conditions: ColumnElement[bool], by: tuple[ColumnElement[object], ...]
    ) -> ScalarSelect[str]:
        has_group = alerts.c.correlation_id.is_not(None)
        same_key = alerts.c.correlation_key == the("key")
        found = select(alerts.c.correlation_id).where(same_key, has_group, *conditions)
        return found.order_by(*by).limit(1).correlate(asked).scalar_subquery()

    before = nearest(
        alerts.c.received_at.between(the("since"), the("at")),
        alerts.c.id < the("id"),
        by=(alerts.c.received_at.desc(), alerts.c.id.desc()),
    )
    after = nearest(
        alerts.c.received_at.between(the("at"), the("until")),
        alerts.c.id > the("id"),
        by=(alerts.c.received_at, alerts.c.id),
    )
    return Prepared(select(the("id"), func.coalesce(before, after)))


_NEIGHBOURS = _neighbours()


class _Unseen(NamedTuple):
    """An alert that nobody has seen to yet."""

    id: int
    revision: int
    status: str
    severity: str
    team: str | None
    assigned_analyst_id: int | None
    risk_score: float | None
    correlation_id: str | None
    correlation_key: str | None
    received_at: str
    document: str


class _Weighed(msgspec.Struct):
    """What of an alert's document its risk depends on."""

    asset_criticality: str | None
    confidence_score: float | None


_weighed = msgspec.json.Decoder(_Weighed)


@dataclass(frozen=True, slots=True)
class EnrichmentRules:
    """What is done to new alerts. No window: nothing is correlated."""

    correlated_within: timedelta = timedelta(hours=1)
    weights: RiskWeights = field(default_factory=RiskWeights)
    assigns_in_turn: bool = False


@dataclass(frozen=True, slots=True)
class _Meaning:
    alert_id: int
    revision: int
    team: str | None
    risk_score: float
    correlation_id: str | None
    analyst_id: int | None
    changes: dict[str, Change]

    @property
    def logged(self) -> Changed:
        was_assigned = "assigned_analyst_id" in self.changes
        before = (self.team, None) if was_assigned else None
        return Changed("updated", self.revision, alert_id=self.alert_id, seen_before=before)


class Enrichment:
    """Fills in what the senders of alerts left out."""

    def __init__(
        self, database: Database, clock: Clock, rules: EnrichmentRules | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules or EnrichmentRules()

    async def enrich(self, alert_ids: Sequence[int]) -> tuple[int, ...]:
        """See to these alerts, in one transaction; returns the ids of those that changed."""
        now, ids = instant(self._clock()), sorted(alert_ids)
        return await self._database.write(
            lambda connection: _Round(connection, self._rules, now).see_to(ids)
        )

    async def unenriched(self, limit: int = _IDS_AT_ONCE) -> tuple[int, ...]:
        """Alerts that were stored but not seen to, oldest first: a server that died left them."""
        statement = (
            select(alerts.c.id)
            .where(alerts.c.processed.is_(False))
            .order_by(alerts.c.id)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: tuple(connection.execute(statement).scalars())
        )


class _Round:
    """One transaction that sees to alerts."""

    def __init__(self, connection: Connection, rules: EnrichmentRules, now: str) -> None:
        self._connection = connection
        self._rules = rules
        self._now = now
        self._rota = Rota(connection) if rules.assigns_in_turn else None
        # What was found out in this transaction: by key, when the last one came and its group.
        self._named: dict[str, tuple[str, str]] = {}
        # What storage knew before it, by alert.
        self._neighbours: Mapping[int, str] = {}

    def see_to(self, alert_ids: Sequence[int]) -> tuple[int, ...]:
        """Fill in these alerts and mark them; returns the ids of those that changed."""
        rows = [_Unseen(*row) for row in _UNSEEN.run(self._connection, ids=to_json(alert_ids))]
        self._neighbours = self._read_neighbours(rows)
        meanings = [self._meaning(row) for row in rows]
        changed = [one for one in meanings if one.changes]
        same = [{"alert_id": one.alert_id} for one in meanings if not one.changes]
        if same:
            _MARK.run_many(self._connection, same)
        if changed:
            self._write(changed)
        if self._rota is not None:
            self._rota.remember()
        return tuple(one.alert_id for one in changed)

    def _write(self, meanings: Sequence[_Meaning]) -> None:
        _FILL_IN.run_many(
            self._connection,
            [
                {
                    "alert_id": one.alert_id,
                    "next_revision": one.revision,
                    "risk": one.risk_score,
                    "correlation": one.correlation_id,
                    "analyst": one.analyst_id,
                    "now": self._now,
                }
                for one in meanings
            ],
        )
        entries = [
            timeline.Entry(one.alert_id, "updated", one.revision, one.changes) for one in meanings
        ]
        timeline.add_entries(self._connection, entries, actor=SYSTEM, now=self._now)
        log_changes(self._connection, [one.logged for one in meanings], now=self._now)

    def _meaning(self, row: _Unseen) -> _Meaning:
        changes: dict[str, Change] = {}
        risk = row.risk_score
        if risk is None:
            risk = self._risk(row)
            changes["risk_score"] = Change(after=risk)
        analyst_id = row.assigned_analyst_id
        if self._rota is not None and analyst_id is None and row.status == "new":
            analyst_id = self._rota.next_of(row.team)
            if analyst_id is not None:
                changes["assigned_analyst_id"] = Change(after=analyst_id)
        correlation = self._correlation(row, changes)
        return _Meaning(row.id, row.revision + 1, row.team, risk, correlation, analyst_id, changes)

    def _risk(self, row: _Unseen) -> float:
        document = _weighed.decode(row.document)
        return risk_score(
            row.severity,
            asset_criticality=document.asset_criticality,
            confidence_score=document.confidence_score,
            weights=self._rules.weights,
        )

    def _correlation(self, row: _Unseen, changes: dict[str, Change]) -> str | None:
        key, correlation = row.correlation_key, row.correlation_id
        if key is None or not self._rules.correlated_within:
            return correlation
        if correlation is None:
            correlation = self._group(row, key)
            changes["correlation_id"] = Change(after=correlation)
        self._named[key] = (row.received_at, correlation)
        return correlation

    def _group(self, row: _Unseen, key: str) -> str:
        """The group of the alert before it with the same key, if that is recent, else its own."""
        in_this_round = self._named.get(key)
        since = _moved(row.received_at, -self._rules.correlated_within)
        if in_this_round is not None and in_this_round[0] >= since:
            return in_this_round[1]
        return self._neighbours.get(row.id) or correlation_name(row.id)

    def _read_neighbours(self, rows: Sequence[_Unseen]) -> Mapping[int, str]:
        """The groups of what is already stored beside these alerts, where there is a recent one."""
        if not self._rules.correlated_within:
            return {}
        within = self._rules.correlated_within
        asked = [
            {
                "id": row.id,
                "key": row.correlation_key,
                "since": _moved(row.received_at, -within),
                "at": row.received_at,
                "until": _moved(row.received_at, within),
            }
            for row in rows
            if row.correlation_key is not None and row.correlation_id is None
        ]
        if not asked:
            return {}
        return dict(_NEIGHBOURS.run(self._connection, asked=to_json(asked)))


@lru_cache(maxsize=16)  # all alerts of a request came at one time
def _moved(at: str, by: timedelta) -> str:
    return instant(moment_of(at) + by)
