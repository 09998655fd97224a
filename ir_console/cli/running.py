"""Run a command for each alert: a few at once, those of one alert in their order.

The command gets the alert as JSON on its standard input, and a few values of which none is text of
an alert in its environment. It is started without a shell, in a process group of its own, so that
Ctrl-C at the terminal ends us and not it. One that fails, or takes too long, is told of and
counted, and stops nothing. What waits is bounded: whoever hands over alerts has to wait then.
"""

import asyncio
import json
import os
import shlex
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from shutil import which
from typing import TYPE_CHECKING

from ir_client.wire.values import ALERT_STATUSES, SEVERITIES
from ir_console.model.format import plural

from .exits import UsageProblem
from .output import Output

if TYPE_CHECKING:
    from ir_client import Alert, AlertUpdated, NewAlert

DEFAULT_AT_ONCE = 4
DEFAULT_SECONDS = 30.0
# So many may wait for their turn before the stream is read no further.
WAITING_FOR_EACH = 8
# Enough to see what is wrong with a command that always fails.
_TOLD_FAILURES = 20
UNKNOWN = "unknown"

_END_SECONDS = 2.0
_STARTS = {"new_alert": "new", "alert_updated": "changed"}


@dataclass(frozen=True, slots=True)
class Command:
    """What is run, and how patiently."""

    argv: tuple[str, ...]
    at_once: int = DEFAULT_AT_ONCE
    seconds: float = DEFAULT_SECONDS


@dataclass(slots=True)
class Outcomes:
    """How the commands ended so far."""

    done: int = 0
    failed: int = 0

    def in_words(self) -> str:
        """One line."""
        return f"{plural(self.done + self.failed, 'command')} run, {self.failed:,} failed."


def command_from(text: str, *, at_once: int, seconds: float) -> Command:
    """The command, cut into words as a shell does, and nothing more. Raises UsageProblem."""
    try:
        argv = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageProblem(f"--exec cannot be read: {error}", hint="Close the quotes.") from None
    if not argv or which(argv[0]) is None:
        raise UsageProblem(
            f"--exec: there is no program {argv[0] if argv else 'named'}",
            hint="Name one that is on the PATH, or its whole path; a shell has to be named too.",
        )
    return Command(argv, at_once, seconds)


def environment_of(event: "NewAlert | AlertUpdated", base: Mapping[str, str]) -> dict[str, str]:
    """What a command finds in its environment: numbers, and words that we know."""
    alert = event.alert
    return {
        **base,
        "IR_ALERT_ID": str(alert.id),
        "IR_ALERT_EVENT": _STARTS.get(event.type, UNKNOWN),
        "IR_ALERT_SEVERITY": _known(alert.severity, SEVERITIES),
        "IR_ALERT_STATUS": _known(alert.status, ALERT_STATUSES),
        "IR_ALERT_REVISION": "" if alert.revision is None else str(alert.revision),
        "IR_ALERT_ORIGIN": _known(event.origin, ("live", "backfill")),
    }


class CommandRunner:
    """Runs one command for alerts, within `open()`."""

    def __init__(self, command: Command, output: Output) -> None:
        from ir_client.stream.lanes import Lanes

        self.outcomes = Outcomes()
        self._command = command
        self._output = output
        self._is_behind = False
        self._most = command.at_once * (1 + WAITING_FOR_EACH)
        self._lanes: Lanes[NewAlert | AlertUpdated] = Lanes(
            self._run, concurrency=command.at_once, max_unfinished=self._most
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run commands within this block; those that were handed over are waited for at its end.

        Who does not want to wait interrupts a second time.
        """
        try:
            async with self._lanes.open():
                try:
                    yield
                finally:
                    await self._finished()
        finally:
            self._output.note(self.outcomes.in_words())

    async def hand_over(self, event: "NewAlert | AlertUpdated") -> None:
        """Have the command run for this alert; waits while too many are waiting already."""
        waiting = len(self._lanes.unfinished)
        if waiting < self._most / 2:
            self._is_behind = False
        elif waiting >= self._most and not self._is_behind:
            self._is_behind = True
            self._output.note(
                "The commands are slower than the alerts: the stream waits for them. No alert is "
                "lost, but of one that changes often only the last state may come."
            )
        await self._lanes.room()
        self._lanes.put(event, lane=event.alert.id)

    async def _finished(self) -> None:
        if waiting := len(self._lanes.unfinished):
            self._output.note(f"Waiting for {plural(waiting, 'command')}; Ctrl-C again leaves.")
        await self._lanes.idle()

    async def _run(self, event: "NewAlert | AlertUpdated") -> None:
        problem = await self._problem_of(event)
        if problem is None:
            self.outcomes.done += 1
            return
        self.outcomes.failed += 1
        if self.outcomes.failed <= _TOLD_FAILURES:
            self._output.note(f"{self._command.argv[0]} for alert {event.alert.id}: {problem}")
        if self.outcomes.failed == _TOLD_FAILURES:
            self._output.note("Further failures are counted, and not told one by one.")

    async def _problem_of(self, event: "NewAlert | AlertUpdated") -> str | None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command.argv,
                stdin=asyncio.subprocess.PIPE,
                # Our stdout is data of ours.
                stdout=self._output.people_descriptor,
                env=environment_of(event, os.environ),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return f"it could not be started: {getattr(error, 'strerror', None) or error}"
        try:
            async with asyncio.timeout(self._command.seconds):
                await process.communicate(_as_input(event.alert))
        except TimeoutError:
            await _ended(process)
            return f"it took longer than {self._command.seconds:g} s and was ended"
        except BaseException:
            await _ended(process)
            raise
        code = process.returncode
        if code:
            return f"it ended with {_reason(code)}"
        return None


def _as_input(alert: "Alert") -> bytes:
    return f"{json.dumps(alert.model_dump(mode='json'))}\n".encode()


def _known(text: str, known: "tuple[str, ...]") -> str:
    return text if text in known else UNKNOWN


def _reason(code: int) -> str:
    if code > 0:
        return f"code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a command and what it started: politely, then at once."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
