"""Decide from which position of the server's log a stream resumes (protocol 2).

A position moves once all events of a frame are in the buffer. It stands still from the moment
in which frames were lost, or in which the server said `reset`, until what was missed has been
fetched: a connection that breaks meanwhile resumes where it stood, and nothing is skipped. Then it
is that of the last frame, not of the pages, which may be higher: what left the user's sight in
between is told only after that frame. So is its epoch that of the connection: pages that were read
with other rights are newer, and frames by the rights of before may still follow them. Reads no
clock, does no I/O. See decisions/0007, 0011 and 0015.
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
        self._told: int | None = None

    def begin(self, epoch: str, seq: int) -> StreamPosition:
        """The first connection began to tell at `seq`: what was before is not ours to deliver."""
        self._connect(epoch)
        self.position = StreamPosition(epoch, seq)
        return self.position

    def resume(self, epoch: str) -> None:
        """The server tells what happened since our position."""
        self._connect(epoch)

    def await_fetch(self, epoch: str) -> None:
        """The server told of a log; what was missed has to be fetched."""
        self._connect(epoch)
        self._is_frozen = True

    def _connect(self, epoch: str) -> None:
        self._epoch, self._told, self._is_frozen = epoch, None, False

    def forget(self, *, epoch: str | None) -> None:
        """Our position is one of another log, or of other rights, whose epoch is this.

        None is one that the server did not say: only the pages know it then.
        """
        self.position, self._epoch, self._is_frozen = None, epoch, True

    def freeze(self) -> None:
        """Frames were lost, or something must be fetched."""
        self._is_frozen = True

    def advance(self, seq: int | None) -> StreamPosition | None:
        """All events of a frame are in the buffer; the position, where it has moved."""
        if seq is None:
            return None
        self._told = seq
        if self._is_frozen or self.position is None or seq == self.position.seq:
            return None
        self.position = StreamPosition(self.position.epoch, seq)
        return self.position

    def end_fetch(self, read_at: StreamPosition | None) -> StreamPosition | None:
        """What was missed, or lost, is in the buffer; the position, if there is one.

        `read_at` is where the log stood when the first page was read, if the server said so.
        """
        seq = self._told
        if read_at is not None:
            self._epoch = self._epoch or read_at.epoch
            seq = read_at.seq if seq is None else seq
        if self._epoch is None or seq is None:
            return None
        self.position, self._is_frozen = StreamPosition(self._epoch, seq), False
        return self.position
