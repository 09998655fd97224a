"""Play a recorded stream in the console."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from .console import console_settings, run_console
from .examples import shown_with
from .exits import UsageProblem
from .opening import can_be_shown

if TYPE_CHECKING:
    from ir_console.feed import ConsoleClient


@shown_with(
    "ir-console replay night.jsonl",
    "ir-console replay night.jsonl --speed 20",
)
def replay(
    file: Annotated[Path, typer.Argument(help="What `ir-console tail --record` wrote.")],
    speed: Annotated[
        float, typer.Option(min=0.01, max=1000.0, help="10 plays ten minutes in one.")
    ] = 1.0,
) -> None:
    """Play a recorded stream in the console, read-only.

    Times are those of the recording: an alert that was a minute old then is a minute old.
    """
    from ir_console.recording.player import Player
    from ir_console.tui.app import ConsoleApp

    player = Player(file, speed=speed)
    if not can_be_shown():
        raise UsageProblem(
            "The console needs a terminal", hint="A recording is text: read it as it is."
        )
    settings = console_settings().model_copy(update={"read_only": True})
    app = ConsoleApp(
        # What a recording cannot answer it refuses, whatever it is.
        cast("ConsoleClient", player),
        settings=settings,
        profile=f"{file.name} ×{speed:g}",
        wall_clock=player.wall_clock,
    )
    code = asyncio.run(run_console(app))
    raise SystemExit(code)
