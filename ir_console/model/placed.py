"""Lines that know what they are about, so that a reader keeps its place when others come or go."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from .spans import Line


@dataclass(frozen=True, slots=True)
class PlacedLines:
    """Lines, and for each a key of what it says; `places` is as long as `lines`."""

    lines: tuple[Line, ...] = ()
    places: tuple[Hashable, ...] = ()

    @classmethod
    def of(cls, placed: Iterable[tuple[Hashable, Line]]) -> "PlacedLines":
        pairs = list(placed)
        return cls(tuple(line for _, line in pairs), tuple(place for place, _ in pairs))


def kept_top(before: PlacedLines, top: int, after: PlacedLines) -> int:
    """Which line of `after` says what the line `top` of `before` said, or the one before it.

    At the very top one stays there: whoever reads from the beginning wants what is new there.
    """
    if not 0 < top < len(before.places):
        return max(0, top)
    position = {place: index for index, place in reversed([*enumerate(after.places)])}
    for above in range(top, -1, -1):
        found = position.get(before.places[above])
        if found is not None:
            return found
    return 0
