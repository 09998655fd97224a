"""Mark for one subscriber what it missed, from its position to where the hub is.

The last step, "there is no more to read" and "hear of what comes", is one step without a wait:
that is why no event can fall between the replay and the live stream. Holds nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from ir_client.wire.protocol2 import ResetReason
from server_stub.access import AlertSight, sees_alert
from server_stub.domain.backlog import Change, Subject, Topic, Word
from server_stub.hub.limits import StreamLimits
from server_stub.hub.marking import saw
from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.source import Source
from server_stub.storage.events import LogEvent

_EVENTS_A_READ = 1_000


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
        sights = await source.sights({one.alert_id for one in events if one.alert_id is not None})
        if not _mark_missed(subscriber, events, sights):
            return "too_many"
        read = events[-1].seq
        subscriber.read_on_to(read)
    subscriber.join_log(replays=True)
    return None


def _mark_missed(
    subscriber: SequencedSubscriber, events: Iterable[LogEvent], sights: Mapping[int, AlertSight]
) -> bool:
    """Mark the alerts that the viewer may see, or could see before; False if too many."""
    viewer = subscriber.viewer
    for event in events:
        sight = sights.get(event.alert_id) if event.alert_id is not None else None
        if event.alert_id is None or sight is None or event.kind not in ("new", "updated"):
            continue
        team, analyst_id = sight
        could_see = event.seen_before is not None and saw(viewer, event.seen_before)
        if could_see or sees_alert(viewer, team=team, assigned_analyst_id=analyst_id):
            came_into_sight = event.seen_before is not None and not could_see
            word = Word.NEW_ALERT if event.kind == "new" or came_into_sight else Word.ALERT_UPDATED
            subject = Subject(Topic.ALERT, event.alert_id)
            if not subscriber.missed(subject, Change(word, event.seq, event.revision)):
                return False
    return True
