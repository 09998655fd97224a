"""The part of the live screen that goes on searching where very many alerts are filtered."""

from .moving import MovingScreen

# Between two slices keys are answered and the screen is painted.
_BREATH_SECONDS = 0.005


class SearchingScreen(MovingScreen):
    """A screen that shows what is found while older alerts are still searched."""

    _is_search_due = False

    def search_soon(self) -> None:
        """Go on with a search that is under way, if there is one."""
        if self.state.sieve.is_searching and not self._is_search_due:
            self._is_search_due = True
            self.set_timer(_BREATH_SECONDS, self._search_on)

    def _search_on(self) -> None:
        self._is_search_due = False
        if self.is_attached and self.state.search_on():
            self.after_move()
