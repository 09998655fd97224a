"""When related alerts are counted: soon after an alert is opened, and now and then while it is.

A count passes over all alerts, some in a turn with a breath for keys after each. It begins when the
cursor rests and ends when it moves on.
"""

import asyncio
import time
from functools import partial

from textual.app import App

from ir_client.wire.alerts import Alert
from ir_console.model.pace import BREATH_SECONDS, Pace
from ir_console.model.related import Related, RelatedCount, Relation, count_words, relations_of
from ir_console.model.state import ConsoleState
from ir_console.model.walk import Walk

from .background import in_background
from .messages import RelatedCounted

_DELAY_SECONDS = 0.25
_TICKS_BETWEEN_COUNTS = 5
# A count of so many takes some 50 ms: more are counted as much more seldom.
_COUNTED_OFTEN = 100_000
# So many are counted when a key asks for it.
_AT_ONCE = 25_000


class RelatedReader:
    """Counts in a worker and posts what it counted to the app."""

    def __init__(self, app: App[None], state: ConsoleState) -> None:
        self._app, self._state = app, state
        self._ticks = 0
        self._counted: tuple[int | None, tuple[Related, ...]] = (None, ())

    def tick(self, alert_id: int | None) -> None:
        """Count anew for the alert that is open, once in a while."""
        self._ticks += 1
        known = len(self._state.book)
        between = _TICKS_BETWEEN_COUNTS * (1 + known // _COUNTED_OFTEN)
        if alert_id is not None and self._ticks % between == 0:
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
        count = RelatedCount(alert_id, relations, state.corpus, state.question())
        walk, pace = Walk(state.view), Pace()
        while not walk.is_over:
            pace.turn(time.thread_time, lambda size: count.look_at(walk.ids(size)))
            await asyncio.sleep(BREATH_SECONDS)
        self._counted = (alert_id, count.counted)
        self._app.post_message(RelatedCounted(alert_id, relations, count.counted))

    def told(self, alert: Alert) -> list[tuple[Relation, str]]:
        """What other alerts may share with this one, and how many do, as far as is known now."""
        state = self._state
        relations = relations_of(alert, state.corpus)
        if self._counted[0] == alert.id:
            known = {related.relation: count_words(related)[0] for related in self._counted[1]}
            return [(relation, known.get(relation, "…")) for relation in relations]
        count = RelatedCount(alert.id, relations, state.corpus, state.question())
        walk = Walk(state.view)
        count.look_at(walk.ids(_AT_ONCE))
        part = "" if walk.is_over else f" of the newest {_AT_ONCE:,}"
        return [(one.relation, f"{count_words(one)[0]}{part}") for one in count.counted]
