"""Do what the analyst decided, and say what came of it.

Every call ends in an outcome, also one that fails: nothing is raised into the screen. A change is
conditional on the revision that the analyst saw, so nobody's work is overwritten unseen.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ir_client.errors import ChangedSince, ConnectError, IRError, MissingFeature, ValidationFailed
from ir_client.query import Query
from ir_client.wire.alerts import Alert, AlertUpdate, TimelineEntry
from ir_client.wire.bulk import BulkUpdateReport
from ir_client.wire.overview import AlertStats
from ir_console.feed import ConsoleClient
from ir_console.model.bulk import BulkPart
from ir_console.model.conflicts import Conflict, describe_conflict
from ir_console.model.decisions import Decision, change_words, wanted_fields
from ir_console.model.format import plural
from ir_console.model.triage import Action
from ir_console.model.undo import Before, Reversal
from ir_console.safe_text import safe_text

from .crash import write_report

_log = logging.getLogger(__name__)

_FOUND_AT_ONCE = 500

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Done:
    """It is done; `alert` is its new state where the server told it.

    `revision` is the one that it made, `incident` the one that it made.
    """

    words: str
    alert: Alert | None = None
    revision: int | None = None
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It is not done, and why; `hint` says what to do next, `reason` is the why alone.

    `is_unreachable`: nobody listened, so nothing was sent.
    """

    words: str
    hint: str = ""
    reason: str = ""
    is_unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Conflicted:
    """It is not done, because someone changed the alert first."""

    conflict: Conflict
    current: Alert


Outcome = Done | Failed | Conflicted
BulkOutcome = BulkUpdateReport | Failed


