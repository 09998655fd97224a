"""Incident bodies (contract, section 3)."""

from pydantic import Field

from .alerts import Alert
from .auth import UserRef
from .base import JsonObject, Reader, ReadTime


class Incident(Reader):
    """An incident as a server shows it; `incident_id` is its public name, `INC-…`."""

    id: int
    incident_id: str
    title: str
    description: str | None = None
    severity: str
    priority: str
    status: str
    category: str | None = None
    owner_id: int | None = None
    assigned_analyst_id: int | None = None
    alert_ids: tuple[int, ...] = ()
    incident_timeline: tuple[JsonObject, ...] = ()
    created_at: ReadTime
    updated_at: ReadTime
    first_response_at: ReadTime | None = None
    contained_at: ReadTime | None = None
    resolved_at: ReadTime | None = None
    closed_at: ReadTime | None = None
    response_sla_deadline: ReadTime | None = None
    resolution_sla_deadline: ReadTime | None = None
    sla_breached: bool = False
    tags: tuple[str, ...] = ()
    owner: UserRef | None = None
    assigned_analyst: UserRef | None = None
    alert_count: int = 0


class IncidentList(Reader):
    incidents: tuple[Incident, ...] = Field(default=())


class Ownership(Reader):
    """The answer to taking an alert: the alert as it is now, and the incident made for it."""

    alert: Alert
    incident: Incident
