"""What came of each alert of the last bulk action; Enter decides about a conflict."""

from collections.abc import Callable, Sequence
from typing import Any

from textual import on

from ir_console.model.bulk import ItemResult
from ir_console.model.bulk_results import result_entries, results_title
from ir_console.model.picking import Entry
from ir_console.model.rows import Row
from ir_console.model.spans import Line, Span, Tone
from ir_console.model.toasts import Toast

from ..painter import Painter
from ..widgets.pick_list import PickList
from .page import Page, placeholder_lines


class ResultsPage(Page):
    """One line for each alert, what is not done first."""

    HINTS = ("page.pick",)

    def __init__(
        self,
        painter: Callable[[], Painter],
        toasts: Callable[[], tuple[Toast, ...]],
        *,
        words: str,
        results: Callable[[], Sequence[ItemResult]],
        row_of: Callable[[int], Row | None],
        decide: Callable[[int], bool],
    ) -> None:
        super().__init__(painter, toasts)
        self._words, self._results, self._row_of = words, results, row_of
        self._decide = decide

    def entries(self) -> Sequence[Entry[Any]]:
        return result_entries(self._results(), self._row_of)

    def instead(self) -> tuple[Line, ...]:
        return placeholder_lines(Tone.OK, "All of it is done.")

    def title_line(self) -> tuple[Line, Line]:
        words = results_title(self._words, self._results())
        return (Span("Outcomes  ", Tone.STRONG), Span(words, Tone.ACCENT)), ()

    @on(PickList.Picked)
    def picked(self, message: PickList.Picked) -> None:
        """Decide about a conflict; of others, go to the alert."""
        if not self._decide(message.key):
            self.dismiss(None)