class Desk:
    """Triage calls on a server."""

    def __init__(self, client: ConsoleClient) -> None:
        self._client = client

    async def carry_out(self, seen: Alert, decision: Decision) -> Outcome:
        """Do to an alert what was decided about it as it was `seen`."""
        if decision.action is Action.TAKE:
            return await self._take(seen)
        if decision.action is Action.COMMENT:
            return await self._comment(seen.id, decision.text)
        update = decision.update(me=None)
        return await self.change(seen, update, otherwise=_without_disposition(update))

    async def put_back(self, reversal: Reversal, seen: Alert) -> Outcome:
        """Take back a change; `seen` is the alert as it is known now."""
        words = f"#{reversal.alert_id} could not be put back"
        if reversal.revision is None and not reversal.is_untouched(seen):
            return Failed(words, "It was changed since, and this server does not say by whom.")
        # What it is compared with is the alert as our change left it.
        left = seen.model_copy(update={**reversal.made, "revision": reversal.revision})
        return await self.change(left, reversal.update)

    async def close_incident(self, name: str, why: str) -> str:
        """Close an incident that has lost its purpose; what came of it, in words."""
        shown = safe_text(name, 40)
        try:
            await self._client.incidents.set_status(name, "closed", why)
        except IRError as error:
            return f"{shown} stays open: {said_of(error)}"
        return f"{shown} closed"

    async def count(self, query: Query) -> int | Failed:
        """How many alerts a query finds on the server."""

        async def call() -> int:
            async for page in self._client.alerts.list(size=1, query=query).pages():
                return page.pagination.total
            return 0

        return await attempt("The alerts could not be counted", call)

    async def find(
        self, query: Query, *, most: int, on_page: Callable[[int], bool]
    ) -> list[Before] | Failed:
        """The alerts that a query finds, as they are now, up to `most`.

        `on_page` hears how many are read, and says whether to read on.
        """

        async def call() -> list[Before]:
            found: dict[int, Before] = {}
            async for page in self._client.alerts.list(size=_FOUND_AT_ONCE, query=query).pages():
                found |= {alert.id: Before.of(alert) for alert in page.alerts}
                if len(found) > most or not on_page(len(found)):
                    break
            return [*found.values()]

        return await attempt("The alerts could not be read", call)

    async def change_many(self, part: BulkPart) -> BulkOutcome:
        """Change those alerts of a part that nobody changed since their expected revisions."""
        alerts, update, ids = self._client.alerts, part.update, part.alert_ids
        plain, expected = _without_disposition(update), part.expected

        async def call() -> BulkUpdateReport:
            try:
                return await alerts.bulk_update(update, alert_ids=ids, expected=expected)
            except (MissingFeature, ValidationFailed) as error:
                # A plain server compares no revisions, and refuses dispositions.
                if isinstance(error, ValidationFailed) and (expected or plain == update):
                    raise
            return await alerts.bulk_update(plain, alert_ids=ids)

        return await attempt(f"{plural(len(ids), 'alert')} not changed", call)

    async def change(
        self, seen: Alert, update: AlertUpdate, *, otherwise: AlertUpdate | None = None
    ) -> Outcome:
        """Apply `update` if nobody changed the alert since it was `seen`."""
        words = change_words(update)

        async def call() -> Outcome:
            try:
                changed = await self._send(seen, update, otherwise)
            except ChangedSince as error:
                current = error.current or await self._client.alerts.get(seen.id)
                conflict = await self._compare(Before.of(seen), current, update, words)
                return Conflicted(conflict, current)
            return Done(f"#{seen.id}: {words}", changed, changed.revision)

        return await attempt(f"#{seen.id} was not changed", call)

    async def stats(self) -> AlertStats | Failed:
        """The server's figures of all alerts that one may see."""
        return await attempt("the server’s are not to be had", self._client.alerts.stats)

    async def look_again(self, before: Before, update: AlertUpdate) -> Outcome:
        """Both versions of an alert that a change of many was refused for."""

        async def call() -> Outcome:
            current = await self._client.alerts.get(before.alert_id)
            conflict = await self._compare(before, current, update, change_words(update))
            return Conflicted(conflict, current)

        return await attempt(f"#{before.alert_id} could not be read", call)

    async def history(self, alert_id: int) -> tuple[Sequence[TimelineEntry] | None, str]:
        """The timeline of an alert, or why it cannot be had."""
        try:
            return await self._client.alerts.timeline(alert_id), ""
        except IRError as error:
            return None, said_of(error)

    async def _take(self, seen: Alert) -> Outcome:
        async def call() -> Outcome:
            ownership = await self._client.alerts.take(seen.id)
            alert, name = ownership.alert, ownership.incident.incident_id
            made = name if seen.incident_id is None else None
            words = f"#{seen.id} is yours · {safe_text(name, 40)}"
            return Done(words, alert, alert.revision, made)

        return await attempt(f"#{seen.id} could not be taken", call)

    async def _comment(self, alert_id: int, text: str) -> Outcome:
        async def call() -> Outcome:
            entry = await self._client.alerts.comment(alert_id, text)
            return Done(f"Comment added to #{alert_id}", revision=entry.revision)

        return await attempt(f"The comment on #{alert_id} was not sent", call)

    async def _send(self, seen: Alert, update: AlertUpdate, otherwise: AlertUpdate | None) -> Alert:
        try:
            return await self._client.alerts.update(seen.id, update, if_revision=seen.revision)
        except ValidationFailed:
            if otherwise is None or otherwise == update:
                raise
        return await self._client.alerts.update(seen.id, otherwise, if_revision=seen.revision)

    async def _compare(
        self, before: Before, current: Alert, update: AlertUpdate, words: str
    ) -> Conflict:
        entries, _ = await self.history(current.id)
        return describe_conflict(
            words,
            seen=before.shown,
            revision=before.revision,
            wanted=wanted_fields(update),
            current=current,
            entries=entries,
        )


def _without_disposition(update: AlertUpdate) -> AlertUpdate:
    # A plain server knows no disposition and refuses it; closing must work there too.
    given = update.model_dump(exclude_unset=True, exclude={"disposition", "disposition_reason"})
    return AlertUpdate(**given)


async def attempt(failure: str, call: Callable[[], Awaitable[Answer]]) -> Answer | Failed:
    """Make a call that ends in words if it fails."""
    try:
        return await call()
    except IRError as error:
        said = said_of(error)
        is_unreachable = isinstance(error, ConnectError)
        return Failed(f"{failure}: {said}", safe_text(error.hint, 200), said, is_unreachable)
    except Exception as error:  # noqa: BLE001 -- the edge of the task: a fault must not end the console
        _log.exception("a triage call failed")
        report = write_report(error)
        hint = f"The console made a mistake; a report is in {report}"
        return Failed(failure, hint, "the console made a mistake")


def said_of(error: IRError) -> str:
    """An error's own words, safe to show."""
    return safe_text(str(error), 200) or type(error).__name__
