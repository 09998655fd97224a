"""A bar of one line, built for whatever width there is."""

from collections.abc import Callable
from typing import NamedTuple

from textual.strip import Strip
from textual.widget import Widget

from ir_console.model.spans import Line

from ..painter import Ground, Painter


class BarContent(NamedTuple):
    """What a bar shows, and on what ground."""

    line: Line
    ground: Ground = Ground.BAR


class LineBar(Widget):
    """Asks for its line when it is painted; repaints only when that line is another one."""

    DEFAULT_CSS = "LineBar { height: 1; }"

    def __init__(
        self,
        build: Callable[[int], BarContent],
        painter: Callable[[], Painter],
        *,
        widget_id: str,
    ) -> None:
        super().__init__(id=widget_id)
        self._build = build
        self._painter = painter
        self._shown: BarContent | None = None

    def update(self) -> None:
        """Repaint if there is something else to say."""
        if self.size.width and self._build(self.size.width) != self._shown:
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 -- there is one line
        width = self.size.width
        self._shown = self._build(width)
        return self._painter().strip(self._shown.line, width, self._shown.ground)
