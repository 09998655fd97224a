"""How rows may be arranged: what they are sorted by, and what they are grouped by.

A sort puts rows on shelves, one for each value (a severity, a host); on a shelf the newest stands
first. Rows without a value stand last, whatever the direction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ir_client.wire.values import ALERT_STATUSES, SEVERITIES

from .rows import Row

_SEVERITY_RANKS = {severity: -rank for rank, severity in enumerate(SEVERITIES)}
_STATUS_RANKS = {status: rank for rank, status in enumerate(ALERT_STATUSES)}


@dataclass(frozen=True, slots=True)
class SortKind:
    """A thing to sort by; `value` is None where a row has none."""

    name: str
    words: str
    value: Callable[[Row], Any] | None
    is_descending: bool = False
    is_oldest_first: bool = False


SORT_KINDS: dict[str, SortKind] = {
    kind.name: kind
    for kind in (
        SortKind("received", "newest first", None),
        SortKind("severity", "worst first", lambda row: _SEVERITY_RANKS.get(row.severity), True),
        SortKind("status", "new first, closed last", lambda row: _STATUS_RANKS.get(row.status)),
        SortKind("risk", "highest risk score first", lambda row: row.risk, True),
        SortKind(
            "due",
            "open ones first, those that wait longest before others",
            lambda row: 0 if row.is_open else None,
            is_oldest_first=True,
        ),
        # To the minute: a shelf of its own for each alert would be a million shelves.
        SortKind("updated", "last changed first", lambda row: row.updated // 60, True),
        SortKind("seen", "most often reported first", lambda row: row.occurrences, True),
        SortKind("rule", "by the rule's name", lambda row: row.rule.casefold() or None),
        SortKind("host", "by the host's name", lambda row: row.host.casefold() or None),
        SortKind("address", "by the source's address", lambda row: row.address or None),
        SortKind("user", "by the affected user", lambda row: row.user.casefold() or None),
        SortKind("owner", "by who has it", lambda row: row.owner.casefold() or None),
        SortKind("source", "by the sensor", lambda row: row.source.casefold() or None),
    )
}

GROUP_KINDS: dict[str, Callable[[Row], str]] = {
    "rule": lambda row: row.rule,
    "host": lambda row: row.host,
    "address": lambda row: row.address,
    "user": lambda row: row.user,
    "correlation": lambda row: row.correlation,
}


@dataclass(frozen=True, slots=True)
class Sort:
    """What the rows are sorted by; reversed, the other way round."""

    name: str = "received"
    is_reversed: bool = False

    def __str__(self) -> str:
        return f"-{self.name}" if self.is_reversed else self.name

    @property
    def kind(self) -> SortKind:
        return SORT_KINDS[self.name]

    @property
    def is_descending(self) -> bool:
        """Whether the greatest value stands first."""
        return self.kind.is_descending is not self.is_reversed

    @property
    def is_oldest_first(self) -> bool:
        """Whether the oldest row of a shelf stands first."""
        has_shelves = self.kind.value is not None and not self.kind.is_oldest_first
        return self.kind.is_oldest_first is not (self.is_reversed and not has_shelves)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A sort, and what the rows are grouped by, if by anything."""

    sort: Sort = Sort()
    group: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether rows simply stand newest first."""
        return self == PLAIN


PLAIN = Arrangement()


def read_sort(text: str) -> Sort:
    """A sort as it is written: `severity`, `-host`. Raises ValueError in words."""
    name = text.strip().lower()
    is_reversed = name.startswith("-")
    name = name.removeprefix("-") or "received"
    if name not in SORT_KINDS:
        raise ValueError(_unknown("sort", text, list(SORT_KINDS)))
    return Sort(name, is_reversed)


def read_group(text: str) -> str:
    """A grouping as it is written; nothing, `none` or `off` is none. Raises ValueError in words."""
    name = text.strip().lower()
    if name in ("", "none", "off"):
        return ""
    if name not in GROUP_KINDS:
        raise ValueError(_unknown("group", text, list(GROUP_KINDS)))
    return name


def _unknown(what: str, text: str, names: list[str]) -> str:
    near = get_close_matches(text.lower().strip("- "), names, 1)
    hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(names)}"
    return f"“{text.strip()}” is nothing to {what} by: {hint}"
