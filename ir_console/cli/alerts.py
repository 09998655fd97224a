"""Alerts one by one: list, show, update, take, comment."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ir_client.wire.base import as_utc
from ir_client.wire.values import ALERT_STATUSES, SEVERITIES, AlertStatus, Disposition, Severity

from .alert_views import LIST_COLUMNS, list_row, show_alert, whose
from .connecting import JsonOption, ProfileOption, UrlOption, connected, profile_for
from .exits import UsageProblem
from .given import among, model_of
from .output import Output
from .queries import checked_query

if TYPE_CHECKING:
    from ir_client import Alert, IRClient, Profile
    from ir_client.wire.alerts import TimelineEntry
    from ir_client.wire.incidents import Ownership

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List, show, update, take and comment alerts.",
)

AlertId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The alert's number.")]
_PAGE_SIZE = 100
SortBy = Literal["received_at", "detected_at", "severity", "status", "updated_at"]


@app.command("list")
def list_alerts(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    search: Annotated[str | None, typer.Option(help="Alerts with this text.")] = None,
    severity: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="May be repeated.")
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="May be repeated.")
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Such as 'severity >= high and ip: 10.0.0.0/8'."),
    ] = None,
    updated_after: Annotated[
        str | None, typer.Option(metavar="TIME", help="Like 2026-03-01T12:00; UTC without a zone.")
    ] = None,
    sort_by: Annotated[SortBy, typer.Option()] = "received_at",
    ascending: Annotated[bool, typer.Option("--ascending", help="Least or oldest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List alerts, newest first."""
    output = Output.standard()
    given = {
        "search": search,
        "query": checked_query(query, output),
        "severity": among("--severity", severity, SEVERITIES),
        "status": among("--status", status, ALERT_STATUSES),
    }
    filters: dict[str, Any] = {key: value for key, value in given.items() if value}
    if updated_after is not None:
        filters["updated_after"] = _moment(updated_after)
    filters |= {"sort_by": sort_by, "sort_order": "asc" if ascending else "desc"}
    found, total = asyncio.run(_listed(profile_for(ctx, profile, url), output, limit, filters))
    if as_json:
        output.document({"alerts": [one.model_dump(mode="json") for one in found], "total": total})
        return
    output.table(LIST_COLUMNS, [list_row(alert) for alert in found])
    if total > len(found):
        output.note(f"{len(found)} of {total} alerts; --limit shows more.")


@app.command()
def show(
    ctx: typer.Context,
    alert_id: AlertId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one alert and what happened to it."""
    output = Output.standard()
    alert, timeline = asyncio.run(_shown(profile_for(ctx, profile, url), output, alert_id))
    if as_json:
        entries = [entry.model_dump(mode="json") for entry in timeline]
        output.document(alert.model_dump(mode="json") | {"timeline": entries})
        return
    show_alert(output, alert, timeline)


@app.command()
def update(
    ctx: typer.Context,
    alert_id: AlertId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    status: Annotated[AlertStatus | None, typer.Option()] = None,
    severity: Annotated[Severity | None, typer.Option()] = None,
    assign: Annotated[
        str | None, typer.Option(metavar="me|nobody|ID", help="Whose it is from now on.")
    ] = None,
    disposition: Annotated[
        Disposition | None, typer.Option(help="What it turned out to be.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it turned out to be that.")] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="All its tags from now on; may be repeated."),
    ] = None,
    if_revision: Annotated[
        int | None, typer.Option(help="Only if no person changed it after this revision.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Change an alert."""
    given = {
        "status": status,
        "severity": severity,
        "disposition": disposition,
        "disposition_reason": reason,
        "tags": tag,
    }
    fields = {key: value for key, value in given.items() if value}
    if not fields and assign is None:
        raise UsageProblem("Nothing to change", hint="Say what, for example --status closed.")
    output, chosen = Output.standard(), profile_for(ctx, profile, url)
    alert = asyncio.run(_updated(chosen, output, alert_id, fields, assign, if_revision))
    if as_json:
        output.document(alert.model_dump(mode="json"))
        return
    output.line(f"Alert {alert.id} is {alert.severity}, {alert.status}, {whose(alert)} now.")


@app.command()
def take(
    ctx: typer.Context,
    alert_id: AlertId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    notes: Annotated[str | None, typer.Option(help="The first note of its incident.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an alert yours and open its incident."""
    output = Output.standard()
    taken = asyncio.run(_taken(profile_for(ctx, profile, url), output, alert_id, notes))
    if as_json:
        output.document(taken.model_dump(mode="json"))
        return
    incident = taken.incident
    output.line(
        f"Alert {taken.alert.id} is yours, {taken.alert.status}; "
        f"incident {incident.incident_id}, {incident.priority}."
    )


@app.command()
def comment(
    ctx: typer.Context,
    alert_id: AlertId,
    text: Annotated[str, typer.Argument(help="The comment.")],
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a comment to an alert's timeline."""
    output = Output.standard()
    entry = asyncio.run(_commented(profile_for(ctx, profile, url), output, alert_id, text))
    if as_json:
        output.document(entry.model_dump(mode="json"))
        return
    output.line(f"Commented on alert {entry.alert_id} as {entry.actor.name}.")


def _moment(text: str) -> datetime:
    try:
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise UsageProblem(
            f"{text} is not a time",
            hint="Write it like 2026-03-01T12:00 or 2026-03-01T12:00+01:00.",
        ) from None


async def _listed(
    profile: "Profile", output: Output, limit: int, filters: dict[str, Any]
) -> "tuple[list[Alert], int]":
    found: list[Alert] = []
    total = 0
    async with connected(profile, output) as client:
        async for page in client.alerts.list(size=min(limit, _PAGE_SIZE), **filters).pages():
            total = page.pagination.total
            found.extend(page.alerts)
            if len(found) >= limit:
                break
    return found[:limit], total


async def _shown(
    profile: "Profile", output: Output, alert_id: int
) -> "tuple[Alert, Sequence[TimelineEntry]]":
    async with connected(profile, output) as client:
        return await client.alerts.get(alert_id), await client.alerts.timeline(alert_id)


async def _updated(
    profile: "Profile",
    output: Output,
    alert_id: int,
    fields: dict[str, Any],
    assign: str | None,
    if_revision: int | None,
) -> "Alert":
    from ir_client import AlertUpdate

    async with connected(profile, output) as client:
        if assign is not None:
            fields["assigned_analyst_id"] = await _analyst_id(client, assign)
        wanted = model_of(AlertUpdate, **fields)
        return await client.alerts.update(alert_id, wanted, if_revision=if_revision)


async def _analyst_id(client: "IRClient", assign: str) -> int | None:
    if assign == "nobody":
        return None
    if assign == "me":
        return (await client.auth.me()).id
    if assign.isascii() and assign.isdigit():
        return int(assign)
    raise UsageProblem(f"{assign} is nobody's number", hint="Say --assign me, nobody or a number.")


async def _taken(
    profile: "Profile", output: Output, alert_id: int, notes: str | None
) -> "Ownership":
    async with connected(profile, output) as client:
        return await client.alerts.take(alert_id, notes)


async def _commented(
    profile: "Profile", output: Output, alert_id: int, text: str
) -> "TimelineEntry":
    async with connected(profile, output) as client:
        return await client.alerts.comment(alert_id, text)
