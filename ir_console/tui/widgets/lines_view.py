"""A scrolling view of lines, that keeps its place when the lines change."""

from collections.abc import Callable

from textual.strip import Strip

from ir_console.model.placed import PlacedLines, kept_top
from ir_console.model.spans import Line

from ..painter import Ground, Painter
from .steady_scroll import SteadyScroll


class LinesView(SteadyScroll, inherit_bindings=False):
    """Shows lines of the model; the keys that scroll it are bound by whoever uses it."""

    ALLOW_SELECT = False

    def __init__(
        self, painter: Callable[[], Painter], *, widget_id: str, ground: Ground = Ground.PAGE
    ) -> None:
        super().__init__(id=widget_id)
        self._painter, self._ground = painter, ground
        self._lines: tuple[Line, ...] = ()
        self._placed = PlacedLines()

    @property
    def line_width(self) -> int:
        """How many cells a line has, a blank at each side left out."""
        return max(10, self.scrollable_content_region.width - 2)

    def show(self, lines: tuple[Line, ...], *, from_top: bool = False) -> None:
        """Show other lines, scrolled as before unless they are of something else."""
        before, self._lines = self._lines, lines
        top = self.scroll_offset.y
        self.set_length(len(lines))
        if from_top:
            self.scroll_to(y=0, animate=False)
        shown = range(top, top + self.size.height)
        self.paint_lines([at - top for at in shown if before[at : at + 1] != lines[at : at + 1]])

    def show_placed(self, placed: PlacedLines, *, from_top: bool = False) -> None:
        """Show other lines, and keep what is read on the line of the screen where it is."""
        top = kept_top(self._placed, self.scroll_offset.y, placed)
        self._placed = placed
        self.show(placed.lines, from_top=from_top)
        if not from_top and top != self.scroll_offset.y:
            # At once: the next lines may come before this is painted.
            self.scroll_to(y=top, animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.refresh()

    def render_line(self, y: int) -> Strip:
        painter, width = self._painter(), self.size.width
        index = self.scroll_offset.y + y
        if not 0 <= index < len(self._lines):
            return painter.blank(width, self._ground)
        indent = painter.blank(min(1, width), self._ground)
        line = painter.strip(self._lines[index], max(0, width - 1), self._ground)
        return Strip.join([indent, line])

    def scroll_lines(self, lines: int) -> None:
        """Scroll by some lines at once."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def reveal(self, line: int) -> None:
        """Scroll as far as a line needs to be seen."""
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if line < top:
            self.scroll_to(y=line, animate=False)
        elif line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False)
