"""How an alert looks on the command line: one row of a list, one line of a stream, or whole."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ir_console.model.format import moment
from ir_console.model.markdown import as_markdown, table_head, table_row

from .output import Column, Output

if TYPE_CHECKING:
    from datetime import datetime

    from ir_client import Alert
    from ir_client.wire.alerts import Change, TimelineEntry

LIST_COLUMNS = (
    Column("ID", align_right=True),
    Column("SEVERITY", styled=True),
    Column("STATUS"),
    Column("RECEIVED"),
    Column("WHOSE", limit=16),
    Column("WHERE", limit=28),
    Column("TITLE", limit=80),
)

VALUE_LIMIT = 200


def list_row(alert: "Alert") -> list[str]:
    """The cells of an alert under LIST_COLUMNS."""
    return [
        str(alert.id),
        alert.severity,
        alert.status,
        moment(alert.received_at),
        "" if is_nobodys(alert) else whose(alert),
        where(alert),
        alert.title,
    ]


def is_nobodys(alert: "Alert") -> bool:
    """Whether nobody has the alert yet."""
    return alert.assigned_analyst is None and alert.assigned_analyst_id is None


def whose(alert: "Alert") -> str:
    """Who the alert is assigned to."""
    if alert.assigned_analyst is not None:
        return alert.assigned_analyst.username
    return "nobody's" if alert.assigned_analyst_id is None else f"user {alert.assigned_analyst_id}"


def where(alert: "Alert") -> str:
    """The best name for what is affected."""
    return alert.affected_hostname or alert.affected_user or alert.destination_ip or ""


def show_alert(output: Output, alert: "Alert", timeline: "Sequence[TimelineEntry]") -> None:
    """The whole alert, then its history."""
    output.line(f"#{alert.id} {alert.title}", style="bold")
    output.table([Column("FIELD"), Column("VALUE", limit=VALUE_LIMIT)], list(_fields(alert)))
    if alert.description:
        output.line()
        output.block(alert.description)
    if timeline:
        output.line()
        output.line("TIMELINE", style="bold")
    for entry in timeline:
        output.line(f"{moment(entry.at)}  {entry.actor.name}  {_said(entry)}")


def markdown_of(alert: "Alert", timeline: "Sequence[TimelineEntry]") -> str:
    """The whole alert as Markdown, for a ticket."""
    lines = [f"## #{alert.id} {as_markdown(alert.title)}\n\n", table_head(("field", "value"))]
    lines += [table_row(field) for field in _fields(alert)]
    if alert.description:
        lines += ["\n", *(f"> {as_markdown(one)}\n" for one in alert.description.splitlines())]
    if timeline:
        lines += ["\n### Timeline\n\n", table_head(("when", "who", "what"))]
        lines += [table_row((moment(one.at), one.actor.name, _said(one))) for one in timeline]
    return "".join(lines)


def _fields(alert: "Alert") -> Iterator[list[str]]:
    source, destination = _end(alert, "source"), _end(alert, "destination")
    times: list[tuple[str, datetime | None]] = [
        ("detected", alert.detected_at),
        ("received", alert.received_at),
        ("updated", alert.updated_at),
        ("first response", alert.first_response_at),
        ("contained", alert.containment_at),
        ("resolved", alert.resolution_at),
    ]
    texts = [
        ("severity", alert.severity),
        ("status", alert.status),
        ("whose", whose(alert)),
        ("threat type", alert.threat_type),
        ("source", alert.source),
        ("rule", " ".join(text for text in (alert.rule_id, alert.rule_name) if text)),
        ("host", alert.affected_hostname),
        ("user", alert.affected_user),
        ("from", source),
        ("to", destination),
        ("techniques", ", ".join(alert.mitre_techniques)),
        ("tags", ", ".join(alert.tags)),
        ("incident", alert.incident_id),
        ("disposition", alert.disposition),
        ("risk", "" if alert.risk_score is None else f"{alert.risk_score:g}"),
        ("seen", f"{alert.occurrences} times" if alert.occurrences > 1 else ""),
        *((name, moment(at)) for name, at in times if at is not None),
        ("revision", "" if alert.revision is None else str(alert.revision)),
        ("external id", alert.external_alert_id),
    ]
    yield from ([name, text] for name, text in texts if text)


def _end(alert: "Alert", side: str) -> str:
    address, port = getattr(alert, f"{side}_ip"), getattr(alert, f"{side}_port")
    return f"{address or '?'} port {port}" if port else address or ""


def _said(entry: "TimelineEntry") -> str:
    changes = ", ".join(changed(field, change) for field, change in entry.changes.items())
    parts = [entry.action.replace("_", " "), changes, entry.comment]
    return ": ".join(part for part in parts if part)


def changed(field: str, change: "Change") -> str:
    """One field before and after."""
    before = "nothing" if change.before is None else change.before
    after = "nothing" if change.after is None else change.after
    return f"{field} {before} → {after}"
