"""Decide from which position of the server's log a stream resumes (protocol 2).

A position moves once all events of a frame are in the buffer. It stands still from the moment
in which frames were lost, or in which the server said `reset`, until what was missed has been
fetched: a connection that breaks meanwhile resumes where it stood, and nothing is skipped. Reads
no clock and does no I/O. See decisions/0007.
"""

from ..wire.cursor import StreamPosition

# What was missed is still told in the same log to the same eyes: the old position holds.
SAME_LOG_REASONS = frozenset({"lag", "too_many", "trimmed"})


class Cursor:
    """The position of one stream, over all its connections."""

    def __init__(self, position: StreamPosition | None = None) -> None:
        self.position = position
        self._epoch: str | None = None
        self._is_frozen = False
        self._told_through: int | None = None

    def begin(self, epoch: str, seq: int) -> StreamPosition:
        """The first connection began to tell at `seq`: what was before is not ours to deliver."""
        self._epoch, self._is_frozen = epoch, False
        self.position = StreamPosition(epoch, seq)
        return self.position

    def resume(self, epoch: str) -> None:
        """The server tells what happened since our position."""
        self._epoch, self._is_frozen = epoch, False

    def await_fetch(self, epoch: str) -> None:
        """The server told of a log; what was missed has to be fetched."""
        self._epoch, self._is_frozen = epoch, True

    def forget(self, *, new_sight: bool) -> None:
        """Our position is one of another log, or of other rights; those name another epoch."""
        self.position, self._is_frozen = None, True
        if new_sight:
            self._epoch = None

    def freeze(self) -> None:
        """Frames were lost, or must be fetched."""
        self._is_frozen = True

    def begin_fetch(self) -> None:
        """Frames count again from here on, beside what is fetched."""
        self._is_frozen, self._told_through = True, None

    def advance(self, seq: int | None) -> StreamPosition | None:
        """All events of a frame are in the buffer; the position, where it has moved."""
        if seq is None:
            return None
        if self._is_frozen:
            self._told_through = max(seq, self._told_through or 0)
            return None
        if self.position is None or seq == self.position.seq:
            return None
        self.position = StreamPosition(self.position.epoch, seq)
        return self.position

    def end_fetch(self, read_at: StreamPosition | None) -> StreamPosition | None:
        """All up to `read_at` is in the buffer, and the frames since; the position, if any."""
        if read_at is None:
            return None
        self._epoch = self._epoch or read_at.epoch
        if self._epoch != read_at.epoch:
            self.position = None  # the pages are of another log than the connection
            return None
        # Also back, to the last frame: it may show an alert that is gone from the pages, and only
        # after it is the removal told again (docs/protocol.md).
        seq = read_at.seq if self._told_through is None else self._told_through
        self.position = StreamPosition(self._epoch, seq)
        self._is_frozen = False
        return self.position
