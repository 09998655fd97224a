"""A view that scrolls over so many lines that their number changes while it is looked at.

To the toolkit another number of lines is another layout: it measures and paints the whole screen
anew, ten times a second in a storm. Here only the thumb of the scrollbar is told, when it moves.
"""

from collections.abc import Iterator

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView

_PARTS_OF_A_CELL = 8


class SteadyScroll(ScrollView, inherit_bindings=False):
    """A view of lines that paints those that it is told to."""

    _thumb = (-1, -1)

    def set_length(self, count: int) -> None:
        """There are so many lines now; nothing of them is painted by that."""
        if (count > self.container_size.height) is self.show_vertical_scrollbar:
            self.set_reactive(ScrollView.virtual_size, Size(0, count))
            self._move_thumb()
        else:
            self.virtual_size = Size(0, count)

    def go_to(self, top: int) -> None:
        """Let this line be the first one, at once; nothing of it is painted by that."""
        if top != round(self.scroll_y):
            self.scroll_to(y=top, animate=False)

    def paint_lines(self, lines: list[int]) -> None:
        """Paint these lines of the screen anew."""
        if lines:
            width = self.size.width
            self.refresh(*(Region(0, first, width, count) for first, count in _runs(lines)))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:  # noqa: ARG002 -- the toolkit's signature
        self._move_thumb()

    def _move_thumb(self) -> None:
        if not self.show_vertical_scrollbar:
            return
        height, count, top = self.size.height, self.virtual_size.height, self.scroll_y
        length = max(1.0, height * height / max(1, count))
        start = (height - length) * top / max(1, count - height)
        thumb = (round(start * _PARTS_OF_A_CELL), round(length * _PARTS_OF_A_CELL))
        if thumb != self._thumb:
            self._thumb = thumb
            self.vertical_scrollbar.window_virtual_size = count
            self.vertical_scrollbar.position = top


def _runs(lines: list[int]) -> Iterator[tuple[int, int]]:
    """Where lines that follow each other begin, and how many there are."""
    first = count = 0
    for line in lines:
        if count and line == first + count:
            count += 1
            continue
        if count:
            yield first, count
        first, count = line, 1
    if count:
        yield first, count
