"""A scrolling view of lines, that keeps its place when the lines change."""

from collections.abc import Callable

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ir_console.model.spans import Line

from ..painter import Painter


class LinesView(ScrollView, inherit_bindings=False):
    """Shows lines of the model; the keys that scroll it are bound by whoever uses it."""

    ALLOW_SELECT = False

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._painter = painter
        self._lines: tuple[Line, ...] = ()

    @property
    def line_width(self) -> int:
        """How many cells a line has, a blank at each side left out."""
        return max(10, self.scrollable_content_region.width - 2)

    def show(self, lines: tuple[Line, ...], *, from_top: bool = False) -> None:
        """Show other lines, scrolled as before unless they are of something else."""
        self._lines = lines
        self.virtual_size = Size(0, len(lines))
        if from_top:
            self.scroll_to(y=0, animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        painter, width = self._painter(), self.size.width
        index = self.scroll_offset.y + y
        if not 0 <= index < len(self._lines):
            return painter.blank(width)
        indent = painter.blank(min(1, width))
        return Strip.join([indent, painter.strip(self._lines[index], max(0, width - 1))])

    def scroll_lines(self, lines: int) -> None:
        """Scroll by some lines at once."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)
