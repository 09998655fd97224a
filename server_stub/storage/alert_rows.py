"""An alert as it is stored, as it is sent, and the way from one to the other.

The sent JSON is the row's columns followed by the stored document, spliced: an alert is never
decoded only to be encoded again. Most columns leave the database as JSON already: thousands of
alerts are read at once for a client that comes back, and as values they cost three times as much.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, literal_column, select

from ir_client.wire.alerts import Alert
from server_stub.access import AlertSight
from server_stub.domain.clocks import is_overdue, minutes_between
from server_stub.storage.encoding import written_each
from server_stub.storage.schema import alerts, users

# Written by the database. Not `risk_score`, of which it writes 15 digits, and no flag, which it
# does not know from a number.
_WRITTEN_COLUMNS = (
    "id",
    "external_alert_id",
    "severity",
    "status",
    "source",
    "threat_type",
    "detected_at",
    "assigned_analyst_id",
    "incident_id",
    "correlation_id",
    "received_at",
    "updated_at",
    "closed_at",
    "first_response_at",
    "containment_at",
    "resolution_at",
    "revision",
    "team",
    "occurrences",
    "last_seen_at",
)

_READ_COLUMNS = (
    "id",
    "revision",
    "human_revision",
    "team",
    "assigned_analyst_id",
    "incident_id",
    "status",
    "received_at",
    "first_response_at",
    "resolution_at",
    "risk_score",
    "reported",
    "document",
)

_ADDED_FIELDS = (
    "risk_score",
    "reported",
    "created_at",
    "false_positive",
    "assigned_analyst",
    "is_overdue",
    "time_to_first_response",
    "time_to_resolution",
)

_ADDED = "".join(f',"{name}":%s' for name in _ADDED_FIELDS)

DOCUMENT_FIELDS = (
    "title",
    "description",
    "source_system",
    "rule_id",
    "rule_name",
    "source_ip",
    "destination_ip",
    "source_port",
    "destination_port",
    "protocol",
    "affected_hostname",
    "affected_user",
    "asset_criticality",
    "confidence_score",
    "playbook_execution_id",
    "parent_alert_id",
    "enrichment_data",
    "investigation_notes",
    "analyst_comments",
    "reported_at",
    "reported_to",
    "false_positive_reason",
    "business_impact",
    "data_classification",
    "estimated_financial_impact",
    "requires_notification",
    "notification_deadline",
    "compliance_notes",
    "tags",
    "mitre_techniques",
    "disposition",
    "disposition_reason",
)


_SEARCHED_FIELDS = (
    "title",
    "description",
    "rule_id",
    "rule_name",
    "source_ip",
    "destination_ip",
    "affected_hostname",
    "affected_user",
)


class StoredAlert(NamedTuple):
    """An alert as one transaction saw it; `json` is what is sent of it."""

    id: int
    revision: int
    human_revision: int
    team: str | None
    assigned_analyst_id: int | None
    incident_id: str | None
    json: bytes

    @property
    def sight(self) -> AlertSight:
        return self.team, self.assigned_analyst_id

    def fields(self) -> dict[str, Any]:
        """What is sent of it, decoded."""
        fields: dict[str, Any] = json.loads(self.json)
        return fields

    def model(self) -> Alert:
        return Alert.model_validate_json(self.json)


def alert_search_text(document: Mapping[str, Any], external_alert_id: str, source: str) -> str:
    """What a search looks through: texts in one, without case."""
    texts = [external_alert_id, source, *(document[name] for name in _SEARCHED_FIELDS)]
    texts += document["tags"]
    texts += document["mitre_techniques"]
    return "\n".join([text for text in texts if text]).casefold()


_WRITTEN = func.json_object(
    *chain.from_iterable((literal_column(f"'{name}'"), alerts.c[name]) for name in _WRITTEN_COLUMNS)
).label("written")


def select_alerts() -> Select[Any]:
    """Alerts with what is sent of their analysts."""
    return select(
        *(alerts.c[name] for name in _READ_COLUMNS),
        _WRITTEN,
        users.c.username,
        users.c.full_name,
        users.c.role,
    ).select_from(alerts.outerjoin(users, users.c.id == alerts.c.assigned_analyst_id))


_ROW_LENGTH = len(_READ_COLUMNS) + 4


def stored_alert(row: Row[Any], *, now: datetime) -> StoredAlert:
    """Render a row of `select_alerts`, which may have more columns behind."""
    (
        alert_id,
        revision,
        human_revision,
        team,
        analyst_id,
        incident_id,
        status,
        received_at,
        first_response_at,
        resolution_at,
        risk_score,
        reported,
        document,
        written,
        *analyst,
    ) = row[:_ROW_LENGTH]
    added = _ADDED % written_each(
        (
            risk_score,
            reported,
            received_at,
            status == "false_positive",
            None if analyst_id is None else _analyst(analyst_id, *analyst),
            is_overdue(status, received_at=received_at, now=now),
            minutes_between(received_at, first_response_at),
            minutes_between(received_at, resolution_at),
        )
    )
    sent = f"{written[:-1]}{added},{document[1:]}".encode()
    return StoredAlert(alert_id, revision, human_revision, team, analyst_id, incident_id, sent)


def _analyst(analyst_id: int, username: str, full_name: str, role: str) -> dict[str, Any]:
    return {"id": analyst_id, "username": username, "full_name": full_name, "role": role}
