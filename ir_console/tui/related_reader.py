"""When related alerts are counted: soon after an alert is opened, and now and then while it is.

A count passes over all alerts, so there is a pause for keys after each.
"""

import asyncio
from functools import partial

from textual.app import App

from ir_console.model.related import count_related, relations_of
from ir_console.model.state import ConsoleState

from .background import in_background
from .messages import RelatedCounted

_DELAY_SECONDS = 0.25
_TICKS_BETWEEN_COUNTS = 5


class RelatedReader:
    """Counts in a worker and posts what it counted to the app."""

    def __init__(self, app: App[None], state: ConsoleState) -> None:
        self._app, self._state = app, state
        self._ticks = 0

    def tick(self, alert_id: int | None) -> None:
        """Count anew for the alert that is open, once in a while."""
        self._ticks += 1
        if alert_id is not None and self._ticks % _TICKS_BETWEEN_COUNTS == 0:
            self.want(alert_id)

    def want(self, alert_id: int) -> None:
        """Count for this alert, and for no other one."""
        in_background(self._app, partial(self._count, alert_id), group="related")

    async def _count(self, alert_id: int) -> None:
        await asyncio.sleep(_DELAY_SECONDS)
        state = self._state
        alert = state.book.alert(alert_id)
        if alert is None:
            return
        relations = relations_of(alert, state.corpus)
        me = None if state.me is None else state.me.id
        counted = []
        for relation in relations:
            counted.append(count_related(relation, alert_id, state.corpus, now=state.moment, me=me))
            await asyncio.sleep(0)
        self._app.post_message(RelatedCounted(alert_id, relations, tuple(counted)))
