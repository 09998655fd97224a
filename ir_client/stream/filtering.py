"""Decide which events a reader is handed out: those of some types, or of some alerts.

With a query, an alert that was handed out is handed out once more when it no longer matches, as
AlertUpdated, so that who shows what matches learns of it. A query holds no removal back: it says
of nothing but a number. Nothing holds back that events were lost. What is not handed out is read
all the same, for positions and watermarks.
"""

from collections.abc import Callable
from datetime import datetime

from ..query import Selection
from ..wire.events import AlertUpdated, InitialData, NewAlert
from ..wire.protocol2 import AlertRemoved
from .events import Event, Gap, Resumed


class EventFilter:
    """What one reader wants; `clock` says what `now` in the query means."""

    def __init__(
        self,
        *,
        types: tuple[type, ...] | None = None,
        selection: Selection | None = None,
        clock: Callable[[], datetime],
    ) -> None:
        self._types = types
        self._selection = selection
        self._clock = clock

    def wants(self, event: Event) -> bool:
        """Whether to hand out this event, which comes right after those asked about before."""
        if self._selection is not None and not self._is_selected(event, self._selection):
            return False
        return self._types is None or isinstance(event, self._types) or _tells_of_a_loss(event)

    def _is_selected(self, event: Event, selection: Selection) -> bool:
        match event:
            case NewAlert() | AlertUpdated():
                return selection.takes(event.alert, now=self._clock())
            case AlertRemoved():
                selection.forget(event.data.id)
            case InitialData() if event.data.user is not None:
                selection.me = event.data.user.id
        return True


def _tells_of_a_loss(event: Event) -> bool:
    """Whether a reader that is not handed this takes for whole what is not."""
    return isinstance(event, Gap) or (isinstance(event, Resumed) and not event.complete)
