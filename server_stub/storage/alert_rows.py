"""An alert as it is stored, as it is sent, and the way from one to the other.

The sent JSON is the row's columns followed by the stored document, spliced: an alert is never
decoded only to be encoded again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from ir_client.wire.alerts import Alert
from server_stub.access import AlertSight
from server_stub.domain.clocks import is_overdue, minutes_between
from server_stub.storage.encoding import written_each
from server_stub.storage.schema import alerts, users

_SENT_COLUMNS = (
    "id",
    "external_alert_id",
    "severity",
    "status",
    "source",
    "threat_type",
    "detected_at",
    "risk_score",
    "assigned_analyst_id",
    "incident_id",
    "correlation_id",
    "reported",
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

_DERIVED_FIELDS = (
    "created_at",
    "false_positive",
    "assigned_analyst",
    "is_overdue",
    "time_to_first_response",
    "time_to_resolution",
)

_HEAD = "{" + "".join(f'"{name}":%s,' for name in _SENT_COLUMNS + _DERIVED_FIELDS)

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


@dataclass(frozen=True, slots=True)
class StoredAlert:
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


def select_alerts() -> Select[Any]:
    """Alerts with what is sent of their analysts."""
    return select(
        *(alerts.c[name] for name in _SENT_COLUMNS),
        alerts.c.human_revision,
        alerts.c.document,
        users.c.username.label("analyst_username"),
        users.c.full_name.label("analyst_full_name"),
        users.c.role.label("analyst_role"),
    ).select_from(alerts.outerjoin(users, users.c.id == alerts.c.assigned_analyst_id))


def stored_alert(row: Row[Any], *, now: datetime) -> StoredAlert:
    """Render a row of `select_alerts`.

    The head is filled into a template, not encoded as a dict: thousands are rendered at once for
    a client that comes back, and that takes a third of the time.
    """
    head = _HEAD % written_each((*row[: len(_SENT_COLUMNS)], *_derived(row, now)))
    return StoredAlert(
        row.id,
        row.revision,
        row.human_revision,
        row.team,
        row.assigned_analyst_id,
        row.incident_id,
        f"{head}{row.document[1:]}".encode(),
    )


def _derived(row: Row[Any], now: datetime) -> tuple[object, ...]:
    """What `_DERIVED_FIELDS` names, in that order."""
    received_at, status = row.received_at, row.status
    return (
        received_at,
        status == "false_positive",
        _analyst(row),
        is_overdue(status, received_at=received_at, now=now),
        minutes_between(received_at, row.first_response_at),
        minutes_between(received_at, row.resolution_at),
    )


def _analyst(row: Row[Any]) -> dict[str, Any] | None:
    if row.assigned_analyst_id is None:
        return None
    return {
        "id": row.assigned_analyst_id,
        "username": row.analyst_username,
        "full_name": row.analyst_full_name,
        "role": row.analyst_role,
    }
