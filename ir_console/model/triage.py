"""What may be done with an alert now, and what came of it in words.

Decides without asking the server what cannot succeed, so that the answer is instant. Whatever
passes here may still be refused by the server, whose word counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ir_client.wire.alerts import Alert, TimelineEntry
from ir_client.wire.auth import UserRef
from ir_console.safe_text import safe_text

from .rows import Row
from .story import deed_at, field_value

_COMPARED = ("status", "assigned_analyst", "severity", "disposition", "incident_id")
_WORDS = {"assigned_analyst": "owner", "incident_id": "incident"}
_MOST_LINES = 6


class Action(StrEnum):
    """What an analyst does to an alert."""

    TAKE = "take"
    STATUS = "change status"
    COMMENT = "comment"
    CLOSE = "close"


def refusal(action: Action, row: Row | None, *, me: UserRef | None, is_read_only: bool) -> str:
    """Why `action` cannot be done, or nothing when it can be tried."""
    if row is None:
        return "There is no alert under the cursor."
    if is_read_only:
        return "This console is read-only: start it without that setting to triage."
    if action is Action.TAKE and row.owner_id is not None:
        if me is not None and row.owner_id == me.id:
            return f"#{row.id} is yours already."
        return f"#{row.id} is with {row.owner}: ask them to hand it over."
    if action is Action.CLOSE and not row.is_open:
        return f"#{row.id} is closed already: s changes its status."
    return ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change that was not applied, because someone else changed the alert first."""

    alert_id: int
    title: str
    attempt: str
    others: tuple[str, ...]


def describe_conflict(
    attempt: str, *, before: Alert, current: Alert, entries: Sequence[TimelineEntry] | None
) -> Conflict:
    """Say who changed what since `before`; without a timeline, what differs."""
    others = tuple(
        deed_at(entry)
        for entry in entries or ()
        if entry.revision is not None and entry.revision > (before.revision or 0)
    )
    if not others:
        others = tuple(_differences(before, current))
    title = safe_text(current.title, 200)
    return Conflict(current.id, title, attempt, others[-_MOST_LINES:])


def _differences(before: Alert, current: Alert) -> list[str]:
    lines = []
    for name in _COMPARED:
        old, new = (_plain(getattr(alert, name)) for alert in (before, current))
        if old != new:
            word = _WORDS.get(name, name)
            lines.append(f"{word}: {field_value(name, old)} → {field_value(name, new)}")
    return lines or ["someone changed it a moment ago"]


def _plain(value: object) -> str | None:
    if isinstance(value, UserRef):
        return safe_text(value.username, 80)
    return None if value is None else str(value)
