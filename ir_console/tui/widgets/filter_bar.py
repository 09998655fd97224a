"""The lines in which the filter is typed; what can be read goes to the table at once.

What cannot be read is marked in place while the last filter that could be stays in force.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Label

from ir_client.errors import QueryError
from ir_console.model.completion import NOTHING, Completion, complete
from ir_console.model.filter_lines import Mistake, bar_line, chosen_text, count_words
from ir_console.model.filters import EVERYTHING, Filter, read_filter
from ir_console.model.keys import FILTER_KEYS
from ir_console.model.selecting import opens_alerts

from ..painter import Painter
from .line_bar import BarContent, LineBar

_MARK_WIDTH = 3
# A question that opens every alert, or is asked of very many, waits until the analyst pauses.
_MANY = 300_000
_PAUSE_SECONDS = 0.25


class FilterBar(Vertical):
    """Hidden until opened; Enter keeps what was typed, Esc brings back what was before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(use.keys, use.action, use.words, id=use.id, show=False) for use in FILTER_KEYS
    ]

    @dataclass
    class Typed(Message):
        """The filter is another one now.

        `is_tentative`: the last word may still become a field's name, so if it finds nothing that
        says nothing yet.
        """

        wanted: Filter
        is_tentative: bool = False

    class Closed(Message):
        """The analyst is done with it."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._before = EVERYTHING
        self._said = ""
        self._known = 0
        self._mistake: Mistake | None = None
        self._completion: Completion = NOTHING
        self._chosen = 0
        self._waiting: Timer | None = None
        self._input = Input(id="filter", select_on_focus=False)
        self._count = Label(id="filter-count")
        self._line = LineBar(self._say, painter, widget_id="filter-line")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-input"):
            yield Label(Content(" / "), id="filter-mark")
            yield self._input
            yield self._count
        yield self._line

    def open(self, present: Filter) -> None:
        """Begin to type, from the present filter."""
        self._before = present
        self.add_class("-open")
        text = f"{present.text} " if present.text else ""
        self._input.value = text
        self._input.cursor_position = len(text)
        # At once: what is typed right behind the key must not act on the table.
        self.screen.set_focus(self._input)
        self._look()

    def say_count(self, matching: int, known: int) -> None:
        """Say how much passes."""
        self._known = known
        if not self.is_open:
            return
        is_mistaken = self._mistake is not None
        words = count_words(matching, known, is_mistaken=is_mistaken, room=self.size.width - 40)
        if words != self._said:
            self._said = words
            self._count.update(Content(words))

    def repaint(self) -> None:
        """Paint the line in other colours."""
        self._line.refresh()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open:
            return
        self._completion = complete(event.value, self._input.cursor_position)
        try:
            wanted = read_filter(event.value)
        except QueryError as error:
            self._mistake = Mistake.of(error)
        else:
            self._mistake = None
            self._tell(wanted, is_tentative=self._completion.is_of_names)
        self._chosen = 0
        self._look()

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        if self._mistake is None:
            self._tell(read_filter(event.value), now=True)
            self._close()
            return
        # Said in full now, also where a completion was proposed.
        self._completion = NOTHING
        self._line.update()
        self.app.bell()

    def action_complete(self) -> None:
        """Put in what is proposed."""
        found, text = self._completion, self._input.value
        if found.texts:
            put_in = chosen_text(found, self._chosen)
            end = found.start + len(found.typed)
            self._input.value = text[: found.start] + put_in + text[end:].lstrip()
            self._input.cursor_position = found.start + len(put_in)
            self._look()

    def action_choose(self, step: int) -> None:
        if self._completion.texts:
            self._chosen = (self._chosen + step) % len(self._completion.texts)
            self._line.update()

    def action_give_up(self) -> None:
        self._mistake = None
        self._tell(self._before, now=True)
        self._close()

    def _tell(self, wanted: Filter, *, is_tentative: bool = False, now: bool = False) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        tell = partial(self.post_message, self.Typed(wanted, is_tentative))
        is_slow = opens_alerts(wanted.query.root) or self._known > _MANY
        if now or not is_slow:
            tell()
        else:
            self._waiting = self.set_timer(_PAUSE_SECONDS, tell)

    def _look(self) -> None:
        self._completion = complete(self._input.value, self._input.cursor_position)
        self._line.update()

    def _say(self, width: int) -> BarContent:
        mistake = self._mistake
        start = 0 if mistake is None else mistake.start
        column = _MARK_WIDTH + start - round(self._input.scroll_offset.x)
        line = bar_line(
            self._input.value,
            mistake,
            self._completion,
            chosen=self._chosen,
            column=max(0, min(column, width - 2)),
            width=width,
        )
        return BarContent(line)

    def _close(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())
