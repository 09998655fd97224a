"""Incidents: list and show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ir_client.wire.values import INCIDENT_STATUSES, PRIORITIES, SEVERITIES, is_open

from .completing import severities
from .connecting import JsonOption, ProfileOption, UrlOption, connected, in_loop, profile_for
from .examples import examples
from .given import among
from .incident_views import LIST_COLUMNS, list_row, show_incident, shown_lines
from .output import Output

if TYPE_CHECKING:
    from ir_client import Incident, Profile
    from ir_client.wire.incidents import IncidentEntry

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List and show incidents.",
    epilog=examples(
        "ir-console incidents list --mine", "ir-console incidents show INC-2026-000001"
    ),
)

_PAGE_SIZE = 100
_OPEN_STATUSES = [status for status in INCIDENT_STATUSES if is_open(status)]


@app.command(
    "list",
    epilog=examples(
        "ir-console incidents list",
        "ir-console incidents list --mine --priority P1 --priority P2",
        "ir-console incidents list --all --json | jq .total",
    ),
)
def list_incidents(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    search: Annotated[str | None, typer.Option(help="Incidents with this text.")] = None,
    severity: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="May be repeated.", autocompletion=severities),
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="May be repeated; open ones if not.")
    ] = None,
    priority: Annotated[
        list[str] | None, typer.Option(metavar="P1-P4", help="May be repeated.")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you own.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List incidents, newest first."""
    statuses = among("--status", status, INCIDENT_STATUSES)
    given = {
        "search": search,
        "severity": among("--severity", severity, SEVERITIES),
        "status": statuses or ([] if everything else _OPEN_STATUSES),
        "priority": among("--priority", priority, PRIORITIES),
    }
    filters: dict[str, Any] = {key: value for key, value in given.items() if value}
    output, chosen = Output.standard(), profile_for(ctx, profile, url)
    found, total = in_loop(_listed(chosen, output, limit, filters, mine=mine))
    if as_json:
        shown = [one.model_dump(mode="json") for one in found]
        output.document({"incidents": shown, "total": total})
        return
    output.table(LIST_COLUMNS, [list_row(incident) for incident in found])
    if total > len(found):
        output.note(f"{len(found)} of {total} incidents; --limit shows more.")


@app.command(
    epilog=examples(
        "ir-console incidents show INC-2026-000001",
        "ir-console incidents show 1 --json | jq .incident_timeline",
    )
)
def show(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="Its number, or its name INC-….")],
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one incident and what happened to it."""
    output = Output.standard()
    incident, timeline = in_loop(_shown(profile_for(ctx, profile, url), output, name))
    if as_json:
        entries = [entry.model_dump(mode="json") for entry in timeline]
        output.document(incident.model_dump(mode="json") | {"incident_timeline": entries})
        return
    show_incident(output, incident, timeline)


async def _listed(
    profile: "Profile", output: Output, limit: int, filters: dict[str, Any], *, mine: bool
) -> "tuple[list[Incident], int]":
    found: list[Incident] = []
    total = 0
    async with connected(profile, output) as client:
        if mine:
            filters["owner_id"] = (await client.auth.me()).id
        async for page in client.incidents.list(size=min(limit, _PAGE_SIZE), **filters).pages():
            total = page.pagination.total
            found.extend(page.incidents)
            if len(found) >= limit:
                break
    return found[:limit], total


async def _shown(
    profile: "Profile", output: Output, name: str
) -> "tuple[Incident, Sequence[IncidentEntry]]":
    from ir_client import errors

    async with connected(profile, output) as client:
        incident = await client.incidents.get(name)
        try:
            return incident, await client.incidents.timeline(incident.id)
        except (errors.MissingFeature, errors.NotFound):
            return incident, shown_lines(incident)  # a plain server has no more than these
