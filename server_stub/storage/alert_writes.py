"""Store alerts, and change them. Each function is a part of its caller's transaction.

Alert and timeline rows come before the events that tell of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, text, update

from ir_client.wire.alerts import Change
from ir_client.wire.values import severity_rank
from server_stub.storage import timeline
from server_stub.storage.actors import ActorRef
from server_stub.storage.alert_rows import (
    DOCUMENT_FIELDS,
    FOUND_BY,
    StoredAlert,
    alert_search_text,
)
from server_stub.storage.bulk import Prepared, Row, insert_rows
from server_stub.storage.encoding import to_json
from server_stub.storage.events import Changed, log_changes, log_new_alerts
from server_stub.storage.overview import note_origins
from server_stub.storage.schema import alerts, raw_alerts

AlertKey = tuple[str, str, str]
"""What makes two alerts the same: (team it came in for, source, external id)."""

# The counter of AUTOINCREMENT, not max(id): the id of a deleted alert is never used again.
_NEWEST_ID = Prepared(text("SELECT seq FROM sqlite_sequence WHERE name = 'alerts'"))
# The names go in as one JSON list, so that the statement is the same for any number of them.
_KNOWN_IDS = Prepared(
    select(alerts.c.external_alert_id, alerts.c.id).where(
        alerts.c.origin_team == bindparam("team"),
        alerts.c.source == bindparam("source"),
        alerts.c.external_alert_id.in_(
            select(func.json_each(bindparam("names")).table_valued("value").c.value)
        ),
    )
)


@dataclass(frozen=True, slots=True)
class PreparedAlert:
    """A validated alert, ready to become a row; `raw` is the sender's own record."""

    key: AlertKey
    source_system: str | None
    severity: str
    threat_type: str
    detected_at: str
    risk_score: float | None
    correlation_id: str | None
    correlation_key: str | None
    search_text: str
    document: str
    found_by: tuple[str | None, ...]
    raw: str | None
    processed: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one prepared alert: created, or seen again as the alert `id`."""

    id: int
    created: bool


_ALERT_COLUMNS = (
    "id",
    "origin_team",
    "source",
    "external_alert_id",
    "team",
    "severity",
    "severity_rank",
    "status",
    "threat_type",
    "correlation_id",
    "correlation_key",
    "risk_score",
    "reported",
    "detected_at",
    "received_at",
    "updated_at",
    "occurrences",
    "last_seen_at",
    "revision",
    "human_revision",
    "search_text",
    "document",
    "processed",
    *FOUND_BY,
)


def store_batch(
    connection: Connection, prepared: Sequence[PreparedAlert], *, actor: ActorRef, now: str
) -> list[Stored]:
    """Store what is new, count again what is known; an answer for each, in order."""
    known = _known_ids(connection, prepared)
    next_id = _newest_id(connection) + 1
    fresh: list[tuple[int, PreparedAlert]] = []
    seen_again: Counter[int] = Counter()
    answers: list[Stored] = []
    for alert in prepared:
        alert_id = known.get(alert.key)
        if alert_id is None:
            known[alert.key] = alert_id = next_id + len(fresh)
            fresh.append((alert_id, alert))
            answers.append(Stored(alert_id, created=True))
        else:
            seen_again[alert_id] += 1
            answers.append(Stored(alert_id, created=False))
    _insert(connection, fresh, actor=actor, now=now)
    _count_again(connection, seen_again, actor=actor, now=now)
    return answers


def change_alert(
    connection: Connection,
    alert: StoredAlert,
    *,
    columns: Mapping[str, object],
    document: Mapping[str, object],
    actor: ActorRef,
    now: str,
) -> int:
    """Write new values over an alert's columns and document; returns its new revision."""
    change = Rewrite(alert, columns, document)
    values = change.values(actor=actor, now=now)
    connection.execute(update(alerts).where(alerts.c.id == alert.id).values(**values))
    return change.revision


