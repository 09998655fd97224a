"""What the bars of the live screen say, each for whatever width there is."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ir_console.model.columns import GUTTER, Column, header_line
from ir_console.model.company import company_words
from ir_console.model.counters import counter_line
from ir_console.model.keymap import Keymap
from ir_console.model.layout import Layout
from ir_console.model.link import BarLook, link_bar
from ir_console.model.pulse import pulse_line
from ir_console.model.spans import Span
from ir_console.model.state import ConsoleState
from ir_console.model.status_line import bottom_line, reader_title, status_line
from ir_console.model.toast_lines import news_strip
from ir_console.model.top_line import top_line
from ir_console.model.view_bar import view_bar_of

from .painter import Ground
from .widgets.line_bar import BarContent

_GROUNDS = {BarLook.CALM: Ground.BAR, BarLook.GOOD: Ground.GOOD, BarLook.ALARM: Ground.ALARM}


class Where(NamedTuple):
    """What the screen shows now, as far as its bars say so."""

    layout: Layout
    is_reading: bool
    open_alert_id: int | None
    columns: tuple[Column, ...]


class LiveBars:
    """Builds the lines of the bars from the state."""

    def __init__(
        self,
        state: ConsoleState,
        *,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        profile: str,
        is_read_only: bool,
        keymap: Keymap,
        where: Callable[[], Where],
    ) -> None:
        self._state, self._clock, self._where = state, clock, where
        self._wall_clock = wall_clock
        self._profile, self._is_read_only, self._keymap = profile, is_read_only, keymap

    def builders(self) -> Iterator[tuple[str, Callable[[int], BarContent]]]:
        """The bars from top to bottom, by their widget ids."""
        yield "top", self._top
        yield "views", self._views
        yield "counters", self._counters
        yield "pulse", self._pulse
        yield "columns", self._column_labels
        yield "divider", self._divider
        yield "status", self._status
        yield "hints", self._hints

    def _top(self, width: int) -> BarContent:
        now, state = self._clock(), self._state
        bar = link_bar(
            state.link,
            now,
            alerts_per_second=state.alerts_per_second(now),
            storm=state.toasts.storm_badge,
            keymap=self._keymap,
        )
        line = top_line(
            bar,
            profile=self._profile,
            me=state.me,
            is_read_only=self._is_read_only,
            width=width,
        )
        return BarContent(line, _GROUNDS[bar.look])

    def _views(self, width: int) -> BarContent:
        return BarContent(view_bar_of(self._state, width), Ground.PAGE)

    def _counters(self, width: int) -> BarContent:
        view = self._state.view
        return BarContent(counter_line(view.by_severity(), view.by_status(), width), Ground.PAGE)

    def _pulse(self, width: int) -> BarContent:
        return BarContent(pulse_line(self._state.pulse, self._wall_clock(), width), Ground.PAGE)

    def _column_labels(self, _: int) -> BarContent:
        return BarContent((Span(" " * GUTTER), *header_line(self._where().columns)))

    def _divider(self, width: int) -> BarContent:
        where = self._where()
        company = company_words(self._state.company, where.open_alert_id)
        line = reader_title(width, is_read=where.is_reading, company=company, keymap=self._keymap)
        return BarContent(line)

    def _status(self, width: int) -> BarContent:
        return BarContent(status_line(self._state, width, self._keymap))

    def _hints(self, width: int) -> BarContent:
        where = self._where()
        is_compact = where.layout is Layout.COMPACT
        news = news_strip(self._state.toasts.visible(self._clock())) if is_compact else ()
        line = bottom_line(
            width,
            news=news,
            is_reading=where.is_reading,
            is_marking=len(self._state.marks) > 0,
            keymap=self._keymap,
        )
        return BarContent(line)
