"""Decide what one open stream connection is told, and when it has to end.

Holds the viewer's present rights, the backlog, the watch list and the connection's own rate.
Sends by writing finished frames while the outlet takes them; what it does not take stays in
the backlog, so a slow reader costs the others nothing. Reads no clock and starts no task.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Protocol, Self

from server_stub.access import Viewer
from server_stub.domain.backlog import Backlog, Change, Subject
from server_stub.domain.rate_limit import TokenBucket
from server_stub.hub.edition import Audience, Edition
from server_stub.hub.frames import Message, envelope
from server_stub.hub.limits import StreamLimits
from server_stub.hub.renderings import Renderings
from server_stub.hub.states import IncidentState, State
from server_stub.security.principals import LoginId

_BYTES_A_WRITE = 64 * 1024


class CloseCode(int, Enum):
    """Why the server ends a connection (contract, section 4)."""

    UNAUTHENTICATED = 4001
    INTERNAL_ERROR = 4003
    FLOOD = 1008
    TRY_LATER = 1013


class Outlet(Protocol):
    """Where finished frames leave: a socket, or a list in tests."""

    @property
    def can_write(self) -> bool:
        """Whether a frame may be written now."""

    @property
    def blocked_since(self) -> float | None:
        """Since when the peer has taken nothing, or None while it reads."""

    @property
    def heard_at(self) -> float:
        """When anything last came in, a pong included."""

    def write(self, data: bytes) -> None:
        """Write one or more finished frames; never waits."""

    def close(self, code: int, reason: str) -> None:
        """End the connection with a close frame; never waits."""


class Subscriber:
    """One open stream connection, which speaks protocol 1 if it is not a sequenced one."""

    protocol = 1

    def __init__(
        self, outlet: Outlet, viewer: Viewer, *, login: LoginId, limits: StreamLimits, now: float
    ) -> None:
        self.viewer = viewer
        self.audience = self._audience_of(viewer)
        self.login = login
        self.closed = False
        self.times_too_slow = 0
        self.waiting_since: float | None = None
        self._outlet = outlet
        self._limits = limits
        self._broadcasts = TokenBucket(limits.broadcasts, now)
        self._backlog = Backlog(
            max_changes=limits.max_changes, max_answer_bytes=limits.max_answer_bytes
        )
        self._live = False
        self._watching: dict[int, bool] = {}

    @property
    def viewer_key(self) -> tuple[str, int | None]:
        """Whose connection it is, for counting them."""
        return self.viewer.kind, self.viewer.user_id or self.viewer.token_id

    @property
    def has_something_to_send(self) -> bool:
        return not self.closed and len(self._backlog) > 0

    @property
    def coalesced(self) -> int:
        """How many changes became one with a change of the same that still waited."""
        return self._backlog.coalesced

    @property
    def oldest_seq(self) -> int | None:
        """The event of the oldest change that it has not been told."""
        return self._backlog.oldest_seq

    def watch(self, incident_id: int) -> bool:
        """Tell of changes of this incident; False when too many are watched."""
        return self._set_watching(incident_id, wanted=True)

    def unwatch(self, incident_id: int) -> bool:
        """Stop telling of this incident, one's own included."""
        return self._set_watching(incident_id, wanted=False)

    def _set_watching(self, incident_id: int, *, wanted: bool) -> bool:
        if incident_id not in self._watching and len(self._watching) >= self._limits.max_watched:
            return False
        self._watching[incident_id] = wanted
        return True

    def watches(self, incident: IncidentState) -> bool:
        """Whether it hears of changes of `incident`: by asking, or by owning it."""
        owns = incident.owner_id is not None and incident.owner_id == self.viewer.user_id
        return self._watching.get(incident.id, owns)

    def go_live(self) -> None:
        """Let changes out: the snapshot is queued before them."""
        self._live = True

    def answer(self, frame: bytes) -> None:
        """Queue a finished frame ahead of all changes."""
        if not self.closed and not self._backlog.answer(frame):
            self._close_as_too_slow("answers are not read")

    def tell(self, message: Message, *, request_id: str | None = None) -> None:
        """Queue what is said to this connection alone, in the frame of its protocol."""
        del request_id  # protocol 1 has no place for it
        self.answer(envelope(*message))

    def adopt(self, viewer: Viewer) -> None:
        """Go on with the viewer's present rights."""
        self.viewer = viewer
        self.audience = self._audience_of(viewer)

    def _audience_of(self, viewer: Viewer) -> Audience:
        return Audience(self.protocol, viewer.sees_everything, viewer.teams)

    def log_was_trimmed(self) -> None:
        """Events were removed before they were marked: the client has to fetch."""
        self._close_as_too_slow("the log went on")

    def beat(self, now: float) -> None:
        """Say where the log stands, if that is due; protocol 1 hears nothing when idle."""

    def mark(self, subject: Subject, change: Change) -> None:
        """Note a change that this viewer may see."""
        if not self.closed and not self._backlog.mark(subject, change):
            self._overflow()

    def _overflow(self) -> None:
        self._close_as_too_slow("too many changes wait")

    def _close_as_too_slow(self, why: str) -> None:
        self.times_too_slow += not self.closed
        self.close(CloseCode.TRY_LATER, f"too slow: {why}")

    @property
    def watches_by_name(self) -> bool:
        """Whether it asked to hear, or not to hear, of incidents."""
        return bool(self._watching)

    @property
    def waiting_changes(self) -> Sequence[tuple[Subject, Change]]:
        """All changes that wait, in their order."""
        return tuple(self._backlog.upcoming(len(self._backlog)))

    def twin(self, outlet: Outlet, *, before: int, room: int, now: float) -> Self:
        """One with the same rights that heard all `before`, and has room for so many changes."""
        del before  # protocol 1 knows no position
        limits = replace(self._limits, max_changes=room)
        twin = type(self)(outlet, self.viewer, login=self.login, limits=limits, now=now)
        twin.go_live()
        return twin

    def heard_all(self, before: int, *, since: int | None) -> bool:
        """Whether it heard all up to `before`, and was there at `since`; protocol 1 cannot tell."""
        del before, since
        return True

    def receive(self, edition: Edition, now: float) -> bool:
        """Write an edition if it can be taken as it is, else keep its changes."""
        if self._takes(edition, now):
            self._outlet.write(edition.data)
            return True
        for subject, change in edition.changes:
            self.mark(subject, change)
        return False

    def _takes(self, edition: Edition, now: float) -> bool:
        return (
            edition.frames > 0
            and self._live
            and not self.closed
            and self._backlog.is_empty
            and self.audience == edition.audience
            and self._outlet.can_write
            and self._broadcasts.take(now, edition.frames)
        )

    def pump(self, now: float, renderings: Renderings, *, most: int) -> int:
        """Write what may leave now, up to `most` frames; how many were written."""
        written = 0
        while written < most and not self.closed and self._outlet.can_write:
            frames = self._next_frames(now, renderings, most=most - written)
            if not frames:
                break
            self._outlet.write(frames[0] if len(frames) == 1 else b"".join(frames))
            written += len(frames)
        return written

    def _next_frames(self, now: float, renderings: Renderings, *, most: int) -> list[bytes]:
        """What leaves in one write: one call into the system for many small frames."""
        frames: list[bytes] = []
        size = 0
        while len(frames) < most and size < _BYTES_A_WRITE:
            frame = self._backlog.next_answer() or self._next_change(now, renderings)
            if frame is None:
                break
            frames.append(frame)
            size += len(frame)
        return frames

    def _next_change(self, now: float, renderings: Renderings) -> bytes | None:
        while self._live and (entry := self._backlog.next_change()):
            subject, change = entry
            state = renderings.get(subject)
            if state is None or not is_told_by(state, change):
                return None
            if not state.may_be_seen_by(self.viewer):
                self._backlog.done(subject)
                continue
            if not self._broadcasts.take(now):
                return None
            self._backlog.done(subject)
            return renderings.frame(subject, change.word)
        return None

    def unread(self, renderings: Renderings, *, most: int) -> list[Subject]:
        """Which of the changes that leave next have to be read again first."""
        if self.closed or not self._live:
            return []
        return [
            subject
            for subject, change in self._backlog.upcoming(most)
            if not is_told_by(renderings.get(subject), change)
        ]

    def give_up(self, subject: Subject) -> None:
        """Say nothing of `subject`: there is no state of it to be told."""
        self._backlog.done(subject)

    def seconds_until_ready(self, now: float) -> float | None:
        """When `pump` goes on by the passing of time; None if it waits for something else."""
        if not self.has_something_to_send or not self._live or not self._outlet.can_write:
            return None
        return self._broadcasts.seconds_until_token(now)

    def end_if_dead(self, now: float) -> None:
        """End a connection that takes nothing or has said nothing for too long."""
        blocked_since = self._outlet.blocked_since
        if blocked_since is not None and now - blocked_since > self._limits.send_seconds:
            self._close_as_too_slow("nothing is read")
        elif now - self._outlet.heard_at > self._limits.stale_seconds:
            self.close(CloseCode.TRY_LATER, "nothing was heard")

    def close(self, code: CloseCode, reason: str) -> None:
        """End the connection; what it was not sent is fetched after the next connect."""
        if self.closed:
            return
        self.closed = True
        self._backlog.clear()
        self._outlet.close(code, reason)


def is_told_by(state: State | None, change: Change) -> bool:
    """Whether `state` is held, and as new as the change that is to be told."""
    return state is not None and state.version >= change.revision
