"""What stands on a terminal that is too small; it goes by itself when the terminal grows."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label

from ir_console.model.layout import SMALLEST, is_too_small


class TooSmallScreen(Screen[None]):
    """Says what size is needed, and how to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", show=False)]

    def on_screen_resume(self) -> None:
        """Go at once if the terminal grew while something else stood over this screen."""
        if not is_too_small(*self.app.size):
            self.dismiss()

    def compose(self) -> ComposeResult:
        width, height = SMALLEST
        yield Label(Content(f"terminal too small ({width}x{height} needed)\nq quits"))
