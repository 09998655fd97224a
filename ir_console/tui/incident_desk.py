"""Read incidents and work on them; every call ends in a value or in words, as at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from ir_client.errors import ChangedSince, ConnectError, IRError, MissingFeature
from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.incidents import Incident, IncidentCreate, IncidentEntry, IncidentUpdate
from ir_client.wire.values import SEVERITIES, IncidentStatus, Priority, Severity
from ir_console.feed import ConsoleClient
from ir_console.model.bulk import ItemResult, unanswered
from ir_console.model.escalation import Joining
from ir_console.model.incident_book import MOST_INCIDENTS
from ir_console.model.incident_lines import incident_word
from ir_console.model.queued import UNREACHABLE
from ir_console.model.undo import Before
from ir_console.safe_text import safe_text

from .desk import Failed, attempt, said_of

_PAGE_SIZE = 100
NOBODY_JOINED = "No alert joined it: all were changed by someone else meanwhile."


@dataclass(frozen=True, slots=True)
class Joined:
    """The incident that alerts joined, and whether it was made for them."""

    name: str
    is_new: bool


class IncidentDesk:
    """Calls about incidents on a server."""

    def __init__(self, client: ConsoleClient) -> None:
        self._client = client

    async def read_all(self) -> list[Incident] | Failed:
        """The newest incidents that the server lists."""

        async def call() -> list[Incident]:
            found: list[Incident] = []
            async for page in self._client.incidents.list(size=_PAGE_SIZE).pages():
                found += page.incidents
                if len(found) >= MOST_INCIDENTS:
                    break
            return found

        return await attempt("The incidents could not be read", call)

    async def read(self, name: int | str) -> Incident | Failed:
        """One incident, whole."""
        return await attempt(
            "The incident could not be read", lambda: self._client.incidents.get(name)
        )

    async def history(self, incident_id: int) -> tuple[Sequence[IncidentEntry] | None, str]:
        """The timeline of an incident, or why it cannot be had."""
        try:
            return await self._client.incidents.timeline(incident_id), ""
        except MissingFeature:
            return None, "This server keeps no full timeline: the newest lines that it shows."
        except IRError as error:
            return None, said_of(error)

    async def create(self, incident: IncidentCreate) -> Incident | Failed:
        """Make an incident with its alerts; all of them join it, or there is none."""
        return await attempt(
            "The incident was not made", lambda: self._client.incidents.create(incident)
        )

    async def add(self, name: str, alerts: Sequence[Before]) -> tuple[ItemResult, ...]:
        """Let alerts join an incident, each unless someone changed it; what came of each."""
        results: list[ItemResult] = []
        update = AlertUpdate(incident_id=name)
        for place, one in enumerate(alerts):
            try:
                changed = await self._client.alerts.update(
                    one.alert_id, update, if_revision=one.revision
                )
            except ChangedSince:
                results += unanswered([one.alert_id], "changed_since")
            except IRError as error:
                status = UNREACHABLE if isinstance(error, ConnectError) else "failed"
                results += unanswered([one.alert_id], status, said_of(error))
                if error.retryable:
                    rest = [other.alert_id for other in alerts[place + 1 :]]
                    return (*results, *unanswered(rest, "not_tried"))
            else:
                results.append(ItemResult(one.alert_id, "updated", revision=changed.revision))
        return tuple(results)

    async def join(
        self, wanted: Joining, alerts: Sequence[Before]
    ) -> tuple[tuple[ItemResult, ...], Joined | None]:
        """Let alerts join an incident that may have to be made, each unless it was changed.

        One that nothing joined is closed again. None instead of the incident if none was made.
        """
        if wanted.name:
            return await self.add(wanted.name, alerts), Joined(wanted.name, is_new=False)
        made = await self.create(incident_of(wanted))
        if isinstance(made, Failed):
            status = UNREACHABLE if made.is_unreachable else "failed"
            ids = [one.alert_id for one in alerts]
            return tuple(unanswered(ids, status, made.reason or made.words)), None
        results = await self.add(made.incident_id, alerts)
        is_lost = any(one.status in (UNREACHABLE, "not_tried") for one in results)
        if is_lost or any(one.is_done for one in results):
            return results, Joined(made.incident_id, is_new=True)
        await attempt(
            "The empty incident stays open",
            lambda: self._client.incidents.set_status(made.id, "closed", NOBODY_JOINED),
        )
        return results, None

    async def set_status(self, seen: Incident, status: IncidentStatus) -> Incident | Failed:
        """Move an incident to another status, unless someone changed it since it was seen."""

        async def call() -> Incident | Failed:
            incidents = self._client.incidents
            if seen.revision is None:
                return await incidents.set_status(seen.id, status)
            update = IncidentUpdate(status=status)
            try:
                return await incidents.update(seen.id, update, if_revision=seen.revision)
            except MissingFeature:
                return await incidents.set_status(seen.id, status)
            except ChangedSince as error:
                now = error.current_incident
                word = "" if now is None else f", and is {incident_word(now.status)} now"
                hint = "Nothing was overwritten: look at it and decide again."
                name = safe_text(seen.incident_id, 40)
                return Failed(f"{name} was changed meanwhile{word}", hint)

        return await attempt(f"{safe_text(seen.incident_id, 40)} was not changed", call)

    async def add_note(self, incident: Incident, text: str) -> IncidentEntry | Failed:
        """Write a note into an incident's timeline."""
        return await attempt(
            f"The note on {safe_text(incident.incident_id, 40)} was not sent",
            lambda: self._client.incidents.add_note(incident.id, text),
        )


def incident_of(wanted: Joining, alerts: Sequence[Before] = ()) -> IncidentCreate:
    """A new incident with these alerts."""
    known = wanted.severity in SEVERITIES
    return IncidentCreate(
        title=wanted.title,
        severity=cast("Severity", wanted.severity if known else "medium"),
        priority=cast("Priority", wanted.priority),
        alert_ids=tuple(one.alert_id for one in alerts),
    )
