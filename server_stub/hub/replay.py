"""Mark for one subscriber what it missed, from its position to where the hub is.

The last step, "there is no more to read" and "hear of what comes", is one step without a wait:
that is why no event can fall between the replay and the live stream. Holds nothing.
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
from server_stub.storage.events import LogEvent

_EVENTS_A_READ = 5_000
_TOLD = frozenset({"new", "updated", "removed"})


class LogReader(Protocol):
    """Whom the subscriber catches up with."""

    @property
    def read_through(self) -> int:
        """The last event that was marked for everyone who is there."""

    @property
    def limits(self) -> StreamLimits:
        """What may be replayed."""


async def catch_up(
    subscriber: SequencedSubscriber, hub: LogReader, source: Source, *, since: int
) -> ResetReason | None:
    """Mark all events after `since` and join the log; or say why that cannot be."""
    head = await source.head()
    if since > head:
        return "ahead"
    if head - since > hub.limits.max_replayed_events:
        return "too_many"
    subscriber.start_at(since)
    read = since
    # Up to the head too, where the hub is behind: what was there before is no live news.
    while read < max(head, hub.read_through):
        events = await source.read_after(read, _EVENTS_A_READ)
        if not events or events[0].seq != read + 1:
            return "trimmed"
        for alert_id, change in (await _missed(subscriber.viewer, events, source)).items():
            if not subscriber.missed(Subject(Topic.ALERT, alert_id), change):
                return "too_many"
        read = events[-1].seq
        subscriber.read_on_to(read)
    subscriber.join_log(replays=True)
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