def change_alerts(
    connection: Connection, changes: Sequence["Rewrite"], *, actor: ActorRef, now: str
) -> None:
    """Change many alerts, those of whom the same columns change in one statement."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for change in changes:
        values = change.values(actor=actor, now=now)
        alike.setdefault(tuple(values), []).append({"alert_id": change.alert.id, **values})
    for names, rows in alike.items():
        statement = update(alerts).where(alerts.c.id == bindparam("alert_id"))
        connection.execute(statement.values({name: bindparam(name) for name in names}), rows)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """New values for columns and document of an alert that was read."""

    alert: StoredAlert
    columns: Mapping[str, object]
    document: Mapping[str, object]

    @property
    def revision(self) -> int:
        """The revision that the alert gets by it."""
        return self.alert.revision + 1

    def values(self, *, actor: ActorRef, now: str) -> dict[str, object]:
        """The columns to be written, the bookkeeping among them."""
        values = dict(self.columns)
        if self.document:
            fields = {**self.alert.fields(), **self.document}
            values["document"] = to_json({name: fields[name] for name in DOCUMENT_FIELDS})
            values["search_text"] = alert_search_text(
                fields, fields["external_alert_id"], fields["source"]
            )
        values |= {"revision": self.revision, "updated_at": now}
        if actor.is_person:
            values["human_revision"] = self.revision
        return values


def _newest_id(connection: Connection) -> int:
    row: tuple[int] | None = _NEWEST_ID.run(connection).fetchone()
    return 0 if row is None else row[0]


def _known_ids(connection: Connection, prepared: Sequence[PreparedAlert]) -> dict[AlertKey, int]:
    by_source: dict[tuple[str, str], list[str]] = {}
    for alert in prepared:
        team, source, external_id = alert.key
        by_source.setdefault((team, source), []).append(external_id)
    known: dict[AlertKey, int] = {}
    for (team, source), external_ids in by_source.items():
        rows = _KNOWN_IDS.run(connection, team=team, source=source, names=to_json(external_ids))
        known |= {(team, source, external_id): alert_id for external_id, alert_id in rows}
    return known


def _insert(
    connection: Connection,
    fresh: Sequence[tuple[int, PreparedAlert]],
    *,
    actor: ActorRef,
    now: str,
) -> None:
    if not fresh:
        return
    ids = [alert_id for alert_id, _ in fresh]
    insert_rows(connection, alerts, _ALERT_COLUMNS, [_row(*one, now=now) for one in fresh])
    raw: list[Row] = [(alert_id, alert.raw) for alert_id, alert in fresh if alert.raw is not None]
    insert_rows(connection, raw_alerts, ("alert_id", "raw_alert_data"), raw)
    note_origins(connection, [(*alert.key[:2], alert.source_system or "") for _, alert in fresh])
    timeline.add_created(connection, ids, actor=actor, now=now)
    log_new_alerts(connection, ids, now=now)


def _row(alert_id: int, alert: PreparedAlert, *, now: str) -> Row:
    team, source, external_id = alert.key
    return (
        alert_id,
        team,
        source,
        external_id,
        team or None,
        alert.severity,
        severity_rank(alert.severity),
        "new",
        alert.threat_type,
        alert.correlation_id,
        alert.correlation_key,
        alert.risk_score,
        0,
        alert.detected_at,
        now,
        now,
        1,
        now,
        1,
        0,
        alert.search_text,
        alert.document,
        int(alert.processed),
        *alert.found_by,
    )


def _count_again(
    connection: Connection, seen_again: Mapping[int, int], *, actor: ActorRef, now: str
) -> None:
    if not seen_again:
        return
    before = _counts(connection, list(seen_again))
    connection.execute(
        update(alerts)
        .where(alerts.c.id == bindparam("alert_id"))
        .values(
            occurrences=alerts.c.occurrences + bindparam("times"),
            revision=alerts.c.revision + 1,
            last_seen_at=now,
            updated_at=now,
        ),
        [{"alert_id": alert_id, "times": times} for alert_id, times in seen_again.items()],
    )
    entries = [
        timeline.Entry(
            alert_id,
            "seen_again",
            before[alert_id][0] + 1,
            {"occurrences": Change(before=before[alert_id][1], after=before[alert_id][1] + times)},
        )
        for alert_id, times in seen_again.items()
    ]
    timeline.add_entries(connection, entries, actor=actor, now=now)
    changes = [
        Changed("updated", before[alert_id][0] + 1, alert_id=alert_id) for alert_id in seen_again
    ]
    log_changes(connection, changes, now=now)


def _counts(connection: Connection, alert_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Revision and occurrences of these alerts."""
    statement = select(alerts.c.id, alerts.c.revision, alerts.c.occurrences).where(
        alerts.c.id.in_(alert_ids)
    )
    return {row.id: (row.revision, row.occurrences) for row in connection.execute(statement)}
