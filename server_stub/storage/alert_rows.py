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

from sqlalchemy import ColumnElement, Row, Select, case, func, select, text

from ir_client.query.addresses import address_key
from ir_client.query.patterns import fold_ascii
from ir_client.wire.alerts import Alert
from server_stub.access import AlertSight
from server_stub.domain.clocks import is_overdue, minutes_between
from server_stub.storage.encoding import to_json
from server_stub.storage.schema import ADDRESS_KEYS, FOLDED, alerts, users

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


FOUND_BY = tuple(column.name for column in (*FOLDED.values(), *ADDRESS_KEYS.values()))
"""Columns that repeat what is in the document, for an index to find it."""


def found_by(document: Mapping[str, Any]) -> tuple[str | None, ...]:
    """The values of `FOUND_BY`. None of these fields is ever changed."""
    return (
        *(_folded(document[name]) for name in FOLDED),
        *(_key(document[name]) for name in ADDRESS_KEYS),
    )


def _folded(name: str | None) -> str | None:
    return None if name is None else fold_ascii(name)


def _key(address: str | None) -> str | None:
    return None if address is None else address_key(address)


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


def _flag(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """JSON of a flag, which the database does not know from a number."""
    return func.json(case((condition, text("'true'")), else_=text("'false'")))


def _object(fields: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    named = ((text(f"'{name}'"), value) for name, value in fields.items())
    return func.json_object(*chain.from_iterable(named))


_ANALYST = {
    "id": users.c.id,
    "username": users.c.username,
    "full_name": users.c.full_name,
    "role": users.c.role,
}
_WRITTEN_FIELDS = {name: alerts.c[name] for name in _WRITTEN_COLUMNS} | {
    "created_at": alerts.c.received_at,
    "reported": _flag(alerts.c.reported),
    "false_positive": _flag(alerts.c.status == text("'false_positive'")),
    "assigned_analyst": func.json(case((users.c.id.is_not(None), _object(_ANALYST)))),
}
# Not `risk_score`: the database writes 15 digits of a number.
_SELECTED = (
    alerts.c.id,
    alerts.c.revision,
    alerts.c.human_revision,
    alerts.c.team,
    alerts.c.assigned_analyst_id,
    alerts.c.incident_id,
    alerts.c.status,
    alerts.c.received_at,
    alerts.c.first_response_at,
    alerts.c.resolution_at,
    alerts.c.risk_score,
    _object(_WRITTEN_FIELDS).label("written"),
    alerts.c.document,
)


def select_alerts() -> Select[Any]:
    """Alerts with what is sent of their analysts."""
    analysts = alerts.outerjoin(users, users.c.id == alerts.c.assigned_analyst_id)
    return select(*_SELECTED).select_from(analysts)


def stored_alert(row: Row[Any] | tuple[Any, ...], *, now: datetime) -> StoredAlert:
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
        written,
        document,
    ) = row[: len(_SELECTED)]
    risk = "null" if risk_score is None else to_json(risk_score)
    overdue = "true" if is_overdue(status, received_at=received_at, now=now) else "false"
    times = _times_to(first_response_at, resolution_at, start=received_at)
    sent = f'{written[:-1]},"risk_score":{risk},"is_overdue":{overdue},{times},{document[1:]}'
    return StoredAlert(
        alert_id, revision, human_revision, team, analyst_id, incident_id, sent.encode()
    )


_NO_TIMES = '"time_to_first_response":null,"time_to_resolution":null'


def _times_to(first_response_at: str | None, resolution_at: str | None, *, start: str) -> str:
    if first_response_at is None and resolution_at is None:
        return _NO_TIMES  # so it is of nearly all that are new
    first_response = to_json(minutes_between(start, first_response_at))
    resolution = to_json(minutes_between(start, resolution_at))
    return f'"time_to_first_response":{first_response},"time_to_resolution":{resolution}'
