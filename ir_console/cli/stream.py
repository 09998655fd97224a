"""Follow the live stream: one line an alert, until the limit or Ctrl-C."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ir_console.model.format import moment

from .alert_views import where, whose
from .connecting import JsonOption, ProfileOption, UrlOption, connected, profile_for
from .output import Output

if TYPE_CHECKING:
    from ir_client import AlertUpdated, NewAlert, Profile, StateChanged
    from ir_client.query import Selection


def tail(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    query: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Only these, such as 'severity >= high and ip: 10.0.0.0/8'.",
        ),
    ] = "",
    limit: Annotated[
        int | None, typer.Option(min=1, help="End after so many; without it, at Ctrl-C.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print alerts as they arrive and change; with --json, one document a line.

    With --query, an alert that no longer matches is printed once more, as it is then.
    """
    output = Output.standard()
    wanted = selected(query, output)
    asyncio.run(_follow(profile_for(ctx, profile, url), output, wanted, limit, as_json))


async def _follow(
    profile: "Profile", output: Output, wanted: "Selection", limit: int | None, as_json: bool
) -> None:
    from ir_client import (
        AlertUpdated,
        InitialData,
        MalformedEvent,
        NewAlert,
        Resumed,
        StateChanged,
    )

    printed = 0
    async with connected(profile, output) as client:
        # A server that goes away meanwhile is waited for; one that is not there is not.
        await client.meta()
        async with client.events() as stream:
            async for event in stream:
                match event:
                    case InitialData(data=data):
                        wanted.me = data.user.id if data.user is not None else None
                    case NewAlert() | AlertUpdated() if wanted.takes(event.alert, now=_now()):
                        _print(output, event, as_json=as_json)
                        printed += 1
                        if printed == limit:
                            return
                    case StateChanged():
                        _note_state(output, profile, event)
                    case Resumed(recovered=recovered, complete=complete):
                        _note_resumed(output, recovered, complete=complete)
                    case MalformedEvent(type=kind, reason=reason):
                        output.note(f"The server sent a {kind or 'frame'} that is none: {reason}")
                    case _:
                        pass


def selected(text: str, output: Output) -> "Selection":
    """What a query asks for; a mistake in it is shown where it is, then raised."""
    from ir_client.query import QueryError, Selection, parse

    try:
        return Selection(parse(text))
    except QueryError as mistake:
        for line in mistake.pointed().splitlines():
            output.note(line)
        raise


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the program is where time comes in


def _print(output: Output, event: "NewAlert | AlertUpdated", *, as_json: bool) -> None:
    if as_json:
        data = event.alert.model_dump(mode="json")
        output.record({"type": event.type, "origin": event.origin, "data": data})
        return
    alert = event.alert
    is_new = event.type == "new_alert"
    at = alert.received_at if is_new else alert.updated_at
    parts = [
        moment(at),
        f"#{alert.id:<6}",
        "new    " if is_new else "changed",
        f"{alert.severity:<8}",
        f"{alert.status:<13}",
        whose(alert) if not is_new else "",
        where(alert),
        alert.title,
    ]
    output.line(" ".join(part for part in parts if part), style=alert.severity)
    output.flush()


def _note_state(output: Output, profile: "Profile", change: "StateChanged") -> None:
    from ir_client import StreamState

    match change.new:
        case StreamState.LIVE:
            output.note(f"Connected to {profile.url}.")
        case StreamState.WAITING:
            reason = change.status.reason or "no reason given"
            output.note(f"Not connected ({reason}); trying again.")
        case _:
            pass


def _note_resumed(output: Output, recovered: int, *, complete: bool) -> None:
    if not complete:
        output.note("Back, but some changes may be missing; `ir-console alerts list` shows all.")
    elif recovered:
        output.note(f"Caught up: {recovered} alerts changed meanwhile.")
