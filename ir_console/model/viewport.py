"""Where the analyst looks: the cursor, and which row is at the top of the screen.

The cursor is an alert, never a line: whatever arrives, it stays on its alert. While *following*,
the top of the screen is the newest row and new rows appear there; the cursor's alert slides down
and at the last line is pinned. Any move away from the newest row *anchors* the screen: the
cursor's alert keeps its screen line, new rows are only counted. Back at the newest row, following
goes on.
"""

from dataclasses import dataclass
from enum import StrEnum

from .rows import GroupRow, Key, Row
from .views import TableView


class Mode(StrEnum):
    FOLLOWING = "following"
    ANCHORED = "anchored"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What must be where it was after the rows have changed."""

    cursor_index: int | None
    cursor_line: int | None
    top_id: int | None


class Viewport:
    """A window of `height` lines on a `TableView`, with a cursor."""

    def __init__(self, view: TableView, *, height: int = 1) -> None:
        self.view = view
        self.height = height
        self.top = 0
        self.cursor: int | None = None
        self.mode = Mode.FOLLOWING
        self._seen: Key | None = None

    @property
    def cursor_index(self) -> int | None:
        return self.view.index_of(self.cursor)

    @property
    def is_pinned(self) -> bool:
        """Whether the cursor's alert is painted on the last line though it stands further down."""
        index = self.cursor_index
        return self.mode is Mode.FOLLOWING and index is not None and index >= self.height

    @property
    def cursor_line(self) -> int | None:
        """The screen line of the cursor, or None when it is off the screen."""
        index = self.cursor_index
        if index is None:
            return None
        if self.is_pinned:
            return self.height - 1
        line = index - self.top
        return line if 0 <= line < self.height else None

    @property
    def unseen_count(self) -> int:
        """How many rows above the screen the analyst has not seen yet."""
        return 0 if self._seen is None else self.view.newer_than(self._seen)

    def row_on_line(self, line: int) -> Row | GroupRow | None:
        """The row or group painted on a screen line."""
        if self.is_pinned and line == self.height - 1:
            line = self.cursor_index or 0
            return self.view.row_at(line)
        index = self.top + line
        return self.view.row_at(index) if 0 <= index < len(self.view) else None

    def anchor(self) -> Anchor:
        """Remember what must stay in place; call before the rows change."""
        top_row = self.row_on_line(0)
        return Anchor(self.cursor_index, self.cursor_line, top_row.id if top_row else None)

    def restore(self, anchor: Anchor) -> None:
        """Put everything back in place; call after the rows have changed."""
        if self.cursor_index is None:
            self.cursor = self.view.stand_in(self.cursor)
        if self.cursor_index is None:
            self._adopt_row_near(anchor.cursor_index or 0)
        if self.mode is Mode.FOLLOWING:
            self.top = 0
        elif anchor.cursor_line is not None:
            self.top = (self.cursor_index or 0) - anchor.cursor_line
        else:
            top_index = self.view.index_of(anchor.top_id)
            self.top = self.top if top_index is None else top_index
        self._clamp()
        self._note_seen()

    def resize(self, height: int) -> None:
        """Take a new height, the cursor kept on the screen if it was there."""
        was_visible = self.cursor_line is not None
        self.height = max(1, height)
        if was_visible and self.mode is Mode.ANCHORED:
            self._reveal()
        self._clamp()

    def move(self, rows: int) -> None:
        """Move the cursor by `rows`; negative is towards the newest."""
        index = self.cursor_index
        if index is not None:
            self._go(index + rows)

    def move_to_newest(self) -> None:
        """Go to the first line; what changed stands where it belongs again."""
        self.view.settle()
        self._go(0)

    def move_to_oldest(self) -> None:
        self._go(len(self.view) - 1)

    def move_to(self, alert_id: int) -> bool:
        """Put the cursor on a shown alert, unfolding its group; False if it is not shown."""
        if self.view.index_of(alert_id) is None and self.view.stand_in(alert_id) is not None:
            self.view.fold(alert_id)
        index = self.view.index_of(alert_id)
        if index is None:
            return False
        self._go(index)
        return True

    def scroll(self, top: int) -> None:
        """Look elsewhere without moving the cursor."""
        self.top = top
        self._clamp()
        self.mode = Mode.FOLLOWING if self.top == 0 else Mode.ANCHORED
        self._note_seen()

    def follow(self) -> None:
        """Go to the newest row and stay there."""
        self.move_to_newest()

    def stay(self) -> None:
        """Stop following where the screen is."""
        self._leave_pin()
        self._anchor_screen()

    def toggle_follow(self) -> None:
        """Follow, or stay where the screen is."""
        if self.mode is Mode.FOLLOWING:
            self.stay()
        else:
            self.follow()

    def reveal(self) -> bool:
        """Bring the cursor onto the screen; False if it was there already."""
        if self.cursor_line is not None or self.cursor_index is None:
            return False
        self._anchor_screen()
        self._reveal()
        return True

    def _go(self, index: int) -> None:
        if not len(self.view):
            return
        self._leave_pin()
        target = self.view.row_at(max(0, min(index, len(self.view) - 1)))
        self.cursor = target.id
        self.view.release_ghosts(keep=target.id)
        if self.cursor_index == 0:
            self.mode, self.top, self._seen = Mode.FOLLOWING, 0, self.view.newest_key()
        else:
            self._anchor_screen()
        self._reveal()
        self._note_seen()

    def _anchor_screen(self) -> None:
        if self.mode is Mode.FOLLOWING:
            self._seen = self.view.newest_key()
        self.mode = Mode.ANCHORED

    def _leave_pin(self) -> None:
        if self.is_pinned and self.cursor_index is not None:
            self.top = self.cursor_index - self.height + 1
            self._anchor_screen()

    def _adopt_row_near(self, index: int) -> None:
        count = len(self.view)
        self.cursor = self.view.row_at(min(index, count - 1)).id if count else None

    def _reveal(self) -> None:
        index = self.cursor_index
        if index is not None and not self.is_pinned:
            self.top = min(self.top, index)
            self.top = max(self.top, index - self.height + 1)
        self._clamp()

    def _clamp(self) -> None:
        self.top = max(0, min(self.top, len(self.view) - self.height))

    def _note_seen(self) -> None:
        newest = self.view.newest_key()
        if newest is None:
            return
        if self.mode is Mode.FOLLOWING:
            self._seen = newest
            return
        top_row = self.row_on_line(0) if self.view.arrangement.is_plain else None
        if isinstance(top_row, Row) and (self._seen is None or top_row.key > self._seen):
            self._seen = top_row.key
