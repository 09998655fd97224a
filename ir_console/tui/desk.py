"""Do what the analyst decided, and say what came of it.

Every call ends in an outcome, also one that fails: nothing is raised into the screen. A change is
conditional on the revision that the analyst saw, so nobody's work is overwritten unseen.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ir_client.errors import ChangedSince, IRError, ValidationFailed
from ir_client.wire.alerts import Alert, AlertUpdate, TimelineEntry
from ir_client.wire.values import AlertStatus, Disposition
from ir_console.feed import ConsoleClient
from ir_console.model.looks import status_word
from ir_console.model.triage import Conflict, describe_conflict
from ir_console.safe_text import safe_text

from .crash import write_report

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """It is done; `alert` is its new state where the server told it."""

    words: str
    alert: Alert | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It is not done, and why; `hint` says what to do next."""

    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Conflicted:
    """It is not done, because someone changed the alert first; `update` may be tried again."""

    conflict: Conflict
    current: Alert
    update: AlertUpdate


Outcome = Done | Failed | Conflicted


class Desk:
    """Triage calls on a server."""

    def __init__(self, client: ConsoleClient) -> None:
        self._client = client

    async def take(self, alert_id: int) -> Outcome:
        """Make an alert ours."""

        async def call() -> Outcome:
            ownership = await self._client.alerts.take(alert_id)
            incident = safe_text(ownership.incident.incident_id, 40)
            return Done(f"#{alert_id} is yours · {incident}", ownership.alert)

        return await _attempt(f"#{alert_id} could not be taken", call)

    async def comment(self, alert_id: int, text: str) -> Outcome:
        """Add a comment."""

        async def call() -> Outcome:
            await self._client.alerts.comment(alert_id, text)
            return Done(f"Comment added to #{alert_id}")

        return await _attempt(f"The comment on #{alert_id} was not sent", call)

    async def set_status(self, seen: Alert, status: AlertStatus) -> Outcome:
        """Move an alert to another status."""
        return await self.change(seen, AlertUpdate(status=status))

    async def close(self, seen: Alert, disposition: Disposition, reason: str) -> Outcome:
        """Close an alert with what it turned out to be."""
        status: AlertStatus = "false_positive" if disposition == "false_positive" else "closed"
        full = AlertUpdate(
            status=status, disposition=disposition, disposition_reason=reason or None
        )
        # A plain server knows no disposition and refuses it; closing must work there too.
        plain = AlertUpdate(status=status)
        return await self.change(seen, full, otherwise=plain)

    async def change(
        self, seen: Alert, update: AlertUpdate, *, otherwise: AlertUpdate | None = None
    ) -> Outcome:
        """Apply `update` if nobody changed the alert since it was `seen`."""
        words = _attempt_words(update)

        async def call() -> Outcome:
            try:
                changed = await self._send(seen, update, otherwise)
            except ChangedSince as error:
                current = error.current or await self._client.alerts.get(seen.id)
                entries = await self._history_if_any(seen.id)
                conflict = describe_conflict(words, before=seen, current=current, entries=entries)
                return Conflicted(conflict, current, update)
            return Done(f"#{seen.id}: {words}", changed)

        return await _attempt(f"#{seen.id} was not changed", call)

    async def history(self, alert_id: int) -> tuple[Sequence[TimelineEntry] | None, str]:
        """The timeline of an alert, or why it cannot be had."""
        try:
            return await self._client.alerts.timeline(alert_id), ""
        except IRError as error:
            return None, _said(error)

    async def _send(self, seen: Alert, update: AlertUpdate, otherwise: AlertUpdate | None) -> Alert:
        try:
            return await self._client.alerts.update(seen.id, update, if_revision=seen.revision)
        except ValidationFailed:
            if otherwise is None:
                raise
        return await self._client.alerts.update(seen.id, otherwise, if_revision=seen.revision)

    async def _history_if_any(self, alert_id: int) -> Sequence[TimelineEntry] | None:
        entries, _ = await self.history(alert_id)
        return entries


async def _attempt(failure: str, call: Callable[[], Awaitable[Outcome]]) -> Outcome:
    try:
        return await call()
    except IRError as error:
        return Failed(f"{failure}: {_said(error)}", safe_text(error.hint, 200))
    except Exception as error:  # noqa: BLE001 -- the edge of the task: a fault must not end the console
        _log.exception("a triage call failed")
        report = write_report(error)
        return Failed(failure, f"The console made a mistake; a report is in {report}")


def _said(error: IRError) -> str:
    return safe_text(str(error), 200) or type(error).__name__


def _attempt_words(update: AlertUpdate) -> str:
    words = f"status → {status_word(update.status)}" if update.status else "changed"
    if update.disposition:
        words += f" ({update.disposition.replace('_', ' ')})"
    return words
