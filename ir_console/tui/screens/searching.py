"""The part of the live screen that goes on searching where very many alerts are filtered."""

from ..after import after
from ..widgets.alert_table import AlertTable
from .moving import MovingScreen

# Between two slices keys are answered and the screen is painted.
_BREATH_SECONDS = 0.005


class SearchingScreen(MovingScreen):
    """A screen that shows what is found while older alerts are still searched."""

    table: AlertTable
    _is_search_due = False

    def show_reader(self) -> None:
        """Show the cursor's alert."""
        raise NotImplementedError

    def show_bars(self) -> None:
        """Bring the lines around the table up to date."""
        raise NotImplementedError

    def search_soon(self) -> None:
        """Go on with a search that is under way, if there is one."""
        if self.state.sieve.is_searching and not self._is_search_due:
            self._is_search_due = True
            after(self, _BREATH_SECONDS, self._search_on)

    def _search_on(self) -> None:
        self._is_search_due = False
        cursor = self.state.viewport.cursor
        if not self.is_attached or not self.state.search_on():
            return
        self.table.show()
        if self.state.viewport.cursor != cursor:
            self.show_reader()
        self.show_bars()
