"""The part of the live screen that goes on with what takes long where there are very many alerts.

It is done in turns, so that keys are answered and the screen is painted meanwhile: first the search
for what passes the filter, then the counts of the views.
"""

import time
from collections.abc import Callable, Sequence

from ..after import after
from ..widgets.alert_table import AlertTable
from .moving import MovingScreen

# Others have their turn in between; a key ends a turn and none begins until it is painted.
_BREATH_SECONDS = 0.001
# What is found meanwhile is shown so often; a screen that is not full yet, with every turn.
_SECONDS_BETWEEN_SHOWS = 0.12


class SearchingScreen(MovingScreen):
    """A screen that shows what is found while older alerts are still searched."""

    table: AlertTable
    _is_turn_due = False
    _shown_at = 0.0
    _steps: Sequence[Callable[[], object]] = ()
    """What is still to be done, one after the other, until what was found is shown."""

    def show_reader(self) -> None:
        """Show the cursor's alert."""
        raise NotImplementedError

    def show_bars(self) -> None:
        """Bring the lines around the table up to date."""
        raise NotImplementedError

    def search_soon(self) -> None:
        """Go on with a search or a count that is under way, if there is one."""
        state = self.state
        is_under_way = state.sieve.is_searching or state.counts.is_counting or self._steps
        if is_under_way and not self._is_turn_due:
            self._is_turn_due = True
            after(self, _BREATH_SECONDS, self._take_turn)

    def _take_turn(self) -> None:
        self._is_turn_due = False
        if not self.is_attached:
            return
        if self.keys_first.is_key_on_its_way:
            pass  # It is painted first.
        elif self._steps:
            step, *self._steps = self._steps
            step()
        elif self.state.sieve.is_searching:
            self._search_on()
        elif self.state.count_on() and not self.state.counts.is_counting:
            self.show_bars()
        self.search_soon()

    def _search_on(self) -> None:
        view, viewport, sieve = self.state.view, self.state.viewport, self.state.sieve
        cursor, is_full = viewport.cursor, len(view) >= viewport.height
        sieve.take_turn(may_go_on=lambda: not self.keys_first.is_key_on_its_way)
        if viewport.cursor != cursor:
            self.show_reader()
        is_due = time.monotonic() - self._shown_at >= _SECONDS_BETWEEN_SHOWS
        if is_due or not is_full or not sieve.is_searching:
            # Counting takes as long as painting, so a key may come in between.
            self._steps = [view.by_severity, self._show_found]

    def _show_found(self) -> None:
        self._shown_at = time.monotonic()
        self.table.show()
        self.show_bars()
