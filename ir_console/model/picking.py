"""A list to pick from, with a cursor that stays on its entry whatever comes and goes around it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .spans import Line

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Key]):
    """One line of a list, and what it stands for."""

    key: Key
    line: Line


@dataclass(slots=True)
class PickModel(Generic[Key]):
    """Entries and a cursor on one of them."""

    entries: Sequence[Entry[Key]] = ()
    index: int = 0
    _places: dict[Key, int] = field(default_factory=dict)

    @property
    def cursor(self) -> Key | None:
        """What the cursor is on; None while there is nothing."""
        return self.entries[self.index].key if self.entries else None

    def show(self, entries: Sequence[Entry[Key]]) -> None:
        """Show other entries; when the cursor's own is gone, the one in its place has it."""
        before = self.cursor
        self.entries = entries
        self._places = {entry.key: place for place, entry in enumerate(entries)}
        last = max(0, len(entries) - 1)
        kept = None if before is None else self._places.get(before)
        self.index = min(self.index, last) if kept is None else kept

    def move(self, steps: int) -> None:
        """Move the cursor, as far as there are entries."""
        self.index = max(0, min(self.index + steps, len(self.entries) - 1))
