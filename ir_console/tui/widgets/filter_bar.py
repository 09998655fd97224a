"""The lines in which the filter is typed; what can be read goes to the table at once.

What cannot be read is marked in place while the last filter that could be stays in force.
"""

from asyncio import TimerHandle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from ir_client.errors import QueryError
from ir_console.model.completion import NOTHING, Completion, complete
from ir_console.model.filter_lines import Mistake, bar_line, count_words
from ir_console.model.filters import EVERYTHING, Filter, read_filter
from ir_console.model.selecting import opens_alerts
from ir_console.model.spans import fit_right

from ..after import after
from ..bindings import keymap_of
from ..painter import Painter
from ..precedence import KeysFirstApp
from .typed_bar import TypedBar

# A question that opens every alert waits until the analyst pauses.
_PAUSE_SECONDS = 0.25


class FilterBar(TypedBar):
    """Enter keeps what was typed, Esc brings back what was before."""

    NAME, MARK = "filter", "/"
    LINE = staticmethod(bar_line)

    @dataclass
    class Typed(Message):
        """The filter is another one now.

        `is_tentative`: the last word may still become a field's name, so if it finds nothing that
        says nothing yet.
        """

        wanted: Filter
        is_tentative: bool = False

        def can_replace(self, message: Message) -> bool:
            """Only the last of what was typed meanwhile is searched for."""
            return isinstance(message, FilterBar.Typed)

    class Closed(TypedBar.Closed):
        """The analyst is done with it."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(painter, widget_id=widget_id)
        self._before = EVERYTHING
        self._counted = (0, 0, 1.0)
        self._said, self._said_width, self._said_on = "", 0, Size(0, 0)
        self._waiting: TimerHandle | None = None
        self._count = Label(id="filter-count")

    def beside(self) -> Iterable[Widget]:
        yield self._count

    def completed(self, text: str, cursor: int) -> Completion:
        return complete(text, cursor)

    def open(self, present: Filter) -> None:
        """Begin to type, from the present filter."""
        self._before = present
        self._said_on = Size(0, 0)
        self.begin(f"{present.text} " if present.text else "")

    def say_count(self, matching: int, known: int, *, searched: float) -> None:
        """Say how much passes, of as much as is searched."""
        self._counted = (matching, known, searched)
        if self.is_open:
            self._say_count()

    def _say_count(self) -> None:
        matching, known, searched = self._counted
        words = count_words(
            matching,
            known,
            searched=searched,
            is_mistaken=self._mistake is not None,
            room=self.size.width - 40,
            keymap=keymap_of(self),
        )
        # A count of another width lays out the whole screen: while one types, its room only grows.
        width = max(self._said_width if self._said_on == self.size else 0, cell_len(words))
        self._said_on = self.size
        if (words, width) != (self._said, self._said_width):
            is_wider = width != self._said_width
            self._said, self._said_width = words, width
            self._count.update(Content(fit_right(words, width)), layout=is_wider)

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
        self._say_count()
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
        self._refuse()

    def action_give_up(self) -> None:
        self._tell(self._before, now=True)
        self._close()

    def _tell(self, wanted: Filter, *, is_tentative: bool = False, now: bool = False) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        tell = partial(self.post_message, self.Typed(wanted, is_tentative))
        if now or not opens_alerts(wanted.query.root):
            if isinstance(self.app, KeysFirstApp):
                self.app.key_goes_on()
            tell()
        else:
            self._waiting = after(self, _PAUSE_SECONDS, tell)
