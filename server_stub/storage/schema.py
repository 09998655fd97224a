"""The tables, as SQLAlchemy Core knows them; migrations make them, a test holds both equal.

Times are instants (`domain.clocks`): texts of one length that sort as the times they say.

An alert is a row of what is filtered, sorted by, or changed by machines, and a `document`: the
JSON of all its other fields, written once and sent as it stands.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts ids up by itself only where the type is spelled INTEGER.
_RowId = BigInteger().with_variant(Integer, "sqlite")
_Instant = String(27)

users = Table(
    "users",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("username", String(64), nullable=False),
    Column("full_name", Text),
    Column("email", Text),
    Column("role", String(32), nullable=False),
    Column("teams", JSON, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    # How often the alerts that they may see became others: decisions/0015.
    Column("sight_changes", Integer, nullable=False, server_default="0"),
    Column("created_at", _Instant, nullable=False),
    Column("last_login_at", _Instant),
    sqlite_autoincrement=True,
)
Index("uq_users_username", func.lower(users.c.username), unique=True)

logins = Table(
    "logins",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", _RowId, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", _Instant, nullable=False),
    Column("ended_at", _Instant),
    Column("end_reason", String(32)),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("login_id", String(32), ForeignKey("logins.id"), nullable=False, index=True),
    Column("expires_at", _Instant, nullable=False),
    Column("used_at", _Instant),
)

endpoint_tokens = Table(
    "endpoint_tokens",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("token_name", Text, nullable=False),
    Column("description", Text),
    Column("can_create_alerts", Boolean, nullable=False),
    Column("can_update_alerts", Boolean, nullable=False),
    Column("can_read_alerts", Boolean, nullable=False),
    Column("rate_limit_per_minute", Integer),
    Column("allowed_ips", JSON(none_as_null=True)),
    Column("allowed_sources", JSON(none_as_null=True)),
    Column("team", Text),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", _Instant, nullable=False),
    Column("created_by", _RowId, ForeignKey("users.id")),
    Column("expires_at", _Instant),
    Column("last_used_at", _Instant),
    Column("usage_count", BigInteger, nullable=False),
    Column("sight_changes", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", _RowId, primary_key=True),
    # The team that it came in for: what makes a duplicate does not change when it is handed over.
    Column("origin_team", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_alert_id", Text, nullable=False),
    Column("team", Text),
    Column("severity", String(16), nullable=False),
    Column("severity_rank", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("threat_type", String(32), nullable=False),
    Column("assigned_analyst_id", _RowId, ForeignKey("users.id")),
    Column("incident_id", Text),
    Column("correlation_id", Text),
    Column("correlation_key", Text),
    Column("risk_score", Float),
    Column("reported", Boolean, nullable=False),
    Column("detected_at", _Instant, nullable=False),
    Column("received_at", _Instant, nullable=False),
    Column("updated_at", _Instant, nullable=False),
    Column("first_response_at", _Instant),
    Column("containment_at", _Instant),
    Column("resolution_at", _Instant),
    Column("closed_at", _Instant),
    Column("occurrences", BigInteger, nullable=False),
    Column("last_seen_at", _Instant, nullable=False),
    Column("revision", BigInteger, nullable=False),
    # The last revision that a person made: machines' changes stand in nobody's way.
    Column("human_revision", BigInteger, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("document", Text, nullable=False),
    # Whether it was seen what the alert means: a server that died may have left that undone.
    Column("processed", Boolean, nullable=False, server_default="1"),
    # What of the document is found by an index (`alert_rows.found_by`).
    Column("folded_rule_id", Text),
    Column("folded_rule_name", Text),
    Column("source_address", Text),
    Column("destination_address", Text),
    UniqueConstraint("origin_team", "source", "external_alert_id"),
    sqlite_autoincrement=True,
)

FOLDED = {
    "rule_id": alerts.c.folded_rule_id,
    "rule_name": alerts.c.folded_rule_name,
}
"""Names of the document, with A-Z in lower case."""

ADDRESS_KEYS = {
    "source_ip": alerts.c.source_address,
    "destination_ip": alerts.c.destination_address,
}
"""Addresses of the document, as texts that sort (`ir_client.query.addresses`)."""

Index("ix_alerts_received_at", alerts.c.received_at)
Index("ix_alerts_updated_at", alerts.c.updated_at)
Index("ix_alerts_severity_rank", alerts.c.severity_rank)
Index("ix_alerts_status", alerts.c.status)


def _found_by(name: str, *columns: Column[Any], beside: tuple[Column[Any], ...] = ()) -> None:
    """An index that gives alerts in the order of arrival, with what decides who sees them.

    What else lists are often narrowed by is in it too: looking an alert up takes a hundred times
    as long as its next entry. See decisions/0019.
    """
    order = (alerts.c.received_at, alerts.c.id)
    often = tuple(
        alerts.c[name]
        for name in ("team", "assigned_analyst_id", "status", "severity_rank", "source")
    )
    rest = (column for column in (*often, *beside) if column not in columns)
    first = columns[0]
    partial = first.is_not(None) if first.nullable and first.name != "team" else None
    Index(name, *columns, *order, *rest, sqlite_where=partial, postgresql_where=partial)


_found_by(
    "ix_alerts_board",
    alerts.c.status,
    alerts.c.severity_rank,
    beside=tuple(ADDRESS_KEYS.values()),
)
_found_by("ix_alerts_team", alerts.c.team)
_found_by("ix_alerts_source", alerts.c.source)
_found_by("ix_alerts_assigned_analyst_id", alerts.c.assigned_analyst_id)
_found_by("ix_alerts_rule_id", alerts.c.folded_rule_id)
# Of a question that either of two columns may answer, the second is asked where the first did not.
_found_by("ix_alerts_rule_name", alerts.c.folded_rule_name, beside=(alerts.c.folded_rule_id,))
_found_by("ix_alerts_source_address", alerts.c.source_address)
_found_by(
    "ix_alerts_destination_address",
    alerts.c.destination_address,
    beside=(alerts.c.source_address,),
)
Index(
    "ix_alerts_detected_at",
    alerts.c.detected_at,
    alerts.c.id,
    alerts.c.received_at,
    alerts.c.team,
    alerts.c.assigned_analyst_id,
    alerts.c.status,
    alerts.c.severity_rank,
    alerts.c.source,
)


Index(
    "ix_alerts_incident_id",
    alerts.c.incident_id,
    sqlite_where=alerts.c.incident_id.is_not(None),
    postgresql_where=alerts.c.incident_id.is_not(None),
)
Index(
    "ix_alerts_correlation_key",
    alerts.c.correlation_key,
    alerts.c.received_at,
    sqlite_where=alerts.c.correlation_key.is_not(None),
    postgresql_where=alerts.c.correlation_key.is_not(None),
)
# What was stored but not yet looked at: nearly always empty.
Index(
    "ix_alerts_unprocessed",
    alerts.c.id,
    sqlite_where=alerts.c.processed.is_(False),
    postgresql_where=alerts.c.processed.is_(False),
)

# Whose turn it was in each team, when alerts are assigned in turn.
assignment_turns = Table(
    "assignment_turns",
    metadata,
    Column("team", Text, primary_key=True),
    Column("user_id", _RowId, ForeignKey("users.id"), nullable=False),
)

# Every team, source and sending system (or '') that an alert ever came with.
alert_origins = Table(
    "alert_origins",
    metadata,
    Column("team", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("source_system", Text, primary_key=True),
)

# What is left of alerts that were removed: enough to tell those who could see them.
removed_alerts = Table(
    "removed_alerts",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("team", Text),
    Column("assigned_analyst_id", _RowId),
    Column("at", _Instant, nullable=False),
)

raw_alerts = Table(
    "raw_alerts",
    metadata,
    Column("alert_id", _RowId, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("raw_alert_data", Text, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("incident_id", String(32), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("severity", String(16), nullable=False),
    Column("priority", String(2), nullable=False),
    Column("status", String(16), nullable=False),
    Column("category", Text),
    Column("owner_id", _RowId, ForeignKey("users.id"), index=True),
    Column("assigned_analyst_id", _RowId, ForeignKey("users.id"), index=True),
    Column("tags", JSON, nullable=False),
    Column("created_at", _Instant, nullable=False),
    Column("updated_at", _Instant, nullable=False),
    Column("first_response_at", _Instant),
    Column("contained_at", _Instant),
    Column("resolved_at", _Instant),
    Column("closed_at", _Instant),
    Column("response_sla_deadline", _Instant),
    Column("resolution_sla_deadline", _Instant),
    Column("revision", BigInteger, nullable=False),
    Column("search_text", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

alert_timeline = Table(
    "alert_timeline",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("alert_id", _RowId, ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at", _Instant, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", _RowId),
    Column("actor_name", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("changes", JSON, nullable=False),
    Column("comment", Text),
    Column("revision", BigInteger),
    sqlite_autoincrement=True,
)

incident_timeline = Table(
    "incident_timeline",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("incident_id", _RowId, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("at", _Instant, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", _RowId),
    Column("actor_name", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("notes", Text),
    Column("changes", JSON, nullable=False),
    Column("note_type", Text),
    Column("is_internal", Boolean),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("seq", _RowId, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("alert_id", _RowId),
    Column("incident_id", _RowId),
    Column("revision", BigInteger, nullable=False),
    # Who could see the alert before, where that changed: they are told that it is gone. Of an
    # incident: who owned it.
    Column("sight_changed", Boolean, nullable=False),
    Column("team_before", Text),
    Column("analyst_before", _RowId),
    Column("at", _Instant, nullable=False),
    sqlite_autoincrement=True,
)

# Answers to writes that came with an Idempotency-Key, for those who did not hear them. The key is
# kept as a hash, and of the request only a fingerprint: it may have held a password.
kept_answers = Table(
    "kept_answers",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("fingerprint", String(64), nullable=False),
    Column("at", _Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# Each opens one stream, once, within half a minute.
stream_tickets = Table(
    "stream_tickets",
    metadata,
    Column("ticket_hash", String(64), primary_key=True),
    Column("login_kind", String(16), nullable=False),
    Column("login_id", String(32), nullable=False),
    Column("expires_at", _Instant, nullable=False),
)

# One row: which log this is. A database that is made anew, or put back from a copy by the
# operator's restore procedure, gets another epoch, so that no cursor points into the wrong log.
log_identity = Table("log_identity", metadata, Column("epoch", String(32), primary_key=True))
