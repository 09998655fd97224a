"""Decide what the incident says that is made when someone takes an alert."""

from datetime import datetime

from ir_client.wire.alerts import Alert
from server_stub.domain.clocks import (
    instant,
    priority_for,
    resolution_deadline,
    response_deadline,
)


def incident_values(
    alert: Alert, *, owner_id: int, owner_name: str, notes: str | None, now: datetime
) -> dict[str, object]:
    """The columns of an incident for `alert`: its owner works on it from now on."""
    priority = priority_for(alert.severity)
    return {
        "title": alert.title,
        "description": alert.description,
        "severity": alert.severity,
        "priority": priority,
        "status": "assigned",
        "category": alert.threat_type,
        "owner_id": owner_id,
        "assigned_analyst_id": owner_id,
        "incident_timeline": [timeline_line("created", actor=owner_name, notes=notes, now=now)],
        "tags": list(alert.tags),
        "created_at": instant(now),
        "updated_at": instant(now),
        "first_response_at": instant(now),
        "response_sla_deadline": response_deadline(priority, created_at=now),
        "resolution_sla_deadline": resolution_deadline(priority, created_at=now),
    }


def timeline_line(
    action: str, *, actor: str, notes: str | None, now: datetime
) -> dict[str, object]:
    """One line of an incident's timeline."""
    return {"at": instant(now), "action": action, "actor": actor, "notes": notes}
