"""The toasts in their corner: a few lines over everything, gone when there is nothing to say."""

from collections.abc import Callable

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from ir_console.model.spans import Line, Span, Tone
from ir_console.model.toasts import Toast

from ..painter import Ground, Painter

_WIDTH = 52


class ToastStack(Widget):
    """Paints the toasts it is given, one below the other."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._painter = painter
        self._toasts: tuple[Toast, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self._placed_on = Size(0, 0)

    def show(self, toasts: tuple[Toast, ...]) -> None:
        """Show these toasts and no others."""
        if (toasts, self.screen.size) == (self._toasts, self._placed_on):
            return
        self._toasts = toasts
        self._lines = tuple(line for toast in toasts for line in toast_lines(toast))
        self.display = bool(toasts)
        self._place()
        self.refresh()

    def _place(self) -> None:
        """Stand in the bottom right corner, above the two lines at the bottom."""
        screen, height = self.screen.size, len(self._lines)
        self._placed_on = screen
        self.styles.height = height
        self.styles.offset = (screen.width - _WIDTH - 2, screen.height - height - 3)

    def on_mount(self) -> None:
        self.styles.width = _WIDTH
        self.display = False

    def render_line(self, y: int) -> Strip:
        painter, width = self._painter(), self.size.width
        if y >= len(self._lines):
            return painter.blank(width, Ground.BAR)
        return painter.strip(self._lines[y], width, Ground.BAR)


def toast_lines(toast: Toast) -> tuple[Line, ...]:
    """A toast as its one or two lines."""
    edge = Span("▌ ", toast.tone if toast.tone is not Tone.CRITICAL else Tone.ERROR)
    headline = (edge, Span(toast.headline, toast.tone))
    return (headline, (edge, Span(toast.detail, Tone.MUTED))) if toast.detail else (headline,)


def toast_strip(toasts: tuple[Toast, ...]) -> Line:
    """All toasts in one line, for terminals without room for more."""
    spans: list[Span] = [Span(" ")]
    for toast in toasts:
        if len(spans) > 1:
            spans.append(Span("  │  ", Tone.MUTED))
        spans.append(Span(toast.headline, toast.tone))
        if toast.detail:
            spans.append(Span(f" · {toast.detail}", Tone.MUTED))
    return tuple(spans)
