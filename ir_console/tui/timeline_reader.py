"""When the timeline of the open alert is read: soon, one read at a time, and never too late.

Waits a moment, for the cursor may move on, which ends what was wanted of another alert. A read of
the same alert is let finish, however often the alert changes, and followed by one more if it did.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

from textual.app import App

from .background import in_background
from .desk import Desk
from .messages import HistoryRead

_DELAY_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class _Turn:
    alert_id: int
    is_stale: bool = True


class TimelineReader:
    """Reads in a worker and posts what it read to the app."""

    def __init__(self, app: App[None], desk: Desk) -> None:
        self._app, self._desk = app, desk
        self._turn: _Turn | None = None

    def want(self, alert_id: int) -> None:
        """Read the timeline of this alert, and of no other one."""
        if self._turn is not None and self._turn.alert_id == alert_id:
            self._turn.is_stale = True
            return
        self._turn = _Turn(alert_id)
        in_background(self._app, partial(self._read, self._turn), group="history")

    async def _read(self, turn: _Turn) -> None:
        try:
            while turn.is_stale:
                await asyncio.sleep(_DELAY_SECONDS)
                turn.is_stale = False
                entries, problem = await self._desk.history(turn.alert_id)
                self._app.post_message(HistoryRead(turn.alert_id, entries, problem))
        finally:
            # A turn that was cancelled has a successor already, maybe for the same alert.
            if self._turn is turn:
                self._turn = None
