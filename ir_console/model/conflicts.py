"""A change that was not applied because someone else was faster: both versions, side by side.

What the analyst saw, what was wanted, and what is there now, field by field; and who did it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ir_client.wire.alerts import Alert, TimelineEntry
from ir_client.wire.auth import UserRef
from ir_console.safe_text import safe_text

from .spans import fit
from .story import deed_at, field_value

_MOST_LINES = 6
_WORD_WIDTH, _VALUE_WIDTH = 12, 14

Shown = Mapping[str, str | None]
"""The fields that a conflict is about, by the words for them."""


@dataclass(frozen=True, slots=True)
class Version:
    """One field; `wanted` is None where the analyst left it alone."""

    word: str
    seen: str
    wanted: str | None
    now: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change that was not applied, because someone else changed the alert first."""

    alert_id: int
    title: str
    attempt: str
    versions: tuple[Version, ...]
    others: tuple[str, ...]


def shown_fields(alert: Alert) -> Shown:
    """What of an alert a conflict would show."""
    return {
        "status": alert.status,
        "owner": _owner(alert.assigned_analyst, alert.assigned_analyst_id),
        "severity": alert.severity,
        "disposition": alert.disposition,
        "incident": alert.incident_id,
    }


def describe_conflict(
    attempt: str,
    *,
    seen: Shown,
    revision: int | None,
    wanted: Shown,
    current: Alert,
    entries: Sequence[TimelineEntry] | None,
) -> Conflict:
    """Both versions, and who changed what after `revision`, as far as there is a timeline."""
    others = tuple(
        deed_at(entry)
        for entry in entries or ()
        if entry.revision is not None and entry.revision > (revision or 0)
    )
    now = shown_fields(current)
    versions = tuple(_versions(seen, wanted, now))
    title = safe_text(current.title, 200)
    return Conflict(current.id, title, attempt, versions, others[-_MOST_LINES:])


def version_lines(conflict: Conflict) -> Iterator[str]:
    """The versions as lines of a table of 54 cells."""
    yield _row("", "you saw", "you want", "is now")
    for one in conflict.versions:
        yield _row(one.word, one.seen, one.wanted or "", one.now)


def _versions(seen: Shown, wanted: Shown, now: Shown) -> Iterator[Version]:
    for word, value in now.items():
        before = seen.get(word)
        if word in wanted or before != value:
            mine = field_value(word, wanted[word]) if word in wanted else None
            yield Version(word, field_value(word, before), mine, field_value(word, value))


def _row(*cells: str) -> str:
    word, *values = cells
    return fit(word, _WORD_WIDTH) + "".join(
        fit(fit(v, _VALUE_WIDTH - 1), _VALUE_WIDTH) for v in values
    )


def _owner(user: UserRef | None, user_id: int | None) -> str | None:
    if user is not None:
        return safe_text(user.username, 80)
    return None if user_id is None else f"user {user_id}"
