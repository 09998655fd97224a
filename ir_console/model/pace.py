"""How much of a long work is done in one turn, so that no key waits for it.

What a turn takes depends on the question, on the machine and on what is shown, so it is measured:
the next turn is as much larger or smaller as the last one was short or long.
"""

from collections.abc import Callable
from typing import TypeVar

_Given = TypeVar("_Given")

Clock = Callable[[], float]
"""Seconds from any beginning: best of the processor, which others' work does not lengthen."""

TURN_SECONDS = 0.012
# A key has to go through the loop some ten times before it is painted, between such turns.
BREATH_SECONDS = 0.005
_FIRST, _LEAST, _MOST = 1_000, 200, 25_000


class Pace:
    """How many alerts one work looks at in its next turn."""

    def __init__(self, turn_seconds: float = TURN_SECONDS) -> None:
        self._turn_seconds = turn_seconds
        self.size = _FIRST

    def turn(self, clock: Clock, work: Callable[[int], _Given]) -> _Given:
        """Do so much of the work, and see by the clock how much it should be next time."""
        started = clock()
        given = work(self.size)
        seconds = clock() - started
        # At most twice as much at once: the first of a work may be easier than the rest.
        larger = 2 * self.size
        wanted = self.size * self._turn_seconds / seconds if seconds > 0 else larger
        self.size = int(max(_LEAST, min(_MOST, larger, wanted)))
        return given
