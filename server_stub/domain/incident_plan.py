"""Decide what a new incident says, and what a change of one means: columns and history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ir_client.wire.alerts import Alert, Change
from ir_client.wire.incidents import Incident, IncidentCreate, IncidentUpdate
from ir_client.wire.values import CLOSED_STATUSES
from server_stub.domain.clocks import instant
from server_stub.domain.sla import SlaPolicy, priority_for
from server_stub.errors import FieldError, Invalid

# Nobody works on it yet: the time to the first answer runs.
_UNANSWERED = frozenset({"new", "assigned"})
_NEVER_EMPTY = frozenset({"title", "severity", "priority", "status", "tags"})


@dataclass(frozen=True, slots=True)
class IncidentChange:
    """New values for columns, and what the timeline says of them."""

    columns: Mapping[str, object] = field(default_factory=dict)
    timeline: Mapping[str, Change] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.timeline)


def incident_of_alert(
    alert: Alert, *, owner_id: int, sla: SlaPolicy, now: datetime
) -> dict[str, object]:
    """The columns of the incident of an alert that is taken: its owner works on it already."""
    # Not validated again: an alert may hold what one could not write into an incident.
    taken_over: dict[str, Any] = {
        "title": alert.title,
        "description": alert.description,
        "severity": alert.severity,
        "status": "assigned",
        "category": alert.threat_type,
        "assigned_analyst_id": owner_id,
        "tags": alert.tags,
    }
    wanted = IncidentCreate.model_construct(**taken_over)
    columns = new_incident(wanted, owner_id=owner_id, sla=sla, now=now)
    return columns | {"first_response_at": instant(now)}


def new_incident(
    wanted: IncidentCreate, *, owner_id: int, sla: SlaPolicy, now: datetime
) -> dict[str, object]:
    """The columns of an incident that someone makes; `owner_id` owns it if `wanted` names none."""
    priority = wanted.priority or priority_for(wanted.severity)
    status = wanted.status or ("new" if wanted.assigned_analyst_id is None else "assigned")
    columns: dict[str, object] = {
        "title": wanted.title,
        "description": wanted.description,
        "severity": wanted.severity,
        "priority": priority,
        "status": status,
        "category": wanted.category,
        "owner_id": wanted.owner_id or owner_id,
        "assigned_analyst_id": wanted.assigned_analyst_id,
        "tags": list(wanted.tags),
        "created_at": instant(now),
        "updated_at": instant(now),
    }
    columns |= _clocks(None, before="new", after=status, now=instant(now))
    return columns | sla.deadlines(priority, created_at=now)


def plan_incident_change(
    incident: Incident, update: IncidentUpdate, *, sla: SlaPolicy, now: str
) -> IncidentChange:
    """What `update` changes in `incident`; empty when it says what is so already."""
    wanted = update.model_dump(mode="json", exclude_unset=True)
    empty = [name for name, value in wanted.items() if value is None and name in _NEVER_EMPTY]
    if empty:
        raise Invalid([FieldError(("body", name), "May not be empty") for name in empty])
    before = incident.model_dump(mode="json", include=set(wanted))
    changed: dict[str, Any] = {
        name: value for name, value in wanted.items() if value != before[name]
    }
    columns: dict[str, object] = dict(changed)
    if "status" in changed:
        columns |= _clocks(incident, before=incident.status, after=changed["status"], now=now)
    if "priority" in changed:
        columns |= sla.deadlines(changed["priority"], created_at=incident.created_at)
    timeline = {name: Change(before=before[name], after=value) for name, value in changed.items()}
    return IncidentChange(columns, timeline)


def _clocks(
    incident: Incident | None, *, before: str, after: str, now: str
) -> dict[str, str | None]:
    """The clocks that a move from one status to another sets; like those of an alert."""
    clocks: dict[str, str | None] = {}
    is_answered = incident is not None and incident.first_response_at is not None
    if not is_answered and after not in _UNANSWERED:
        clocks["first_response_at"] = now
    if after == "contained":
        clocks["contained_at"] = now
    if after not in CLOSED_STATUSES:
        clocks |= {"resolved_at": None, "closed_at": None}
    elif before not in CLOSED_STATUSES:
        clocks |= {"resolved_at": now, "closed_at": now}
    return clocks
