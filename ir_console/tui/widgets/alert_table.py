"""The live table: paints the rows that the viewport shows, and nothing else.

Holds no rows and decides nothing about them; the model does. What it knows of a row it asks when
it paints the row's line, so a hundred thousand rows cost as much as fifty.
"""

from collections.abc import Callable
from typing import NamedTuple

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from ir_console.model.columns import GUTTER, Column, plan_columns, row_line
from ir_console.model.group_lines import group_line
from ir_console.model.link import Placeholder
from ir_console.model.rows import GroupRow, Row
from ir_console.model.spans import Line, Span, Tone, fit, width_of
from ir_console.model.state import ConsoleState

from ..painter import Ground, Painter
from .steady_scroll import SteadyScroll


class _Look(NamedTuple):
    """What a line of the screen shows, but for what grows with time."""

    row: Row | GroupRow | None
    gutter: Span
    ground: Ground
    columns: tuple[Column, ...]


_NO_ROW = _Look(None, Span(""), Ground.PAGE, ())


class AlertTable(SteadyScroll, can_focus=True, inherit_bindings=False):
    """The rows of the console's state."""

    ALLOW_SELECT = False
    TAKES_NO_KEYS = True
    """Keys are the screen's: see `precedence`."""

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
        self._width = self._row_width = 0
        self._painted: dict[int, tuple[_Look, Line]] = {}
        self._is_empty = True

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as planned for the present width and view."""
        self._plan()
        return self._columns

    def _plan(self) -> None:
        """Find out what is the same for all lines: asked for each it is a third of their paint."""
        self._width, self._row_width = self.size.width, self.scrollable_content_region.width
        wanted = (self._row_width, self._state.columns)
        if wanted != self._planned_for:
            self._planned_for, self._columns = wanted, plan_columns(*wanted)

    def show(self) -> None:
        """Bring the screen up to date: only lines that look otherwise are painted."""
        count = len(self._state.view)
        self.set_length(count)
        self._plan()
        self.go_to(self._state.viewport.top)
        was_empty, self._is_empty = self._is_empty, count == 0
        if was_empty or self._is_empty:
            self.refresh()
        else:
            self.paint_lines(
                [y for y in self._lines() if self._look_of(y) != self._painted_look(y)]
            )

    def show_ages(self) -> None:
        """Paint the lines whose words are others by now."""
        if self._is_empty:
            self.refresh()
            return
        self._plan()
        looks = [(y, self._look_of(y)) for y in self._lines()]
        self.paint_lines(
            [y for y, look in looks if self._painted.get(y) != (look, self._words(look))]
        )

    def render_lines(self, crop: Region) -> list[Strip]:
        self._plan()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, painter = self._width, self._painter()
        if not len(self._state.view):
            return painter.strip(self._placeholder_line(y, width), width)
        look = self._look_of(y)
        words = self._words(look)
        self._painted[y] = look, words
        if look.row is None:
            return painter.blank(width)
        return painter.strip((look.gutter, *words), width, look.ground)

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

    def _lines(self) -> range:
        return range(self.size.height)

    def _painted_look(self, y: int) -> _Look | None:
        painted = self._painted.get(y)
        return None if painted is None else painted[0]

    def _look_of(self, y: int) -> _Look:
        row = self._state.viewport.row_on_line(y)
        if row is None:
            return _NO_ROW
        return _Look(row, self._gutter(row), self._ground(row), self._columns)

    def _words(self, look: _Look) -> Line:
        if look.row is None:
            return ()
        if isinstance(look.row, GroupRow):
            return group_line(look.row, self._row_width - GUTTER)
        return row_line(look.row, look.columns, self._wall_clock())

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
