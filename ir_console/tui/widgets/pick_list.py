"""A list of lines to pick one from: keys move, Enter picks."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ir_console.model.picking import Entry, PickModel
from ir_console.model.spans import Line

from ..painter import Ground, Painter

Key = TypeVar("Key", bound=Hashable)


class PickList(ScrollView, Generic[Key], can_focus=True, inherit_bindings=False):
    """Shows entries of the model, and lines in their place while there are none."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []

    @dataclass
    class Picked(Message):
        """Enter, or a double click."""

        key: Any

    class Moved(Message):
        """The cursor is on another entry."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._painter = painter
        self._model: PickModel[Key] = PickModel()
        self._instead: tuple[Line, ...] = ()

    @property
    def cursor(self) -> Key | None:
        """What the cursor is on."""
        return self._model.cursor

    @property
    def line_width(self) -> int:
        """How many cells a line has."""
        return max(10, self.scrollable_content_region.width - 2)

    def show(self, entries: Sequence[Entry[Key]], *, instead: tuple[Line, ...] = ()) -> None:
        """Show these; `instead` where there are none."""
        self._model.show(entries)
        self._instead = instead
        self.virtual_size = Size(0, max(len(entries), 1))
        self._reveal()
        self.refresh()

    def move(self, steps: int) -> None:
        """Move the cursor."""
        self._model.move(steps)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def pick(self) -> None:
        """Tell what the cursor is on."""
        if self.cursor is not None:
            self.post_message(self.Picked(self.cursor))

    def render_line(self, y: int) -> Strip:
        painter, width = self._painter(), self.size.width
        entries, place = self._model.entries, self.scroll_offset.y + y
        if not entries:
            line = self._instead[y - 1] if 0 < y <= len(self._instead) else ()
            return painter.strip(line, width)
        if not 0 <= place < len(entries):
            return painter.blank(width)
        ground = Ground.CURSOR if place == self._model.index else Ground.PAGE
        blank = painter.blank(min(1, width), ground)
        return Strip.join([blank, painter.strip(entries[place].line, max(0, width - 1), ground)])

    def on_click(self, event: events.Click) -> None:
        self.move(self.scroll_offset.y + event.y - self._model.index)
        if event.chain == 2:
            self.pick()

    def _reveal(self) -> None:
        top, height, index = round(self.scroll_y), max(1, self.size.height), self._model.index
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False)
