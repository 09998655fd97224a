"""Hold the present states that are being told, and their frames, for all subscribers.

A frame is built once per state and word and shared by everyone who gets it. An older state
never replaces a newer one, so what a subscriber is sent never goes back, whichever of several
concurrent reads comes last. Bounded by bytes: what is pushed out is read again when someone
still waits for it; its version is remembered longer than its bytes. Does no I/O.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from server_stub.domain.backlog import Subject, Word
from server_stub.hub.frames import envelope
from server_stub.hub.states import State

# An entry is a tuple of two and a number: a hundred thousand of them take some 20 MB.
_REMEMBERED_VERSIONS = 100_000


@dataclass(slots=True)
class _Rendering:
    state: State
    frames: dict[Word, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.state.data) + sum(map(len, self.frames.values()))


class Renderings:
    """The newest known state of each subject, up to `max_bytes` of them."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._renderings: OrderedDict[Subject, _Rendering] = OrderedDict()
        self._versions: OrderedDict[Subject, int] = OrderedDict()

    @property
    def total_bytes(self) -> int:
        return self._bytes

    def offer(self, state: State) -> State | None:
        """Take in a state that was read; the newest known one, or None if only its version is.

        None means that what was read is out of date: read it again.
        """
        return self.offer_of(state.subject, state)

    def offer_of(self, subject: Subject, state: State) -> State | None:
        """`offer`, by who has the subject at hand: thousands are offered for a replay."""
        known = self._versions.get(subject)
        if known is None or state.version >= known:
            self._hold(subject, state)
            return state
        held = self._renderings.get(subject)
        return held.state if held else None

    def get(self, subject: Subject) -> State | None:
        """The newest state of `subject`, if its bytes are held."""
        key = subject.carrier
        rendering = self._renderings.get(key)
        if rendering is None:
            return None
        self._renderings.move_to_end(key)
        return rendering.state

    def frame(self, subject: Subject, word: Word) -> bytes | None:
        """The finished frame that tells of `subject`, if its state is held."""
        rendering = self._renderings.get(subject.carrier)
        if rendering is None:
            return None
        frame = rendering.frames.get(word)
        if frame is None:
            frame = envelope(word, rendering.state.payload(word))
            rendering.frames[word] = frame
            self._bytes += len(frame)
            self._push_out(keep=rendering)
        return frame

    def _hold(self, subject: Subject, state: State) -> None:
        before = self._renderings.get(subject)
        if before is not None:
            if before.state.version == state.version and before.state.data == state.data:
                return
            self._bytes -= before.size
            self._renderings.move_to_end(subject)
        self._renderings[subject] = rendering = _Rendering(state)
        self._bytes += len(state.data)
        self._versions[subject] = state.version
        self._versions.move_to_end(subject)
        if len(self._versions) > _REMEMBERED_VERSIONS:
            self._versions.popitem(last=False)
        self._push_out(keep=rendering)

    def _push_out(self, *, keep: _Rendering) -> None:
        """Make room, but never drop what is being used right now."""
        while self._bytes > self._max_bytes:
            subject = next(iter(self._renderings))
            if self._renderings[subject] is keep:
                return
            self._bytes -= self._renderings.pop(subject).size
