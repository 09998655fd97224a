"""Follow the live stream: one line an alert, until the limit or Ctrl-C."""

import asyncio
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ir_console.model.format import moment

from .alert_views import where, whose
from .completing import words_of_query
from .connecting import JsonOption, ProfileOption, UrlOption, connected, profile_for
from .examples import shown_with
from .exits import ExitCode, UsageProblem
from .output import Output
from .queries import checked_query
from .running import DEFAULT_AT_ONCE, DEFAULT_SECONDS, CommandRunner, command_from
from .termination import terminated_as_interrupted
from .when import clock, moment_given

if TYPE_CHECKING:
    from ir_client import AlertUpdated, EventStream, NewAlert, Profile, StateChanged
    from ir_console.recording.recorder import Recorder

# Cells from which on a line has room for more than the clock.
_ROOMY = 110


@shown_with(
    "ir-console tail",
    "ir-console tail --query 'severity >= high and ip: 10.0.0.0/8'",
    "ir-console tail --json | jq -r .data.title",
    "ir-console tail --since 1h --limit 20",
    "ir-console tail --query 'severity: critical' --exec ./page-on-call",
    "ir-console tail --record night.jsonl",
)
def tail(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Only these, such as 'severity >= high and ip: 10.0.0.0/8'.",
            autocompletion=words_of_query,
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME|PLACE",
            help="Begin with what changed since then (8h is 8 hours ago), or where an earlier "
            "tail says it ended.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="End after so many; without it, at Ctrl-C.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the stream in a new file, for `replay`."),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            "--exec", metavar="COMMAND", help="Run this for each, with the alert as JSON as input."
        ),
    ] = None,
    at_once: Annotated[
        int, typer.Option("--exec-jobs", min=1, max=256, help="So many commands at once.")
    ] = DEFAULT_AT_ONCE,
    seconds: Annotated[
        float,
        typer.Option(
            "--exec-timeout", metavar="SECONDS", min=0.1, help="End a command that takes longer."
        ),
    ] = DEFAULT_SECONDS,
    as_json: JsonOption = False,
) -> None:
    """Print alerts as they arrive and change; with --json, one document a line.

    With --query, an alert that no longer matches is printed once more, as it is then. At its end
    it says where to go on; the last line may come again then.

    COMMAND is started without a shell, with IR_ALERT_ID, IR_ALERT_EVENT, IR_ALERT_SEVERITY,
    IR_ALERT_STATUS, IR_ALERT_REVISION and IR_ALERT_ORIGIN in its environment. What it prints goes
    to standard error. One that fails is told of, and makes the exit code 1 in the end. Ctrl-C and
    SIGTERM wait for those that run; a second one does not.
    """
    output = Output.standard()
    wanted = checked_query(query, output)
    begin = _beginning(since)
    command = None if run is None else command_from(run, at_once=at_once, seconds=seconds)
    runner = None if command is None else CommandRunner(command, output)
    chosen = profile_for(ctx, profile, url)
    with _recorder(record) as recorder:
        told = Told(output, recorder, runner, limit, as_json=as_json)
        asyncio.run(terminated_as_interrupted(_follow(chosen, told, wanted, begin)))
    if runner is not None and runner.outcomes.failed:
        raise typer.Exit(ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class Told:
    """Where alerts go: out, into a recording, to a command; and after how many it ends."""

    output: Output
    recorder: "Recorder | None"
    runner: "CommandRunner | None"
    limit: int | None
    as_json: bool


def _recorder(path: Path | None) -> "AbstractContextManager[Recorder | None]":
    if path is None:
        return nullcontext()
    from ir_console.recording.recorder import Recorder

    return Recorder(path, began=clock(), clock=time.monotonic)


def _beginning(since: str | None) -> "datetime | str | None":
    """A time, or the text that another tail said, which the client reads."""
    try:
        return None if since is None else moment_given(since, clock())
    except UsageProblem:
        return since


async def _follow(
    profile: "Profile", told: Told, query: str | None, since: "datetime | str | None"
) -> None:
    async with connected(profile, told.output) as client:
        stream = client.events(query=query, since=since)
        # A server that goes away meanwhile is waited for; one that is not there is not.
        await client.meta()
        async with stream:
            try:
                async with told.runner.open() if told.runner else nullcontext():
                    await _tell_all(stream, profile, told)
            finally:
                if stream.bookmark:
                    told.output.note(f"To go on from here: --since {stream.bookmark}")


async def _tell_all(stream: "EventStream", profile: "Profile", told: Told) -> None:
    from ir_client import AlertUpdated, MalformedEvent, NewAlert, Resumed, StateChanged

    output, count = told.output, 0
    async for event in stream:
        if told.recorder is not None:
            told.recorder.keep(event)
        match event:
            case NewAlert() | AlertUpdated():
                _print(output, event, as_json=told.as_json)
                if told.runner is not None:
                    await told.runner.hand_over(event)
                count += 1
                if count == told.limit:
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
    shown_at = moment(at)
    parts = [
        # Where there is little room, the date of what happens now says least.
        shown_at if output.width is None or output.width >= _ROOMY else shown_at.split()[1],
        f"#{alert.id:<6}",
        "new    " if is_new else "changed",
        f"{alert.severity:<8}",
        f"{alert.status:<13}",
        whose(alert) if not is_new else "",
        where(alert),
        alert.title,
    ]
    output.fitted_line(" ".join(part for part in parts if part), style=alert.severity)
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
