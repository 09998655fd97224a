"""What gives way when a reader is so slow that its buffer is full.

    resync       the rest is dropped; once what was kept is read, what changed is fetched (default)
    coalesce     only the last state of each alert is kept; too many alerts for that: resync
    drop_oldest  the oldest events go, and a `Gap` says how many
    error        the stream ends with SlowConsumer, once what was kept is read

Frames that are not about one alert are dropped by `resync` and `drop_oldest` only. While something
is fetched, a buffer that fills makes one more fetch, whatever is chosen. Decides what stays of
what waits; holds nothing.
"""

from collections import deque
from typing import Literal, NamedTuple, get_args

from ..wire.cursor import StreamPosition
from ..wire.events import AlertUpdated, NewAlert
from ..wire.protocol2 import AlertRemoved
from .events import Event, Gap, Resumed, StateChanged
from .ledger import as_new

OverflowPolicy = Literal["resync", "coalesce", "drop_oldest", "error"]
POLICIES: frozenset[str] = frozenset(get_args(OverflowPolicy))

AlertChange = NewAlert | AlertUpdated
AlertFrame = AlertChange | AlertRemoved
# Asked of every event, and twice as fast as asking the union.
ALERT_FRAMES = (NewAlert, AlertUpdated, AlertRemoved)


class Forget:
    """Not for the reader: what it was given so far is of other data than what follows."""


class Entry(NamedTuple):
    """What waits; once the reader has asked for what comes after it, `position` is reached."""

    event: Event | Forget
    size: int
    position: StreamPosition | None = None


def alert_id_of(frame: AlertFrame) -> int:
    return frame.data.id


def coalesced(queue: deque[Entry]) -> deque[Entry]:
    """What waits with only the last state of each alert; one that was new is still new.

    An earlier position that goes with its event is no loss: a later one is reached all the same.
    """
    kept: deque[Entry] = deque()
    last: dict[int, int] = {}
    for entry in reversed(queue):
        if not isinstance(entry.event, ALERT_FRAMES):
            if isinstance(entry.event, Forget):
                last.clear()  # a state before it is of another alert with the same number
            kept.appendleft(entry)
            continue
        alert_id = alert_id_of(entry.event)
        later = last.get(alert_id)
        if later is None:
            kept.appendleft(entry)
            last[alert_id] = len(kept)
        elif isinstance(entry.event, NewAlert):
            place = len(kept) - later
            if isinstance(event := kept[place].event, AlertUpdated):
                kept[place] = kept[place]._replace(event=as_new(event))
    return kept


def pop_oldest(queue: deque[Entry]) -> Entry | None:
    """Take out the oldest event that is the server's; our own are few and never go."""
    for place, entry in enumerate(queue):
        if not isinstance(entry.event, StateChanged | Resumed | Gap | Forget):
            del queue[place]
            return entry
    return None
