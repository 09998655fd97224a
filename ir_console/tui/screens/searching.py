"""The part of the live screen that goes on with what takes long where there are very many alerts.

It is done in turns, so that keys are answered and the screen is painted meanwhile: first the search
for what passes the filter, then the counts of the views.
"""

import time

from ir_console.model.pace import BREATH_SECONDS

from ..after import after
from ..widgets.alert_table import AlertTable
from .moving import MovingScreen

# What is found meanwhile is shown so often; a screen that is not full yet, with every turn.
_SECONDS_BETWEEN_SHOWS = 0.06


class SearchingScreen(MovingScreen):
    """A screen that shows what is found while older alerts are still searched."""

    table: AlertTable
    _is_turn_due = False
    _shown_at = 0.0

    def show_reader(self) -> None:
        """Show the cursor's alert."""
        raise NotImplementedError

    def show_bars(self) -> None:
        """Bring the lines around the table up to date."""
        raise NotImplementedError

    def search_soon(self) -> None:
        """Go on with a search or a count that is under way, if there is one."""
        is_under_way = self.state.sieve.is_searching or self.state.counts.is_counting
        if is_under_way and not self._is_turn_due:
            self._is_turn_due = True
            after(self, BREATH_SECONDS, self._take_turn)

    def _take_turn(self) -> None:
        self._is_turn_due = False
        if not self.is_attached:
            return
        if self.state.sieve.is_searching:
            self._search_on()
        elif self.state.count_on(clock=time.thread_time) and not self.state.counts.is_counting:
            self.show_bars()
        self.search_soon()

    def _search_on(self) -> None:
        view, viewport = self.state.view, self.state.viewport
        cursor, is_full = viewport.cursor, len(view) >= viewport.height
        self.state.search_on(clock=time.thread_time)
        now = time.monotonic()
        is_due = now - self._shown_at >= _SECONDS_BETWEEN_SHOWS
        if is_full and not is_due and self.state.sieve.is_searching:
            return
        self._shown_at = now
        self.table.show()
        if viewport.cursor != cursor:
            self.show_reader()
        self.show_bars()
