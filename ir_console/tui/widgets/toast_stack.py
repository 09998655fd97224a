"""The toasts: in their corner over everything, or, on small terminals, in lines of their own."""

from collections.abc import Callable

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from ir_console.model.spans import Line
from ir_console.model.toast_lines import corner_lines, trouble_lines
from ir_console.model.toasts import Toast

from ..painter import Ground, Painter

_WIDTH = 52


class _ToastLines(Widget):
    """As high as its lines, and gone when there are none."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._painter = painter
        self._lines: tuple[Line, ...] = ()

    def on_mount(self) -> None:
        self.display = False

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        """Show these lines and no others."""
        if lines == self._lines:
            return
        self._lines = lines
        self.styles.height = len(lines)
        self.display = bool(lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        painter, width = self._painter(), self.size.width
        if y >= len(self._lines):
            return painter.blank(width, Ground.BAR)
        return painter.strip(self._lines[y], width, Ground.BAR)


class ToastStack(_ToastLines):
    """Paints the toasts it is given, one below the other, over what is in the corner."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(painter, widget_id=widget_id)
        self._place_taken = (Size(0, 0), 0)

    def show(self, toasts: tuple[Toast, ...]) -> None:
        """Show these toasts and no others."""
        self.set_lines(corner_lines(toasts, _WIDTH))
        self._place()

    def on_mount(self) -> None:
        self.styles.width = _WIDTH

    def _place(self) -> None:
        """Stand in the bottom right corner, above the two lines at the bottom."""
        screen, height = self.screen.size, len(self._lines)
        if (screen, height) != self._place_taken:
            self._place_taken = (screen, height)
            self.styles.offset = (screen.width - _WIDTH - 2, screen.height - height - 3)


class TroubleBar(_ToastLines):
    """What went wrong, between the table and the hints: covers nothing, the table makes room."""

    def show(self, toasts: tuple[Toast, ...]) -> None:
        """Show those of the toasts that must be read."""
        self.set_lines(trouble_lines(toasts, self.screen.size.width))
