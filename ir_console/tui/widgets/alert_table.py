"""The live table: paints the rows that the viewport shows, and nothing else.

Holds no rows and decides nothing about them; the model does. What it knows of a row it asks when
it paints the row's line, so a hundred thousand rows cost as much as fifty.
"""

from collections.abc import Callable, Iterable

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ir_console.model.columns import GUTTER, Column, plan_columns, row_line
from ir_console.model.group_lines import group_line
from ir_console.model.link import Placeholder
from ir_console.model.rows import GroupRow, Row
from ir_console.model.spans import Line, Span, Tone, fit, width_of
from ir_console.model.state import ConsoleState

from ..painter import Ground, Painter


class AlertTable(ScrollView, can_focus=True, inherit_bindings=False):
    """The rows of the console's state."""

    ALLOW_SELECT = False

    class CursorMoved(Message):
        """The analyst chose another alert, or looked elsewhere."""

    class Opened(Message):
        """The analyst wants to read the alert under the cursor."""

    def __init__(
        self,
        state: ConsoleState,
        painter: Callable[[], Painter],
        wall_clock: Callable[[], float],
        placeholder: Callable[[], Placeholder],
        *,
        widget_id: str,
    ) -> None:
        super().__init__(id=widget_id)
        self._state = state
        self._painter = painter
        self._wall_clock = wall_clock
        self._placeholder = placeholder
        self._columns: tuple[Column, ...] = ()
        self._planned_for: tuple[int, tuple[str, ...]] = (-1, ())
        self._painted_top = -1
        self._painted_count = -1

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as planned for the present width and view."""
        wanted = (self.scrollable_content_region.width, self._state.columns)
        if wanted != self._planned_for:
            self._planned_for, self._columns = wanted, plan_columns(*wanted)
        return self._columns

    def show(self, changed: Iterable[int] | None = None) -> None:
        """Paint what the model shows now; only the lines of `changed` if no row moved."""
        viewport, count = self._state.viewport, len(self._state.view)
        if count != self._painted_count:
            self.virtual_size = Size(0, count)
        if viewport.top != round(self.scroll_y):
            self.scroll_to(y=viewport.top, animate=False)
        is_still = (count, viewport.top) == (self._painted_count, self._painted_top)
        self._painted_count, self._painted_top = count, viewport.top
        if is_still and changed is not None:
            self._refresh_rows(set(changed))
        else:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, painter = self.size.width, self._painter()
        if not len(self._state.view):
            return painter.strip(self._placeholder_line(y, width), width)
        row = self._state.viewport.row_on_line(y)
        if row is None:
            return painter.blank(width)
        line = (self._gutter(row), *self._line_of(row))
        return painter.strip(line, width, self._ground(row))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        viewport = self._state.viewport
        if self.is_mounted and round(new_value) != viewport.top and len(self._state.view):
            viewport.scroll(round(new_value))
            self.post_message(self.CursorMoved())

    def on_resize(self) -> None:
        self._state.viewport.resize(self.size.height)
        self.show()

    def on_click(self, event: events.Click) -> None:
        row = self._state.viewport.row_on_line(event.y)
        if row is None:
            return
        self._state.viewport.move_to(row.id)
        self.show()
        self.post_message(self.CursorMoved())
        if event.chain == 2:
            self.post_message(self.Opened())

    def _refresh_rows(self, changed: set[int]) -> None:
        viewport = self._state.viewport
        for line in range(viewport.height):
            row = viewport.row_on_line(line)
            if row is not None and (row.id in changed or row.id < 0):
                self.refresh_line(viewport.top + line)

    def _line_of(self, row: Row | GroupRow) -> Line:
        if isinstance(row, GroupRow):
            return group_line(row, self.scrollable_content_region.width - GUTTER)
        return row_line(row, self.columns, self._wall_clock())

    def _gutter(self, row: Row | GroupRow) -> Span:
        state = self._state
        if row.id in state.pending:
            mark = Span("…", Tone.WARNING)
        elif state.queue.waits(row.id):
            mark = Span("↑", Tone.WARNING)
        elif row.id == state.viewport.cursor:
            mark = Span("❯", Tone.STRONG)
        elif state.view.is_ghost(row.id):
            mark = Span("◌", Tone.MUTED)
        elif state.is_fresh(row.id):
            mark = Span("▎", Tone.ACCENT)
        else:
            mark = Span(" ")
        is_marked = state.marks.has(row.id)
        tone = Tone.ACCENT if is_marked and row.id not in state.pending else mark.tone
        due = "◷" if state.reminders.is_due(row.id) else " "
        return Span(fit(mark.text + ("●" if is_marked else due), GUTTER), tone)

    def _ground(self, row: Row | GroupRow) -> Ground:
        if row.id == self._state.viewport.cursor:
            return Ground.CURSOR
        return Ground.GHOST if self._state.view.is_ghost(row.id) else Ground.PAGE

    def _placeholder_line(self, y: int, width: int) -> Line:
        words = self._placeholder()
        texts = (Span(words.title, words.tone), *(Span(text, Tone.MUTED) for text in words.lines))
        texts = (texts[0], Span(""), *texts[1:])
        position = y - max(0, (self.size.height - len(texts)) // 2 - 1)
        if not 0 <= position < len(texts):
            return ()
        span = texts[position]
        if width_of((span,)) > width - 2:
            span = Span(fit(span.text, width - 2), span.tone)
        return (Span(" " * ((width - width_of((span,))) // 2)), span)
