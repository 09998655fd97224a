"""Shelves of rows of one value, groups of shelves, and what is remembered of groups."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .rows import Key


@dataclass(slots=True, eq=False)
class Shelf:
    """The rows of one value, oldest first, and the line on which it begins."""

    value: Any
    group: "Group"
    keys: list[Key] = field(default_factory=list)
    start: int = 0


@dataclass(slots=True, eq=False)
class Group:
    """The rows of one rule, host, …; `best` and `newest` say where it stands until it settles."""

    id: int
    name: str
    shelves: dict[Any, Shelf] = field(default_factory=dict)
    order: list[Shelf] = field(default_factory=list)
    is_sorted: bool = True
    severities: Counter[str] = field(default_factory=Counter)
    best: Any = None
    newest: Key | None = None
    start: int = 0

    def __iter__(self) -> Iterator[int]:
        """The ids of its rows."""
        return (alert_id for shelf in self.shelves.values() for _, alert_id in shelf.keys)

    def __len__(self) -> int:
        return sum(len(shelf.keys) for shelf in self.shelves.values())


class GroupMemory:
    """What of groups outlives an arrangement: their ids, and which of them are unfolded."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, str], int] = {}
        self.unfolded: set[tuple[str, str]] = set()
