"""The line in which the filter is typed; what is typed goes to the table at once."""

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label


class FilterBar(Horizontal):
    """Hidden until opened; Enter keeps what was typed, Esc brings back what was before."""

    @dataclass
    class Typed(Message):
        """The filter is another one now."""

        text: str

    class Closed(Message):
        """The analyst is done with it."""

    def __init__(self, *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._before = ""
        self._said = ""
        self._input = Input(id="filter", placeholder='words, -word, "a phrase"')
        self._count = Label(id="filter-count")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def compose(self) -> ComposeResult:
        yield Label(Content(" / "), id="filter-mark")
        yield self._input
        yield self._count

    def open(self, text: str) -> None:
        """Begin to type, from the present filter."""
        self._before = text
        self.add_class("-open")
        self._input.value = text
        self._input.focus()

    def say_count(self, matching: int, known: int) -> None:
        """Say how much passes."""
        words = f"{matching:,} of {known:,} · Enter keeps · Esc undoes"
        if self.is_open and words != self._said:
            self._said = words
            self._count.update(Content(words))

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        self._close()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.post_message(self.Typed(self._before))
            self._close()

    def _close(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())
