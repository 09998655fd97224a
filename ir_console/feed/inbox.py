"""Gather what arrives between two frames: one state an alert, the newest.

Bounded: when full, whoever brings more waits until the screen has taken some. Nothing is dropped,
the pressure goes back to the socket, where the server coalesces.
"""

import asyncio
from itertools import islice

from ir_client.wire.alerts import Alert
from ir_console.model.state import Arrival, Departure, Origin

_RANK = {Origin.FETCHED: 0, Origin.PUSHED: 1, Origin.BACKFILLED: 2, Origin.PUSHED_NEW: 3}


class Inbox:
    """The states waiting for the next frame, at most `limit`."""

    def __init__(self, limit: int = 5_000) -> None:
        self._limit = limit
        self._waiting: dict[int, Arrival | Departure] = {}
        self._has_room = asyncio.Event()
        self._has_room.set()

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, arrival: Arrival | Departure) -> None:
        """Take in one state, or the end of one, once there is room."""
        alert_id = arrival.alert_id
        while alert_id not in self._waiting and len(self._waiting) >= self._limit:
            self._has_room.clear()
            await self._has_room.wait()
        waiting = self._waiting.get(alert_id)
        self._waiting[alert_id] = arrival if waiting is None else _merge(waiting, arrival)

    def take(self, most: int) -> list[Arrival | Departure]:
        """Hand over up to `most`, the longest waiting first."""
        taken = list(islice(self._waiting.values(), most))
        for arrival in taken:
            del self._waiting[arrival.alert_id]
        if taken:
            self._has_room.set()
        return taken


def _merge(waiting: Arrival | Departure, arrival: Arrival | Departure) -> Arrival | Departure:
    if isinstance(arrival, Departure):
        return arrival if arrival.revision >= _revision(waiting) else waiting
    if isinstance(waiting, Departure):
        return arrival if _revision(arrival) > waiting.revision else waiting
    newest = arrival.alert if _is_newer(arrival.alert, waiting.alert) else waiting.alert
    # An alert that is pushed as new and changes before the next frame is still new.
    origin = max(waiting.origin, arrival.origin, key=_RANK.__getitem__)
    return Arrival(newest, origin)


def _revision(news: Arrival | Departure) -> int:
    revision = news.revision if isinstance(news, Departure) else news.alert.revision
    return revision or 0


def _is_newer(alert: Alert, than: Alert) -> bool:
    if alert.revision is not None and than.revision is not None:
        return alert.revision >= than.revision
    return alert.updated_at >= than.updated_at
