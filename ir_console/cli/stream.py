"""Follow the live stream: one line an alert, until the limit or Ctrl-C."""

import asyncio
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ir_console.model.format import moment

from .alert_views import where, whose
from .connecting import JsonOption, ProfileOption, UrlOption, connected, profile_for
from .output import Output
from .queries import checked_query

if TYPE_CHECKING:
    from ir_client import AlertUpdated, EventStream, IRClient, NewAlert, Profile, StateChanged
    from ir_console.recording.recorder import Recorder


def tail(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Only these, such as 'severity >= high and ip: 10.0.0.0/8'.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME|PLACE",
            help="Begin with what changed since then, or where an earlier tail says it ended.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="End after so many; without it, at Ctrl-C.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the stream in a new file, for `replay`."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print alerts as they arrive and change; with --json, one document a line.

    With --query, an alert that no longer matches is printed once more, as it is then. At its end
    it says where to go on; the last line may come again then.
    """
    output = Output.standard()
    wanted = checked_query(query, output)
    chosen = profile_for(ctx, profile, url)
    with _recorder(record) as recorder:
        follow = _follow(chosen, output, wanted, since, limit, recorder, as_json=as_json)
        asyncio.run(follow)


def _recorder(path: Path | None) -> "AbstractContextManager[Recorder | None]":
    if path is None:
        return nullcontext()
    from ir_console.recording.recorder import Recorder

    return Recorder(path, began=datetime.fromtimestamp(time.time(), UTC), clock=time.monotonic)


async def _follow(
    profile: "Profile",
    output: Output,
    query: str | None,
    since: str | None,
    limit: int | None,
    recorder: "Recorder | None",
    *,
    as_json: bool,
) -> None:
    async with connected(profile, output) as client:
        stream = _stream(client, query, since)
        # A server that goes away meanwhile is waited for; one that is not there is not.
        await client.meta()
        async with stream:
            try:
                await _print_all(stream, profile, output, limit, recorder, as_json=as_json)
            finally:
                if stream.bookmark:
                    output.note(f"To go on from here: --since {stream.bookmark}")


def _stream(client: "IRClient", query: str | None, since: str | None) -> "EventStream":
    try:
        moment = datetime.fromisoformat(since or "")
    except ValueError:
        return client.events(query=query, since=since)
    return client.events(query=query, since=moment)


async def _print_all(
    stream: "EventStream",
    profile: "Profile",
    output: Output,
    limit: int | None,
    recorder: "Recorder | None",
    *,
    as_json: bool,
) -> None:
    from ir_client import AlertUpdated, MalformedEvent, NewAlert, Resumed, StateChanged

    printed = 0
    async for event in stream:
        if recorder is not None:
            recorder.keep(event)
        match event:
            case NewAlert() | AlertUpdated():
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
