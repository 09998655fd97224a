"""The line in which a command is typed; what it cannot be is marked in place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from ir_console.model.command_lines import command_line
from ir_console.model.commands import CommandError, Deed, World, complete_command, read_command
from ir_console.model.completion import NOTHING, Completion
from ir_console.model.filter_lines import Mistake, chosen_text
from ir_console.model.keys import FILTER_KEYS

from ..painter import Painter
from .line_bar import BarContent, LineBar

_MARK_WIDTH = 3


class CommandBar(Vertical):
    """Hidden until opened; Enter does what was typed, Esc does nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(use.keys, use.action, use.words, id=use.id, show=False) for use in FILTER_KEYS
    ]

    @dataclass
    class Entered(Message):
        """This is to be done."""

        deed: Deed

    class Closed(Message):
        """The analyst is done with it."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._world: World | None = None
        self._mistake: Mistake | None = None
        self._completion: Completion = NOTHING
        self._chosen = 0
        self._input = Input(id="command", select_on_focus=False)
        self._line = LineBar(self._say, painter, widget_id="command-line")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def compose(self) -> ComposeResult:
        with Horizontal(id="command-input"):
            yield Label(Content(" : "), id="command-mark")
            yield self._input
        yield self._line

    def open(self, world: World, begun: str = "") -> None:
        """Begin to type; `begun` is there already."""
        self._world = world
        self.add_class("-open")
        self._input.value = begun
        self._input.cursor_position = len(begun)
        # At once: what is typed right behind the key must not act on the table.
        self.screen.set_focus(self._input)
        self._look()

    def repaint(self) -> None:
        """Paint the line in other colours."""
        self._line.refresh()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self._chosen, self._mistake = 0, None
            self._look()

    @on(Input.Submitted)
    def enter(self, event: Input.Submitted) -> None:
        event.stop()
        if self._world is None:
            return
        if not event.value.strip():
            self.action_give_up()
            return
        try:
            deed = read_command(event.value, self._world)
        except CommandError as error:
            self._mistake = error.mistake
            self._line.update()
            self.app.bell()
            return
        # Done first: what it opens is to have the focus.
        self._close()
        self.post_message(self.Entered(deed))

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
        self._close()

    def _look(self) -> None:
        if self._world is not None:
            text, cursor = self._input.value, self._input.cursor_position
            self._completion = complete_command(text, cursor, self._world)
        self._line.update()

    def _say(self, width: int) -> BarContent:
        start = 0 if self._mistake is None else self._mistake.start
        column = _MARK_WIDTH + start - round(self._input.scroll_offset.x)
        line = command_line(
            self._input.value,
            self._mistake,
            self._completion,
            chosen=self._chosen,
            column=max(0, min(column, width - 2)),
            width=width,
        )
        return BarContent(line)

    def _close(self) -> None:
        self.remove_class("-open")
        self._mistake = None
        self.post_message(self.Closed())
