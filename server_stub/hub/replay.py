"""Tell one subscriber what it missed, from its position to where the hub is, while it is read.

The log is read in its order and a frame names the position behind it, so what was read can leave
before the rest is known: a client that takes in the first alerts while the log is still read has
its last one a third sooner. See decisions/0016.

The last step, "there is no more to read" and "hear of what comes", is one step without a wait:
that is why no event can fall between the replay and the live stream.
"""

from collections.abc import Sequence
from typing import Protocol

from ir_client.wire.protocol2 import ResetReason
from server_stub.access import Viewer, sees_alert
from server_stub.domain.backlog import Change, Subject, Topic, Word
from server_stub.hub.limits import StreamLimits
from server_stub.hub.marking import saw
from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.source import Source
from server_stub.hub.subscriber import Subscriber
from server_stub.storage.events import LogEvent

# Few enough that the first frames leave at once.
_EVENTS_A_READ = 1_000
_TOLD = frozenset({"new", "updated", "removed"})


class Teller(Protocol):
    """Whom the subscriber catches up with, and who lets out what was marked for it."""

    @property
    def read_through(self) -> int:
        """The last event that was marked for everyone who is there."""

    @property
    def limits(self) -> StreamLimits:
        """What may be replayed."""

    def deliver(self, subscriber: Subscriber) -> None:
        """Let out what waits, as far as it can leave now."""


class Replay:
    """What one subscriber missed. It has joined the hub by now, and hears of nothing else yet."""

    def __init__(self, subscriber: SequencedSubscriber, hub: Teller, source: Source) -> None:
        self._subscriber = subscriber
        self._hub = hub
        self._source = source
        self._head = 0

    @property
    def head(self) -> int:
        """Where the log stood when it began."""
        return self._head

    async def begin(self, since: int) -> ResetReason | None:
        """Read until it is sure that all after `since` can be told; or why that cannot be.

        That is, until as many alerts fit as there are events left: nearly always at once.
        """
        self._head = await self._source.head()
        if since > self._head:
            return "ahead"
        if self._head - since > self._hub.limits.max_replayed_events:
            return "too_many"
        self._subscriber.begin_replay(since)
        while self._events_left > 0:
            if (reason := await self._read_on()) is not None:
                return reason
            if self._events_left <= self._subscriber.room:
                break
        return None

    @property
    def _events_left(self) -> int:
        return self._head - self._subscriber.read_through

    async def finish(self) -> None:
        """Read the rest, let out what was read meanwhile, and join the log.

        Up to the head too, where the hub is behind: what was there before is no live news.
        """
        reason = None
        while reason is None and self._subscriber.read_through < max(
            self._head, self._hub.read_through
        ):
            reason = await self._read_on()
            self._hub.deliver(self._subscriber)
        if reason is not None:
            # It has yet to be told so, and fetches later: what the hub has told by now is in that.
            self._subscriber.reset(reason)
            self._subscriber.read_on_to(self._hub.read_through)
        self._subscriber.join_log()
        self._hub.deliver(self._subscriber)

    async def _read_on(self) -> ResetReason | None:
        """Mark the next events; or why the rest cannot be told."""
        subscriber = self._subscriber
        events = await self._source.read_after(subscriber.read_through, _EVENTS_A_READ)
        if not events or events[0].seq != subscriber.read_through + 1:
            return "trimmed"
        missed = await _missed(subscriber.viewer, events, self._source)
        for alert_id, change in missed.items():
            if not subscriber.missed(Subject(Topic.ALERT, alert_id), change):
                return "too_many"
        subscriber.read_on_to(events[-1].seq)
        return None


async def _missed(viewer: Viewer, events: Sequence[LogEvent], source: Source) -> dict[int, Change]:
    """What `viewer` has to hear of the alerts that they may see, or could see before.

    One change an alert, in the order of the first ones: thousands are marked for each who
    comes back.
    """
    told = [(event.alert_id, event) for event in events if event.alert_id and event.kind in _TOLD]
    seen_now = await _seen_now(viewer, {alert_id for alert_id, _ in told}, source)
    missed: dict[int, Change] = {}
    for alert_id, event in told:
        could_see = event.seen_before is not None and saw(viewer, event.seen_before)
        if not could_see and alert_id not in seen_now:
            continue
        first = missed.get(alert_id)
        if first is None:
            came_into_sight = event.seen_before is not None and not could_see
            word = Word.NEW_ALERT if event.kind == "new" or came_into_sight else Word.ALERT_UPDATED
            missed[alert_id] = Change(word, event.seq, event.revision)
        elif event.revision > first.revision:
            missed[alert_id] = Change(first.word, first.seq, event.revision)
    return missed


async def _seen_now(viewer: Viewer, alert_ids: set[int], source: Source) -> set[int]:
    if viewer.sees_everything:
        return alert_ids
    return {
        alert_id
        for alert_id, (team, analyst_id) in (await source.sights(alert_ids)).items()
        if sees_alert(viewer, team=team, assigned_analyst_id=analyst_id)
    }
