"""How an incident looks on the command line: one row of a list, or whole."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ir_console.model.format import moment

from .alert_views import VALUE_LIMIT, changed
from .output import Column, Output

if TYPE_CHECKING:
    from datetime import datetime

    from ir_client import Incident
    from ir_client.wire.auth import UserRef
    from ir_client.wire.incidents import IncidentEntry

LIST_COLUMNS = (
    Column("ID"),
    Column("PRIORITY"),
    Column("SEVERITY", styled=True),
    Column("STATUS"),
    Column("CREATED"),
    Column("OWNER", limit=16),
    Column("ALERTS", align_right=True),
    Column("LATE"),
    Column("TITLE", limit=80),
)


def list_row(incident: "Incident") -> list[str]:
    """The cells of an incident under LIST_COLUMNS."""
    return [
        incident.incident_id,
        incident.priority,
        incident.severity,
        incident.status,
        moment(incident.created_at),
        _person(incident.owner, incident.owner_id),
        str(incident.alert_count),
        "late" if incident.sla_breached else "",
        incident.title,
    ]


def show_incident(
    output: Output, incident: "Incident", timeline: "Sequence[IncidentEntry]"
) -> None:
    """The whole incident, then its history."""
    output.line(f"{incident.incident_id} {incident.title}", style="bold")
    output.table([Column("FIELD"), Column("VALUE", limit=VALUE_LIMIT)], list(_fields(incident)))
    if incident.description:
        output.line()
        output.block(incident.description)
    if timeline:
        output.line()
        output.line("TIMELINE", style="bold")
    for entry in timeline:
        when = "" if entry.at is None else f"{moment(entry.at)}  "
        output.line(f"{when}{entry.actor}  {_said(entry)}")


def shown_lines(incident: "Incident") -> "list[IncidentEntry]":
    """The lines that an incident shows of its timeline; what is no line of ours as it stands."""
    from pydantic import ValidationError

    from ir_client.wire.incidents import IncidentEntry

    entries = []
    for line in incident.incident_timeline:
        try:
            entry = IncidentEntry.model_validate(line)
        except ValidationError:
            entry = IncidentEntry()
        is_understood = entry.action or entry.notes
        entries.append(entry if is_understood else IncidentEntry(notes=json.dumps(line)))
    return entries


def _fields(incident: "Incident") -> Iterator[list[str]]:
    times: list[tuple[str, datetime | None]] = [
        ("created", incident.created_at),
        ("updated", incident.updated_at),
        ("answer due", incident.response_sla_deadline),
        ("first response", incident.first_response_at),
        ("contained", incident.contained_at),
        ("end due", incident.resolution_sla_deadline),
        ("resolved", incident.resolved_at),
        ("closed", incident.closed_at),
    ]
    texts = [
        ("priority", incident.priority),
        ("severity", incident.severity),
        ("status", incident.status),
        ("late", "yes" if incident.sla_breached else ""),
        ("owner", _person(incident.owner, incident.owner_id)),
        ("analyst", _person(incident.assigned_analyst, incident.assigned_analyst_id)),
        ("category", incident.category),
        ("tags", ", ".join(incident.tags)),
        ("alerts", ", ".join(str(alert_id) for alert_id in incident.alert_ids)),
        *((name, moment(at)) for name, at in times if at is not None),
        ("revision", "" if incident.revision is None else str(incident.revision)),
    ]
    yield from ([name, text] for name, text in texts if text)


def _person(user: "UserRef | None", user_id: int | None) -> str:
    if user is not None:
        return user.username
    return "" if user_id is None else f"user {user_id}"


def _said(entry: "IncidentEntry") -> str:
    changes = ", ".join(changed(field, change) for field, change in entry.changes.items())
    parts = [entry.action.replace("_", " "), changes, entry.notes]
    return ": ".join(part for part in parts if part)
