"""The lines of a sorted or grouped table, one after the other: what stands on which."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import itemgetter

from .shelves import Group, Shelf

_ID_OF = itemgetter(1)


class LaidOut:
    """Shelves, and the lines of groups, from the top down; each is told where it begins."""

    def __init__(self, lines: Sequence[Shelf | Group], *, is_oldest_first: bool) -> None:
        self._lines = lines
        self._is_oldest_first = is_oldest_first
        lengths = [1 if isinstance(line, Group) else len(line.keys) for line in lines]
        self._ends = list(accumulate(lengths))
        self._starts = [0, *self._ends[:-1]]
        for line, start in zip(lines, self._starts, strict=False):
            line.start = start

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def id_at(self, index: int) -> int:
        """The row or group of a line."""
        line = self._lines[self._place_of(index)]
        if isinstance(line, Group):
            return line.id
        offset = index - line.start
        return line.keys[offset if self._is_oldest_first else -1 - offset][1]

    def ids_beyond(self, index: int, step: int) -> Iterator[int]:
        """The rows and groups of all lines below a line, or with step -1 above it."""
        index += step
        while 0 <= index < len(self):
            line = self._lines[self._place_of(index)]
            if isinstance(line, Group):
                yield line.id
                index += step
                continue
            keys = line.keys if self._is_oldest_first else line.keys[::-1]
            offset = index - line.start
            there = keys[offset:] if step > 0 else keys[offset::-1]
            yield from map(_ID_OF, there)
            index += step * len(there)

    def _place_of(self, index: int) -> int:
        return bisect_right(self._starts, index) - 1
