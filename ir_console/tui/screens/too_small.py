"""What stands on a terminal that is too small; it goes by itself when the terminal grows."""

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label

from ir_console.model.layout import SMALLEST


class TooSmallScreen(Screen[None]):
    """Says what size is needed."""

    def compose(self) -> ComposeResult:
        width, height = SMALLEST
        yield Label(Content(f"terminal too small ({width}x{height} needed)"))
