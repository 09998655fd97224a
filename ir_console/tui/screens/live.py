"""The live screen: the table, the counters, the reader, and the keys that move through them.

Shows the console's state and never changes alerts; triage is asked of the flow.
"""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from ir_console.model.commands import World
from ir_console.model.filters import Filter
from ir_console.model.keymap import Keymap
from ir_console.model.keys import KEYS
from ir_console.model.layout import ROOMY_HEIGHT, Layout, has_pulse, layout_for
from ir_console.model.link import Placeholder, placeholder
from ir_console.model.state import ConsoleState, Frame
from ir_console.model.tops import Top, top_lines

from ..bindings import bound
from ..live_bars import LiveBars, Where
from ..painter import Painter
from ..widgets.alert_table import AlertTable
from ..widgets.command_bar import CommandBar
from ..widgets.detail_pane import DetailPane
from ..widgets.filter_bar import FilterBar
from ..widgets.line_bar import LineBar
from ..widgets.lines_view import LinesView
from ..widgets.toast_stack import ToastStack, TroubleBar
from .searching import SearchingScreen


class LiveScreen(SearchingScreen):
    """What the analyst looks at all day."""

    BINDINGS: ClassVar[list[BindingType]] = bound(*(use.id for use in KEYS))
    AUTO_FOCUS = "#table"

    def __init__(
        self,
        state: ConsoleState,
        *,
        painter: Callable[[], Painter],
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        profile: str,
        is_read_only: bool,
        keymap: Keymap,
    ) -> None:
        super().__init__()
        self.state = state
        self._painter, self._clock, self._wall_clock = painter, clock, wall_clock
        self._profile = profile
        self._layout = Layout.COMPACT
        self.table = AlertTable(state, painter, wall_clock, self._say_why_empty, widget_id="table")
        self._keymap = keymap
        self.reader = DetailPane(
            painter, wall_clock, related_key=keymap.key("look.related"), widget_id="reader"
        )
        self.rail = LinesView(painter, widget_id="rail")
        self.rail.can_focus = False
        self.toast_stack = ToastStack(painter, widget_id="toasts")
        self.trouble_bar = TroubleBar(painter, widget_id="trouble")
        self.filter_bar = FilterBar(painter, widget_id="filter-bar")
        self.command_bar = CommandBar(painter, widget_id="command-bar")
        bars = LiveBars(
            state,
            clock=clock,
            wall_clock=wall_clock,
            profile=profile,
            is_read_only=is_read_only,
            keymap=keymap,
            where=self._where,
        )
        self._bars = [LineBar(build, painter, widget_id=name) for name, build in bars.builders()]

    def compose(self) -> ComposeResult:
        top, views, counters, pulse, columns, divider, status, hints = self._bars
        yield top
        yield views
        yield counters
        yield pulse
        with Vertical(id="body"):
            yield self.rail
            with Vertical(id="list"):
                yield columns
                yield self.table
            with Vertical(id="side"):
                yield divider
                yield self.reader
        yield status
        yield self.filter_bar
        yield self.command_bar
        yield self.trouble_bar
        yield hints
        yield self.toast_stack

    # What the app tells

    @property
    def is_up(self) -> bool:
        """Whether the widgets are there: frames may come before they are and after they were."""
        return self.toast_stack.is_attached

    def show_frame(self, frame: Frame) -> None:
        """Show what one batch changed; every widget at most once."""
        if not self.is_up:
            return
        self.table.show()
        if self.reader.alert_id != self.state.viewport.cursor or (
            self.reader.alert_id in frame.changed
        ):
            self.show_reader()
        self.show_bars()

    def show_all(self) -> None:
        """Show everything anew."""
        if not self.is_up:
            return
        self.table.show()
        self.show_reader()
        self.show_bars()

    def show_bars(self) -> None:
        """Bring the lines around the table and the toasts up to date."""
        view = self.state.view
        for bar in self._bars:
            bar.update()
        toasts = self.state.toasts.visible(self._clock())
        is_compact = self._layout is Layout.COMPACT
        self.toast_stack.show(() if is_compact else toasts)
        self.trouble_bar.show(toasts if is_compact else ())
        searched = self.state.sieve.searched_share
        self.filter_bar.say_count(view.matching_count, view.known_count, searched=searched)
        self.search_soon()

    def tick(self) -> None:
        """Let ages grow."""
        if not self.is_up:
            return
        if self.state.let_filter_age():
            self.table.show()
        self.table.show_ages()
        if self.is_reader_shown:
            self.reader.rebuild()
        self.show_bars()

    def show_reader(self) -> None:
        """Show the cursor's alert in the reader, where the reader is on the screen."""
        cursor = self.state.viewport.cursor
        if self.is_reader_shown:
            alert = None if cursor is None else self.state.book.alert(cursor)
            is_gone = alert is None and cursor is not None and cursor > 0
            self.reader.show_alert(alert, is_gone=is_gone)

    def show_list(self) -> None:
        """Leave the reader for the list, as the rows are now."""
        self.remove_class("-reading")
        self.table.focus()
        self.after_move()

    def paint_with(self) -> Painter:
        """What paints in the present theme."""
        return self._painter()

    def now(self) -> float:
        """The clock that toasts go by."""
        return self._clock()

    def repaint(self) -> None:
        """Paint everything in other colours."""
        for widget in (*self._bars, self.table, self.reader, self.toast_stack, self.trouble_bar):
            widget.refresh()
        self.filter_bar.repaint()
        self.command_bar.repaint()

    @property
    def is_reader_shown(self) -> bool:
        """Whether the reader is on the screen."""
        return self._layout is not Layout.COMPACT or self.has_class("-reading")

    @property
    def open_alert_id(self) -> int | None:
        """Which alert is in the reader, if the reader is on the screen."""
        return self.reader.alert_id if self.is_reader_shown else None

    @property
    def is_rail_shown(self) -> bool:
        """Whether there is room for pictures beside the rows."""
        return self._layout is Layout.WIDE

    def show_rail(self, tops: tuple[Top, ...]) -> None:
        """Show what there is most of."""
        if self.is_up:
            self.rail.show(tuple(top_lines(tops, self.rail.line_width)))

    # Moving

    @on(AlertTable.CursorMoved)
    def after_move(self) -> None:
        """Show the alert that is now under the cursor."""
        self.table.show()
        self.show_reader()
        self.show_bars()

    # Reading

    @on(AlertTable.Opened)
    def action_open(self) -> None:
        if self.state.cursor_row is None:
            if self.state.toggle_fold():
                self.after_move()
            return
        self.add_class("-reading")
        self.show_reader()
        self.reader.focus()

    def action_back(self) -> None:
        if self.reader.has_focus or self.has_class("-reading"):
            self.remove_class("-reading")
            self.table.focus()
        elif self.state.is_filter_changed:
            self._apply_filter(self.state.chosen_view.filter)
        elif len(self.state.marks):
            self.state.marks.clear()
            self.table.show()
        self.show_bars()

    def on_descendant_focus(self) -> None:
        self.show_bars()

    # Filtering

    def action_filter(self) -> None:
        # On a small screen the reader stands where the rows are that the filter chooses.
        self.remove_class("-reading")
        self.add_class("-filtering")
        self.filter_bar.open(self.state.filter)
        self.show_bars()

    @on(FilterBar.Typed)
    def filter_typed(self, message: FilterBar.Typed) -> None:
        """Show what passes, while it is typed."""
        self._apply_filter(message.wanted, unless_empty=message.is_tentative)
        self.answer_key(self.filter_bar)

    def begin_command(self, world: World, begun: str) -> None:
        """Let a command be typed."""
        self.add_class("-filtering")
        self.command_bar.open(world, begun)
        self.show_bars()

    @on(FilterBar.Closed)
    @on(CommandBar.Closed)
    def filter_closed(self) -> None:
        """Go back to the table."""
        self.remove_class("-filtering")
        # At once, and not later: what a command opens is to keep the focus.
        self.set_focus(self.table)
        self.show_bars()

    def _apply_filter(self, wanted: Filter, *, unless_empty: bool = False) -> None:
        if wanted != self.state.filter:
            self.state.set_filter(wanted, unless_empty=unless_empty)
            self.after_move()
        else:
            self.show_bars()

    # Sizes

    def on_resize(self, event: events.Resize) -> None:
        self._layout = layout_for(event.size.width, event.size.height)
        for layout in Layout:
            self.set_class(layout is self._layout, f"-{layout}")
        self.set_class(event.size.height < ROOMY_HEIGHT, "-low")
        self.set_class(has_pulse(event.size.width, event.size.height), "-pulse")
        self.call_after_refresh(self.show_all)

    # What the bars say

    def _where(self) -> Where:
        return Where(self._layout, self.reader.has_focus, self.open_alert_id, self.table.columns)

    def _say_why_empty(self) -> Placeholder:
        view = self.state.view
        return placeholder(
            self.state.link,
            self._clock(),
            known=view.known_count,
            filter_text=self.state.filter.text,
            view="" if self.state.is_filter_changed else self.state.chosen_view.title,
            server=self._profile,
            keymap=self._keymap,
        )
