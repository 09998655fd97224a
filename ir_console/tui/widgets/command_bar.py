"""The line in which a command is typed; what it cannot be is marked in place."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.widgets import Input

from ir_console.model.command_lines import command_line
from ir_console.model.commands import CommandError, Deed, World, complete_command, read_command
from ir_console.model.completion import NOTHING, Completion

from ..painter import Painter
from .typed_bar import TypedBar


class CommandBar(TypedBar):
    """Enter does what was typed, Esc does nothing."""

    NAME, MARK = "command", ":"
    LINE = staticmethod(command_line)

    @dataclass
    class Entered(Message):
        """This is to be done."""

        deed: Deed

    class Closed(TypedBar.Closed):
        """The analyst is done with it."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(painter, widget_id=widget_id)
        self._world: World | None = None

    def open(self, world: World, begun: str = "") -> None:
        """Begin to type; `begun` is there already."""
        self._world = world
        self.begin(begun)

    def completed(self, text: str, cursor: int) -> Completion:
        return NOTHING if self._world is None else complete_command(text, cursor, self._world)

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
            self._refuse()
            return
        # Done first: what it opens is to have the focus.
        self._close()
        self.post_message(self.Entered(deed))

    def action_give_up(self) -> None:
        self._close()
