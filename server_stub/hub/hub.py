"""Tell every subscriber what changed: follow the log, mark backlogs, let frames out.

Holds the subscribers, the cursor in the log and the renderings that all share. The log is the
truth: the doorbell only makes the next look come sooner, and a look that fails is taken again
from the same cursor. Rights and liveness are looked at every second. No request handler knows
the hub, so nothing that goes wrong here can reach a write. See decisions/0001.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from ir_client.wire.protocol2 import PresentUser, ResetReason
from server_stub.domain.backlog import Subject
from server_stub.errors import NotFound
from server_stub.hub.drafts import Draft, parts_of
from server_stub.hub.edition import Edition
from server_stub.hub.figures import StreamFigures, Tally
from server_stub.hub.frames import Message
from server_stub.hub.limits import StreamLimits
from server_stub.hub.marking import Marker, saw, subject_of
from server_stub.hub.presence import Presence
from server_stub.hub.reading import FEWEST_AT_ONCE, fitting_count, read_states
from server_stub.hub.renderings import Renderings
from server_stub.hub.replay import Replay
from server_stub.hub.rights import Rights
from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.source import Source
from server_stub.hub.states import AlertState, State
from server_stub.hub.subscriber import CloseCode, Subscriber
from server_stub.storage.events import LogEvent

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
GUARD_SECONDS = 1.0
# An alert may take a megabyte: this many states are held at once beside the shared renderings.
EVENTS_A_LOOK = 100
_FRAMES_A_TURN = 100
# Requests are served by the same loop: they wait no longer than this for a fan-out.
_SECONDS_BEFORE_YIELDING = 0.005
_MARKS_BEFORE_YIELDING = 5_000
_EDITIONS_A_STEP = 32
_FAILED = "a stream connection failed and is ended"
# Who is at the rate limit is served in bites: a wake-up for each token would be all we do.
_SHORTEST_WAIT_SECONDS = 0.05
# Who comes and goes is told this often at most: with many viewers each word goes to all of them.
_SECONDS_BETWEEN_PRESENCES = 0.2


class TooManyConnectionsError(Exception):
    """The stream, or this viewer, has as many connections as it may have."""


class Hub:
    """All open stream connections, and the one reader of the log that feeds them."""

    def __init__(
        self,
        source: Source,
        *,
        limits: StreamLimits,
        doorbell: asyncio.Event,
        clock: Callable[[], float],
    ) -> None:
        self.limits = limits
        self.clock = clock
        self.renderings = Renderings(max_bytes=limits.max_rendered_bytes)
        self.presence = Presence()
        self._source = source
        self._marker = Marker()
        self._states_a_read = FEWEST_AT_ONCE
        self._told_later = 0
        self._cursor = 0
        self._read_through = 0
        self._tally = Tally()
        self._subscribers: dict[Subscriber, None] = {}
        self._waiting: dict[Subscriber, None] = {}
        self._doorbell = doorbell
        self._rights = Rights(source)

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        return tuple(self._subscribers)

    @property
    def read_through(self) -> int:
        """The last event that was marked for everyone who is there."""
        return self._read_through

    def figures(self) -> StreamFigures:
        """What was counted so far, and how far behind the slowest connection is."""
        return self._tally.figures(self._subscribers, now=self.clock())

    def ring(self) -> None:
        """Hint that there is something to do; never waits, never fails."""
        self._doorbell.set()

    def join(self, subscriber: Subscriber) -> None:
        """Take in a connection. Changes are kept for it from now on, and sent once it is live."""
        key = subscriber.viewer_key
        own = sum(1 for other in self._subscribers if other.viewer_key == key)
        if (
            len(self._subscribers) >= self.limits.max_connections
            or own >= self.limits.max_connections_per_viewer
        ):
            raise TooManyConnectionsError
        self._subscribers[subscriber] = None
        self._rights.join(subscriber)

    async def resume(self, subscriber: SequencedSubscriber, *, since: int) -> Replay | ResetReason:
        """Begin to replay what was missed `since`; the replay is to be finished once it is live.

        It has joined by now: nothing can fall between what it missed and what comes. Where not
        all can be replayed, why not; then it goes on from here, and has to fetch.
        """
        replay = Replay(subscriber, self, self._source)
        reason = await replay.begin(since)
        if reason is None:
            return replay
        self.begin(subscriber)
        return reason

    def begin(self, subscriber: SequencedSubscriber) -> None:
        """Let it hear of what comes from now on, and of nothing before."""
        subscriber.start_at(self._read_through)
        subscriber.join_log()

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a connection that has ended."""
        if subscriber in self._subscribers:
            self._tally.leave(subscriber)
            del self._subscribers[subscriber]
            self._rights.leave(subscriber)
        self._waiting.pop(subscriber, None)
        if isinstance(subscriber, SequencedSubscriber):
            self.presence.end(subscriber)

    async def view(
        self, subscriber: SequencedSubscriber, user: PresentUser, *, alert_id: int
    ) -> Message:
        """Note that `user` views an alert; who else does. NotFound if it is not theirs to see."""
        sight = (await self._source.sights([alert_id])).get(alert_id)
        if sight is None or not saw(subscriber.viewer, sight):
            raise NotFound("There is no such alert, or it is not yours to see.")
        return self.presence.begin(subscriber, user, alert_id=alert_id, sight=sight)

    def deliver(self, subscriber: Subscriber) -> None:
        """Let out at once what `subscriber` has waiting, as far as its outlet takes it."""
        self._pump(subscriber)
        if subscriber in self._waiting:
            self.ring()

    def newest(self, state: AlertState) -> AlertState:
        """The newest known state of the alert in `state`, which was read for someone.

        A state that is older than what others were told already must not reach anyone.
        """
        known = self.renderings.offer(state)
        return known if isinstance(known, AlertState) else state

    async def start(self) -> None:
        """Find the end of the log: what is older is in the snapshots."""
        self._cursor = self._read_through = await self._source.head()

    async def run(self) -> None:
        """Follow the log and guard the connections, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._forever(self._follow), name="hub: follow the log")
            tasks.create_task(self._forever(self._guard), name="hub: guard connections")
            tasks.create_task(self._forever(self._tell_presence), name="hub: tell who views")

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception:
                # Nothing is lost: the cursor stands where it stood.
                logger.exception("the stream hub failed and tries again")
                await asyncio.sleep(POLL_SECONDS)

    async def _follow(self) -> None:
        self._doorbell.clear()
        if await self.turn():
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds_until_due()):
                await self._doorbell.wait()

    async def turn(self) -> bool:
        """Read on in the log and let out what may leave; whether more can be done at once.

        What waits goes on leaving until there may be news: a look costs as much as forty states.
        """
        more_events = await self._look()
        look_again_at = self.clock() + POLL_SECONDS
        more_frames = True
        while more_frames:
            has_read = await self._read_again()
            more_frames = await self._pump_waiting(after_reading=has_read)
            if more_events or self._doorbell.is_set() or self.clock() >= look_again_at:
                break
        return more_events or more_frames

    async def _look(self) -> bool:
        """Read on in the log and mark who has to hear of it; whether there may be more."""
        if not self._subscribers:
            head = await self._source.head()
            if not self._subscribers:
                self._cursor = self._read_through = max(self._cursor, head)
                return False
            # Someone joined while the head was read, and must not miss what came in between.
        events = await self._source.read_after(self._cursor, EVENTS_A_LOOK)
        if not events:
            return False
        if events[0].seq != self._cursor + 1:
            self._tell_of_trimming()
        # Read after the events: who lost a right before a change is not told of the change.
        await self.check_rights()
        states = await self._states(subject_of(event) for event in events)
        self.presence.learn(
            {state.id: state.sight for state in states.values() if isinstance(state, AlertState)}
        )
        await self._tell(events, states)
        self._cursor = events[-1].seq
        return len(events) == EVENTS_A_LOOK

    async def _tell(self, events: Sequence[LogEvent], states: Mapping[Subject, State]) -> None:
        """Hand out what `events` are to each audience, and mark who is alone."""
        step = max(1, _MARKS_BEFORE_YIELDING // max(1, self._told_later))
        for part in parts_of(events, states, most=step):
            self._told_later = 0
            editions = self._editions(part, states)
            # Now, for the editions go out in steps: who comes meanwhile begins behind them.
            self._read_through = max(self._read_through, part[-1].seq)
            for edition, audience in editions:
                await self._hand_out(edition, audience)
            await asyncio.sleep(0)

    def _editions(
        self, events: Sequence[LogEvent], states: Mapping[Subject, State]
    ) -> list[tuple[Edition, list[Subscriber]]]:
        audiences, alone = self._marker.audiences(events, states, self._subscribers)
        before, now = events[0].seq - 1, self.clock()
        drafts = {
            audience: Draft(members[0], before=before, room=2 * EVENTS_A_LOOK, now=now)
            for audience, members in audiences.items()
        }
        readers = [draft.reader for draft in drafts.values()]
        self._marker.mark(events, states, [*readers, *alone])
        self._tell_later(alone)
        return [
            (draft.edition(events[-1].seq, self.renderings), audiences[audience])
            for audience, draft in drafts.items()
        ]

    async def _hand_out(self, edition: Edition, audience: Sequence[Subscriber]) -> None:
        yielded_at = now = self.clock()
        for start in range(0, len(audience), _EDITIONS_A_STEP):
            if now - yielded_at > _SECONDS_BEFORE_YIELDING:
                await asyncio.sleep(0)
                yielded_at = self.clock()
                if not edition.is_current(self.renderings):
                    edition = edition.to_be_kept()
            members = audience[start : start + _EDITIONS_A_STEP]
            self._hand_to(members, edition, now)
            now = self.clock()

    def _hand_to(self, members: Sequence[Subscriber], edition: Edition, now: float) -> None:
        """Hand it to each of them; a failure ends one connection and nobody else."""
        behind: list[Subscriber] = []
        for subscriber in members:
            try:
                if not subscriber.receive(edition, now):
                    behind.append(subscriber)
            except Exception:
                logger.exception(_FAILED)
                subscriber.close(CloseCode.INTERNAL_ERROR, "internal error")
        self._tally.frames += edition.frames * (len(members) - len(behind))
        self._tell_later(behind)

    def _tell_later(self, subscribers: Iterable[Subscriber]) -> None:
        for subscriber in subscribers:
            if subscriber.has_something_to_send and subscriber in self._subscribers:
                self._waiting[subscriber] = None
                self._told_later += 1

    def _tell_of_trimming(self) -> None:
        """Seqs have no holes: those that are missing were trimmed before they were read."""
        logger.error("the log was trimmed beyond what was told; clients have to fetch")
        for subscriber in self.subscribers:
            subscriber.log_was_trimmed()

    async def _states(self, subjects: Iterable[Subject | None]) -> dict[Subject, State]:
        """The newest states of `subjects`, read and kept for everyone."""
        wanted = list(dict.fromkeys(subject.carrier for subject in subjects if subject))
        found = await read_states(self._source, wanted)
        # The first one wanted is held last: if not all fit, it is not the one pushed out.
        return {
            subject: self.renderings.offer_of(subject, found[subject]) or found[subject]
            for subject in reversed(wanted)
            if subject in found
        }

    async def _read_again(self) -> bool:
        """Read what waits to be told but is not among the shared renderings; whether any did."""
        most = self._states_a_read
        unread: dict[Subject, None] = {}
        for subscriber in self._waiting:
            unread |= dict.fromkeys(subscriber.unread(self.renderings, most=most))
            if len(unread) >= most:
                break
        wanted = list(unread)[:most]
        if not wanted:
            return False
        found = await self._states(wanted)
        self._states_a_read = fitting_count(found.values())
        for gone in (subject for subject in wanted if subject.carrier not in found):
            for subscriber in self._waiting:
                subscriber.give_up(gone)
        return True

    async def _pump_waiting(self, *, after_reading: bool) -> bool:
        """Let frames out, a turn for each who waits; whether someone had more than a turn's.

        Where states were read for it and left, the next ones are to be read at once: a replay.
        """
        someone_has_more = False
        yielded_at = self.clock()
        for subscriber in list(self._waiting):
            written = self._pump(subscriber)
            someone_has_more |= written == _FRAMES_A_TURN or (after_reading and written > 0)
            if self.clock() - yielded_at > _SECONDS_BEFORE_YIELDING:
                await asyncio.sleep(0)
                yielded_at = self.clock()
        return someone_has_more

    def _pump(self, subscriber: Subscriber) -> int:
        """Let one subscriber's frames out; its failure ends it and nobody else."""
        self._waiting.pop(subscriber, None)
        written = 0
        try:
            written = subscriber.pump(self.clock(), self.renderings, most=_FRAMES_A_TURN)
        except Exception:
            logger.exception(_FAILED)
            subscriber.close(CloseCode.INTERNAL_ERROR, "internal error")
        self._tally.frames += written
        if subscriber.has_something_to_send:
            self._waiting[subscriber] = None  # at the end: everyone gets a turn
            if subscriber.waiting_since is None:
                subscriber.waiting_since = self.clock()
        else:
            subscriber.waiting_since = None
        return written

    def _seconds_until_due(self) -> float:
        now = self.clock()
        due = [
            seconds
            for subscriber in self._waiting
            if (seconds := subscriber.seconds_until_ready(now)) is not None
        ]
        return max(_SHORTEST_WAIT_SECONDS, min([POLL_SECONDS, *due]))

    async def _guard(self) -> None:
        await asyncio.sleep(GUARD_SECONDS)
        self.sweep()
        await self.check_rights()
        if viewed := self.presence.viewed:
            # A view that began while its alert changed may have been let in by an older sight.
            self.presence.learn(await self._source.sights(viewed))
        self.beat()

    async def _tell_presence(self) -> None:
        await self.presence.changed.wait()
        for subscriber in self.presence.tell():
            self.deliver(subscriber)
        await asyncio.sleep(_SECONDS_BETWEEN_PRESENCES)

    def beat(self) -> None:
        """Let a heartbeat out where nothing else was sent for long."""
        for subscriber in self.subscribers:
            subscriber.beat(self.clock())
            if subscriber.has_something_to_send:
                self.deliver(subscriber)

    def sweep(self) -> None:
        """End the connections that are dead or take nothing."""
        now = self.clock()
        for subscriber in self.subscribers:
            subscriber.end_if_dead(now)

    async def check_rights(self, which: Sequence[Subscriber] | None = None) -> None:
        """Give subscribers, all or these, their present rights; end those whose login ended."""
        await self._rights.check(which)
        self.presence.end_blind()
