"""Change alerts one by one: update, take, comment."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ir_client.wire.values import AlertStatus, Disposition, Severity

from .alert_views import whose
from .connecting import (
    AlertId,
    JsonOption,
    ProfileOption,
    UrlOption,
    connected,
    in_loop,
    profile_for,
)
from .exits import UsageProblem
from .given import model_of
from .output import Output

if TYPE_CHECKING:
    from ir_client import Alert, IRClient, Profile
    from ir_client.wire.alerts import TimelineEntry
    from ir_client.wire.incidents import Ownership


def update(
    ctx: typer.Context,
    alert_id: AlertId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    status: Annotated[AlertStatus | None, typer.Option(help="Where triage stands.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="How bad it is.")] = None,
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
    alert = in_loop(_updated(chosen, output, alert_id, fields, assign, if_revision))
    if as_json:
        output.document(alert.model_dump(mode="json"))
        return
    output.line(f"Alert {alert.id} is {alert.severity}, {alert.status}, {whose(alert)} now.")


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
    taken = in_loop(_taken(profile_for(ctx, profile, url), output, alert_id, notes))
    if as_json:
        output.document(taken.model_dump(mode="json"))
        return
    incident = taken.incident
    output.line(
        f"Alert {taken.alert.id} is yours, {taken.alert.status}; "
        f"incident {incident.incident_id}, {incident.priority}."
    )


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
    entry = in_loop(_commented(profile_for(ctx, profile, url), output, alert_id, text))
    if as_json:
        output.document(entry.model_dump(mode="json"))
        return
    output.line(f"Commented on alert {entry.alert_id} as {entry.actor.name}.")


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
