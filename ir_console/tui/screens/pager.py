"""The pager: an alert as JSON over the whole screen, to scroll and to search.

Shows text and nothing else: no markup, no links, hidden characters visible.
"""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from ir_client.wire.alerts import Alert
from ir_console.model.keys import PAGER_KEYS
from ir_console.model.pager import alert_pages, find, pager_lines
from ir_console.model.placed import PlacedLines
from ir_console.model.spans import Span, Tone, spread

from ..bindings import bound, keymap_of
from ..painter import Ground, Painter
from ..widgets.line_bar import BarContent, LineBar
from ..widgets.line_input import OrderedInput
from ..widgets.lines_view import LinesView
from .dialogs import LEAVES

_HINTS = (
    (("pager.search",), "search"),
    (("pager.next", "pager.previous"), "next, previous"),
    (("pager.copy",), "copy"),
    (("pager.leave",), "back"),
)


class PagerView(LinesView, can_focus=True):
    """The text; letters scroll it."""

    BINDINGS: ClassVar[list[BindingType]] = bound(*(use.id for use in PAGER_KEYS))

    def action_scroll_by(self, lines: int) -> None:
        self.scroll_lines(lines)


class PagerScreen(ModalScreen[None]):
    """One alert, as it was when the pager opened."""

    BINDINGS: ClassVar[list[BindingType]] = LEAVES
    AUTO_FOCUS = "#pager"

    def __init__(
        self, alert: Alert, painter: Callable[[], Painter], copy: Callable[[Alert], None]
    ) -> None:
        super().__init__()
        self._alert, self._copy = alert, copy
        self._texts: list[str] = []
        self._found = find((), "")
        self._chosen: int | None = None
        self._is_copied = False
        self._view = PagerView(painter, widget_id="pager")
        self._top = LineBar(self._title, painter, widget_id="pager-title")
        self._bottom = LineBar(self._hints, painter, widget_id="pager-hints")

    def compose(self) -> ComposeResult:
        yield self._top
        yield self._view
        yield OrderedInput(placeholder="Search", id="pager-search")
        yield self._bottom

    def on_resize(self) -> None:
        self.call_after_refresh(self._wrap)

    @on(Input.Changed, "#pager-search")
    def search(self, event: Input.Changed) -> None:
        """Go to the first place at or below what is on the screen."""
        self._found = find(self._texts, event.value)
        self._chosen = self._found.next(self._view.scroll_offset.y - 1, 1)
        self._show()

    @on(Input.Submitted, "#pager-search")
    def searched(self) -> None:
        self._close_search()

    def action_search(self) -> None:
        self.add_class("-searching")
        self.query_one("#pager-search", Input).focus()

    def action_next(self, step: int) -> None:
        at = self._view.scroll_offset.y if self._chosen is None else self._chosen
        self._chosen = self._found.next(at, step)
        self._show()

    def action_copy(self) -> None:
        self._copy(self._alert)
        self._is_copied = True
        self._bottom.update()

    def action_leave(self) -> None:
        if self.has_class("-searching"):
            self.query_one("#pager-search", Input).value = ""
            self._close_search()
        else:
            self.dismiss(None)

    def _close_search(self) -> None:
        self.remove_class("-searching")
        self._view.focus()

    def _wrap(self) -> None:
        self._texts = alert_pages(self._alert, self._view.line_width, keymap_of(self))
        self._found, self._chosen = find(self._texts, self._found.word), None
        self._show()

    def _show(self) -> None:
        lines = tuple(pager_lines(self._texts, self._found, chosen=self._chosen))
        self._view.show_placed(PlacedLines(lines, tuple(range(len(lines)))))
        if self._chosen is not None:
            middle = self._chosen - self._view.size.height // 2
            self._view.scroll_to(y=max(0, middle), animate=False)
        self._top.update()

    def _title(self, width: int) -> BarContent:
        word, lines = self._found.word, self._found.lines
        said = f"{len(lines):,} of {len(self._texts):,} lines " if word else ""
        left = (Span(f" #{self._alert.id} as JSON", Tone.STRONG),)
        return BarContent(spread(left, (Span(said, Tone.MUTED),), width), Ground.BAR)

    def _hints(self, width: int) -> BarContent:
        spans = [Span(" ")]
        keymap = keymap_of(self)
        for ids, words in _HINTS:
            key = " ".join(map(keymap.key, ids))
            spans += [Span(f"{key} ", Tone.KEY), Span(f"{words}  ", Tone.MUTED)]
        said = (Span("✓ handed to the terminal ", Tone.OK),) if self._is_copied else ()
        return BarContent(spread(tuple(spans), said, width), Ground.BAR)
