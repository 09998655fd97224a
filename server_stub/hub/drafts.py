"""Make editions: what some events are to one audience.

As the ordinary way makes it, through marks and a backlog, for one reader who is like all of the
audience and writes on a sheet. Cuts events into what fits in one write. Does no I/O.
"""

from collections.abc import Iterator, Mapping, Sequence

from server_stub.domain.backlog import Subject
from server_stub.hub.edition import Edition
from server_stub.hub.marking import subject_of
from server_stub.hub.renderings import Renderings
from server_stub.hub.states import State
from server_stub.hub.subscriber import CloseCode, Subscriber
from server_stub.storage.events import LogEvent

# What one subscriber is handed at once, if it is not a single large alert.
_BYTES_A_PART = 64 * 1024


def parts_of(
    events: Sequence[LogEvent], states: Mapping[Subject, State], *, most: int
) -> Iterator[Sequence[LogEvent]]:
    """`events` in parts of up to `most` that fit into one write each."""
    start, size = 0, 0
    for number, event in enumerate(events):
        subject = subject_of(event)
        state = states.get(subject) if subject else None
        added = len(state.data) if state else 0
        if number > start and (size + added > _BYTES_A_PART or number - start >= most):
            yield events[start:number]
            start, size = number, 0
        size += added
    if events:
        yield events[start:]


class Draft:
    """An edition in the making: `reader` is to be marked like all whom it stands for."""

    def __init__(self, like: Subscriber, *, before: int, room: int, now: float) -> None:
        self._sheet = _Sheet()
        self._now = now
        self.audience = like.audience
        self.reader = like.twin(self._sheet, before=before, room=room, now=now)

    def edition(self, seq: int, renderings: Renderings) -> Edition:
        """What the reader was told, now that it was marked."""
        changes = self.reader.waiting_changes
        states = [renderings.get(subject) for subject, _ in changes]
        frames = self.reader.pump(self._now, renderings, most=len(changes))
        if self.reader.has_something_to_send:
            frames = 0
        data = b"".join(self._sheet.written) if frames else b""
        return Edition(self.audience, seq, changes, states, data, frames)


class _Sheet:
    """An outlet that takes everything."""

    can_write = True
    blocked_since = None
    heard_at = 0.0

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self, code: int, reason: str) -> None:
        raise AssertionError(f"nobody is connected here: {CloseCode(code)}, {reason}")
