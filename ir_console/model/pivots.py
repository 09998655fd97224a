"""Go from an alert to those that have to do with it, and back to where one was."""

from dataclasses import dataclass, field

from .filters import Filter, read_filter
from .state import ConsoleState

_MOST_STEPS = 50


@dataclass(slots=True)
class Pivots:
    """The filters that were left, each with the alert that was under the cursor."""

    _left: list[tuple[Filter, int | None]] = field(default_factory=list)

    def go(self, state: ConsoleState, query: str) -> None:
        """Show what `query` asks for. Raises QueryError, and then nothing has changed."""
        wanted = read_filter(query)
        self._left.append((state.filter, state.viewport.cursor))
        del self._left[:-_MOST_STEPS]
        state.set_filter(wanted)

    def back(self, state: ConsoleState) -> bool:
        """Show again what was shown before the last step; False where there was none."""
        if not self._left:
            return False
        before, cursor = self._left.pop()
        state.set_filter(before)
        if cursor is not None:
            state.viewport.move_to(cursor)
        return True
