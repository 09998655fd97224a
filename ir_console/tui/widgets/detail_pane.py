"""The reader: one alert in full, kept up to date while it is open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from ir_client.wire.alerts import Alert, TimelineEntry
from ir_console.model.detail import DetailInput, History, changed_fields, detail_text
from ir_console.model.keys import READER_KEYS
from ir_console.model.placed import PlacedLines
from ir_console.model.related import Related, Relation
from ir_console.model.spans import Span, Tone

from ..bindings import bound
from ..painter import Painter
from .lines_view import LinesView

_MARK_SECONDS = 6.0


class DetailPane(LinesView, can_focus=True):
    """Shows an alert; asks for its timeline when it opens and when it changes."""

    BINDINGS: ClassVar[list[BindingType]] = bound(*(use.id for use in READER_KEYS))

    @dataclass
    class HistoryWanted(Message):
        """The timeline of an alert is not known, or no longer current."""

        alert_id: int
        is_other: bool

    def __init__(
        self,
        painter: Callable[[], Painter],
        wall_clock: Callable[[], float],
        *,
        related_key: str,
        widget_id: str,
    ) -> None:
        super().__init__(painter, widget_id=widget_id)
        self._wall_clock = wall_clock
        self._related_key = related_key
        self._alert: Alert | None = None
        self._is_gone = False
        self._history = History()
        self._changed: frozenset[str] = frozenset()
        self._changed_at = 0.0
        self._relations: tuple[Relation, ...] = ()
        self._counted: tuple[Related, ...] = ()

    @property
    def alert_id(self) -> int | None:
        """Which alert is shown."""
        return self._alert.id if self._alert else None

    def show_alert(self, alert: Alert | None, *, is_gone: bool = False) -> None:
        """Show an alert in its present state, another one from its top; or that it is gone."""
        self._is_gone = is_gone
        before, self._alert = self._alert, alert
        is_other = (before.id if before else None) != self.alert_id
        if is_other:
            self._history, self._changed = History(), frozenset()
            self._relations, self._counted = (), ()
        elif before is not None and alert is not None and before != alert:
            self._changed = changed_fields(before, alert)
            self._changed_at = self._wall_clock()
        if alert is not None and (is_other or before != alert):
            # Straight to the app: while the screen is still being set up, nothing bubbles.
            self.app.post_message(self.HistoryWanted(alert.id, is_other))
        self.rebuild(from_top=is_other)

    def show_history(
        self, alert_id: int, entries: Sequence[TimelineEntry] | None, problem: str
    ) -> None:
        """Take in a timeline, if it is still the one that is wanted."""
        if alert_id != self.alert_id:
            return
        known = self._history.entries if entries is None else tuple(entries)
        self._history = History(known, problem)
        self.rebuild()

    def show_related(
        self, alert_id: int, relations: tuple[Relation, ...], counted: tuple[Related, ...]
    ) -> None:
        """Take in what other alerts share with this one, if it is still the one that is open."""
        if alert_id == self.alert_id:
            self._relations, self._counted = relations, counted
            self.rebuild()

    def rebuild(self, *, from_top: bool = False) -> None:
        """Build the lines anew: ages grow, marks of changes fade."""
        if self._alert is None:
            self.show_placed(_GONE if self._is_gone else _NOTHING, from_top=True)
            return
        now = self._wall_clock()
        is_marked = now - self._changed_at < _MARK_SECONDS
        given = DetailInput(
            alert=self._alert,
            now=now,
            width=self.line_width,
            history=self._history,
            changed=self._changed if is_marked else frozenset(),
            relations=self._relations,
            counted=self._counted,
            related_key=self._related_key,
        )
        self.show_placed(detail_text(given), from_top=from_top)

    def on_resize(self) -> None:
        self.rebuild()

    def action_scroll_by(self, lines: int) -> None:
        self.scroll_lines(lines)


def _one_line(text: str) -> PlacedLines:
    return PlacedLines.of([("", ()), (text, (Span(f"  {text}", Tone.MUTED),))])


_NOTHING = _one_line("No alert is chosen.")
_GONE = _one_line("This alert is no longer yours to see: another team or analyst has it.")
