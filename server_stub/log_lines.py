"""Write the lines of the log from a thread of their own: who logs never waits.

Whoever reads the log may stop to: a pager, a collector that hangs, a terminal that was paused, a
disk that is full. A server that wrote its lines itself would then stop answering at the next one.
So lines wait in a bounded queue. Those that do not fit, and those that cannot be written, are lost
and counted, and the next one that gets through says how many.
"""

import os
import queue
import select
import threading
from collections.abc import Callable
from dataclasses import dataclass

MAX_WAITING = 2_000
_CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    lost_before: int
    line: str | None


class LineWriter:
    """Lines on their way to a file descriptor; `said_of_lost` is the line about lost ones."""

    def __init__(
        self,
        descriptor: int,
        said_of_lost: Callable[[int], str],
        *,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._descriptor = descriptor
        self._said_of_lost = said_of_lost
        self._max_waiting = max_waiting
        # Unlike Queue it may be put to while the same thread puts: a finalizer may log, too.
        self._waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._refused = 0
        self._failed = 0
        self._told_of = 0
        # The interpreter ends without it: nobody can wake a thread that waits inside a write.
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Leave a line to be written, unless too many wait."""
        if self._waiting.qsize() >= self._max_waiting:
            self._refused += 1
        else:
            self._waiting.put(_Waiting(self._refused, line))

    def close(self) -> None:
        """Write what waits, if whoever reads takes it soon."""
        self._waiting.put(_Waiting(self._refused, None))
        self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            waiting = self._waiting.get()
            self._tell_of_lost(waiting.lost_before)
            if waiting.line is None:
                return
            self._failed += not self._written(waiting.line)

    def _tell_of_lost(self, refused: int) -> None:
        lost = refused + self._failed
        if lost > self._told_of and self._written(self._said_of_lost(lost - self._told_of)):
            self._told_of = lost

    def _written(self, line: str) -> bool:
        # Not through `sys.stderr`: the interpreter dies at its end if a thread holds that.
        left = f"{line}\n".encode(errors="backslashreplace")
        try:
            while left:
                left = left[self._write_some(left) :]
        except OSError:
            return False
        return True

    def _write_some(self, data: bytes) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            # Whoever gave us the descriptor made it so; that it is full is no failure.
            select.select([], [self._descriptor], [])
            return 0
