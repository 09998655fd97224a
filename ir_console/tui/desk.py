"""Do what the analyst decided, and say what came of it.

Every call ends in an outcome, also one that fails: nothing is raised into the screen. A change is
conditional on the revision that the analyst saw, so nobody's work is overwritten unseen.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ir_client.errors import ChangedSince, IRError, MissingFeature, ValidationFailed
from ir_client.wire.alerts import Alert, AlertUpdate, TimelineEntry
from ir_client.wire.bulk import BulkUpdateReport
from ir_client.wire.values import AlertStatus, Disposition
from ir_console.feed import ConsoleClient
from ir_console.model.format import plural
from ir_console.model.looks import status_word
from ir_console.model.triage import Conflict, describe_conflict
from ir_console.safe_text import safe_text

from .crash import write_report

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


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
BulkOutcome = BulkUpdateReport | Failed


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
        full = closing_update(disposition, reason)
        return await self.change(seen, full, otherwise=_without_disposition(full))

    async def change_many(
        self, alert_ids: Sequence[int], update: AlertUpdate, *, expected: Mapping[int, int]
    ) -> BulkOutcome:
        """Apply `update` to each of these that nobody changed since its expected revision."""
        alerts, plain = self._client.alerts, _without_disposition(update)

        async def call() -> BulkUpdateReport:
            try:
                return await alerts.bulk_update(update, alert_ids=alert_ids, expected=expected)
            except (MissingFeature, ValidationFailed) as error:
                # A plain server compares no revisions, and refuses dispositions.
                if isinstance(error, ValidationFailed) and (expected or plain == update):
                    raise
            return await alerts.bulk_update(plain, alert_ids=alert_ids)

        return await _attempt(f"{plural(len(alert_ids), 'alert')} not changed", call)

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


def closing_update(disposition: Disposition, reason: str) -> AlertUpdate:
    """What closes an alert as what it turned out to be."""
    status: AlertStatus = "false_positive" if disposition == "false_positive" else "closed"
    return AlertUpdate(status=status, disposition=disposition, disposition_reason=reason or None)


def _without_disposition(update: AlertUpdate) -> AlertUpdate:
    # A plain server knows no disposition and refuses it; closing must work there too.
    given = update.model_dump(exclude_unset=True, exclude={"disposition", "disposition_reason"})
    return AlertUpdate(**given)


async def _attempt(failure: str, call: Callable[[], Awaitable[Answer]]) -> Answer | Failed:
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
