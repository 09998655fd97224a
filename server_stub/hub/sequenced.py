"""Decide what a connection of protocol 2 is told, and from where it may resume.

Holds, beside what every subscriber holds, how far the log was marked here. Each frame says the
position to resume from once it is processed: just before the oldest change that still waits. What
cannot be told any more is a reset, never silence. Reads no clock and starts no task.
"""

from dataclasses import replace
from typing import Self

from ir_client.wire.protocol2 import ResetReason
from server_stub import access
from server_stub.access import Viewer
from server_stub.domain.backlog import Change, Subject, Topic
from server_stub.domain.resume import epoch_for
from server_stub.hub.edition import Edition
from server_stub.hub.frames import Message, batch_of, plain_message, sequenced
from server_stub.hub.limits import StreamLimits
from server_stub.hub.renderings import Renderings
from server_stub.hub.states import State
from server_stub.hub.subscriber import Outlet, Subscriber, is_told_by
from server_stub.security.principals import LoginId

# Larger ones have left a reader's processor cache before their last alert is looked at.
_BYTES_A_BATCH = 32 * 1024
_FROM_THE_START = -1


class SequencedSubscriber(Subscriber):
    """One open connection that speaks protocol 2."""

    protocol = 2

    def __init__(
        self,
        outlet: Outlet,
        viewer: Viewer,
        *,
        login: LoginId,
        limits: StreamLimits,
        now: float,
        log_epoch: str,
    ) -> None:
        super().__init__(outlet, viewer, login=login, limits=limits, now=now)
        self._log_epoch = log_epoch
        self._read_through = 0
        self._position = 0
        self._joined_at: int | None = None
        self._is_replaying = False
        self._replay_end: int | None = None
        self._replayed: dict[int, int] = {}
        self._recovered = 0
        self._reset: ResetReason | None = None
        self._presence: Message | None = None
        self._sent_at = now

    @property
    def has_something_to_send(self) -> bool:
        return not self.closed and (self._says_something_of_its_own or len(self._backlog) > 0)

    @property
    def epoch(self) -> str:
        """The log, and the rights by which it is told of here."""
        return epoch_for(self._log_epoch, access.sight_key(self.viewer))

    @property
    def position(self) -> int:
        """Where to resume from once all that was sent is processed; it never goes back.

        Answers leave before a reset that waits: they must not pass what the reset is about.
        """
        if self._reset is not None:
            return self._position
        return max(self._position, self._backlog.position(self._read_through))

    @property
    def read_through(self) -> int:
        """The last event that was marked here, or that was before its time."""
        return self._read_through

    # How it comes to where the hub is

    def start_at(self, seq: int) -> None:
        """Begin here: the client knows, or will fetch, all that was before."""
        self._forget_changes()
        self._read_through = self._position = seq

    def begin_replay(self, since: int) -> None:
        """Begin here, and tell what was missed."""
        self.start_at(since)
        self._is_replaying = True

    @property
    def room(self) -> int:
        """How many more alerts may wait to be told."""
        return self._backlog.room

    def missed(self, subject: Subject, change: Change) -> bool:
        """Note a change that happened while it was away; False when those are too many.

        Nothing is noted of a change that was told with an earlier one of the same alert.
        """
        if change.revision <= self._replayed.get(subject.id, 0):
            return True
        return self._backlog.mark(subject, change)

    def read_on_to(self, seq: int) -> None:
        """Note that what was missed up to `seq` was marked."""
        self._read_through = max(self._read_through, seq)

    def join_log(self) -> None:
        """Hear from now on of every event that comes after what was read."""
        self._joined_at = self._read_through
        self._replay_end = self._read_through if self._is_replaying else None
        self._replayed.clear()

    def reset(self, reason: ResetReason) -> None:
        """Tell the client to fetch a snapshot; what happens from now on is told as ever."""
        self._position = self.position
        self._forget_changes()
        # With other rights all that was told is void, whatever else has happened.
        if self._reset != "access":
            self._reset = reason

    def _forget_changes(self) -> None:
        self._backlog.clear_changes()
        self._is_replaying = False
        self._replay_end = None
        self._replayed.clear()

    # What the hub says to it

    def awaits(self, seq: int) -> bool:
        """Whether the event `seq` is to be marked: not before it joined, and not twice."""
        return self._joined_at is not None and seq > self._read_through

    def was_there_at(self, seq: int) -> bool:
        """Whether what was known at the event `seq` was marked here."""
        return self._joined_at is not None and seq > self._joined_at

    def advance(self, seq: int) -> None:
        """Note that the hub marked all events up to `seq`."""
        if self._joined_at is not None:
            self._read_through = max(self._read_through, seq)

    def adopt(self, viewer: Viewer) -> None:
        """Go on with these rights; if they show other alerts, what was told is void."""
        has_changed = access.sight_key(viewer) != access.sight_key(self.viewer)
        super().adopt(viewer)
        if has_changed and not self.closed:
            self.reset("access")

    def log_was_trimmed(self) -> None:
        """Events were removed before they were marked."""
        self.reset("trimmed")

    def show_presence(self, message: Message | None) -> None:
        """Tell who views the same alert, or nothing of it; only the newest word leaves."""
        self._presence = message

    def beat(self, now: float) -> None:
        """Say where the log stands, when nothing was said for so long and nothing waits."""
        is_idle = self._live and not self.has_something_to_send and self._outlet.can_write
        if is_idle and not self.closed and now - self._sent_at >= self._limits.heartbeat_seconds:
            self.tell(plain_message("heartbeat", {}))

    def tell(self, message: Message, *, request_id: str | None = None) -> None:
        """Queue what is said to this connection alone."""
        self.answer(self._frame(message, request_id=request_id))

    # Editions

    def twin(self, outlet: Outlet, *, before: int, room: int, now: float) -> Self:
        """One that was there from the start, and heard all `before`."""
        twin = type(self)(
            outlet,
            self.viewer,
            login=self.login,
            limits=replace(self._limits, max_changes=room),
            now=now,
            log_epoch=self._log_epoch,
        )
        twin.start_at(before)
        twin._joined_at = _FROM_THE_START
        twin.go_live()
        return twin

    def heard_all(self, before: int, *, since: int | None) -> bool:
        """Whether it heard all up to `before` and nothing later, and was there at `since`."""
        return (
            self._joined_at is not None
            and self._read_through == before
            and (since is None or since > self._joined_at)
        )

    def receive(self, edition: Edition, now: float) -> bool:
        """Take an edition, or keep its changes; then all up to its position was heard."""
        is_taken = super().receive(edition, now)
        self._read_through = max(self._read_through, edition.seq)
        if is_taken:
            self._position = edition.seq
            self._sent_at = now
        return is_taken

    def _takes(self, edition: Edition, now: float) -> bool:
        says_something_of_its_own = (
            self._replay_end is not None or self._reset is not None or self._presence is not None
        )
        return not says_something_of_its_own and super()._takes(edition, now)

    # What leaves

    def pump(self, now: float, renderings: Renderings, *, most: int) -> int:
        """Write what may leave now."""
        written = super().pump(now, renderings, most=most)
        if written:
            self._sent_at = now
        return written

    def _overflow(self) -> None:
        self.times_too_slow += 1
        self.reset("lag")

    @property
    def _says_something_of_its_own(self) -> bool:
        return self._reset is not None or self._presence is not None or self._replay_is_over

    @property
    def _replay_is_over(self) -> bool:
        if self._replay_end is None:
            return False
        oldest_seq = self._backlog.oldest_seq
        return oldest_seq is None or oldest_seq > self._replay_end

    def _next_change(self, now: float, renderings: Renderings) -> bytes | None:
        if not self._live:
            return None
        if self._reset is not None:
            reason, self._reset = self._reset, None
            return self._frame(plain_message("reset", {"reason": reason, "epoch": self.epoch}))
        if self._presence is not None:
            message, self._presence = self._presence, None
            return self._frame(message)
        if self._replay_is_over:
            return self._resumed()
        told = self._next_messages(now, renderings)
        if told:
            return self._frame(told[0] if len(told) == 1 else batch_of(told))
        return self._resumed() if self._replay_is_over else None

    def _resumed(self) -> bytes:
        self._is_replaying = False
        self._replay_end = None
        return self._frame(plain_message("resumed", {"recovered": self._recovered}))

    def _next_messages(self, now: float, renderings: Renderings) -> list[Message]:
        """What leaves in one frame: all that waits, up to the size of a batch."""
        messages: list[Message] = []
        size = 0
        most = self._limits.max_batch_events
        while len(messages) < most and (entry := self._backlog.next_change()):
            subject, change = entry
            state = renderings.get(subject)
            if state is None or not is_told_by(state, change) or self._belongs_apart(change):
                break
            message = self._message(subject, change, state)
            if message is not None:
                if messages and size + len(message.data) > _BYTES_A_BATCH:
                    break
                if not messages and not self._broadcasts.take(now):
                    break
                messages.append(message)
                size += len(message.data)
                self._recovered += self._is_replaying
                if self._joined_at is None:
                    self._replayed[subject.id] = state.version
            self._backlog.done(subject)
        return messages

    def _belongs_apart(self, change: Change) -> bool:
        """Whether this comes after the end of the replay, which is announced first."""
        return self._replay_end is not None and change.seq > self._replay_end

    def _message(self, subject: Subject, change: Change, state: State) -> Message | None:
        """What is said of a change under the rights of this moment.

        Who was marked could see the alert, before or after; who cannot now may still hold it.
        """
        if state.may_be_seen_by(self.viewer):
            return Message(change.word, state.payload(change.word))
        if subject.topic is not Topic.ALERT:
            return None
        return plain_message("alert_removed", {"id": state.id, "revision": state.version})

    def _frame(self, message: Message, *, request_id: str | None = None) -> bytes:
        self._position = self.position
        return sequenced(message, seq=self._position, request_id=request_id)
