"""Incident bodies (contract, section 3)."""

from typing import Annotated

from pydantic import Field

from .alerts import Alert, Change, Label, LongText, Pagination, RowId, ShortText
from .auth import UserRef
from .base import JsonObject, Reader, ReadTime, Writer
from .values import IncidentStatus, Priority, Severity

Tags = Annotated[tuple[Label, ...], Field(max_length=100)]
Title = Annotated[str, Field(min_length=1, max_length=1000)]


class Incident(Reader):
    """An incident as a server shows it; `incident_id` is its public name, `INC-…`.

    `incident_timeline` holds its newest lines, oldest first. `revision` grows with every change;
    a plain server has none. `sla_breached`: a deadline passed before what it is for was done.
    """

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
    revision: int | None = None


class IncidentList(Reader):
    incidents: tuple[Incident, ...] = Field(default=())


class IncidentPage(Reader):
    """One page of incidents, newest first."""

    incidents: tuple[Incident, ...]
    pagination: Pagination


class IncidentCreate(Writer):
    """An incident to be made.

    Where they are not given: `priority` follows from the severity, the owner is who makes it, and
    `status` is `new`, or `assigned` with an analyst. The alerts of `alert_ids` join it.
    """

    title: Title
    description: LongText | None = None
    severity: Severity
    priority: Priority | None = None
    status: IncidentStatus | None = None
    category: ShortText | None = None
    owner_id: RowId | None = None
    assigned_analyst_id: RowId | None = None
    alert_ids: Annotated[tuple[RowId, ...], Field(max_length=100)] = ()
    tags: Tags = ()


class IncidentUpdate(Writer):
    """The fields of an incident that may be changed; a field that is not set is left alone.

    An explicit null clears a field that may be empty. Any status may follow any other. Alerts
    join and leave by their own `incident_id`.
    """

    title: Title | None = None
    description: LongText | None = None
    severity: Severity | None = None
    priority: Priority | None = None
    status: IncidentStatus | None = None
    category: ShortText | None = None
    owner_id: RowId | None = None
    assigned_analyst_id: RowId | None = None
    tags: Tags | None = None


class IncidentMove(Writer):
    """A new status, and why."""

    status: IncidentStatus
    notes: LongText | None = None


class NoteCreate(Writer):
    """A note about an incident; `is_internal` says that it is not meant for outsiders."""

    content: Annotated[str, Field(min_length=1, max_length=16_384)]
    note_type: Label | None = None
    is_internal: bool = Field(default=False, strict=True)


class IncidentEntry(Reader):
    """One line of an incident's timeline: who (`actor` is a name), when, what.

    `changes` says before and after; `note_type` and `is_internal` belong to notes. A plain
    server's lines may hold less.
    """

    id: int | None = None
    at: ReadTime | None = None
    action: str = ""
    actor: str = ""
    actor_id: int | None = None
    notes: str | None = None
    changes: dict[str, Change] = Field(default_factory=dict)
    note_type: str | None = None
    is_internal: bool | None = None


class IncidentTimeline(Reader):
    timeline: tuple[IncidentEntry, ...]


class IncidentStats(Reader):
    """Counts of the incidents that one may see.

    `overdue` are open ones with a deadline that passed; `by_severity` and `by_priority` count
    open ones. Times are average minutes from creation, None where there is nothing to average.
    """

    total: int = 0
    open: int = 0
    overdue: int = 0
    unassigned: int = 0
    by_status: dict[str, int] = Field(default_factory=dict)
    by_severity: dict[str, int] = Field(default_factory=dict)
    by_priority: dict[str, int] = Field(default_factory=dict)
    average_time_to_first_response: float | None = None
    average_time_to_resolution: float | None = None


class Ownership(Reader):
    """The answer to taking an alert: the alert as it is now, and the incident made for it."""

    alert: Alert
    incident: Incident
