"""A line to type in that is hidden until opened, with what is proposed or wrong below it."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Label

from ir_console.model.completion import NOTHING, Completion
from ir_console.model.filter_lines import Mistake, chosen_text
from ir_console.model.keys import FILTER_KEYS
from ir_console.model.spans import Line

from ..bindings import bound, keymap_of
from ..painter import Painter
from .line_bar import BarContent, LineBar
from .line_input import LineInput

_MARK_WIDTH = 3


class TypedBar(Vertical):
    """What is typed, completed and mistaken; what it means is the subclass's."""

    BINDINGS: ClassVar[list[BindingType]] = bound(*(use.id for use in FILTER_KEYS))
    NAME: ClassVar[str]
    MARK: ClassVar[str]
    LINE: ClassVar[Callable[..., Line]]
    """What stands below: `bar_line`, or one that is asked as it is."""

    class Closed(Message):
        """The analyst is done with it."""

    def __init__(self, painter: Callable[[], Painter], *, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._mistake: Mistake | None = None
        self._completion: Completion = NOTHING
        self._chosen = 0
        self._input = LineInput(self._heard, id=self.NAME, select_on_focus=False)
        self._line = LineBar(self._say, painter, widget_id=f"{self.NAME}-line")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def compose(self) -> ComposeResult:
        with Horizontal(id=f"{self.NAME}-input"):
            yield Label(Content(f" {self.MARK} "), id=f"{self.NAME}-mark")
            yield self._input
            yield from self.beside()
        yield self._line

    def beside(self) -> Iterable[Widget]:
        """What stands right of what is typed."""
        return ()

    def completed(self, text: str, cursor: int) -> Completion:
        """What can be put in there."""
        raise NotImplementedError

    def begin(self, text: str) -> None:
        """Begin to type; `text` is there already."""
        self.add_class("-open")
        self._input.take_more()
        self._input.value = text
        self._input.cursor_position = len(text)
        # At once: what is typed right behind the key must not act on the table.
        self.screen.set_focus(self._input)
        self._look()

    def repaint(self) -> None:
        """Paint the line in other colours."""
        self._line.refresh()

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

    def _look(self) -> None:
        self._completion = self.completed(self._input.value, self._input.cursor_position)
        self._line.update()

    def _say(self, width: int) -> BarContent:
        start = 0 if self._mistake is None else self._mistake.start
        column = _MARK_WIDTH + start - round(self._input.scroll_offset.x)
        column = max(0, min(column, width - 2))
        line = self.LINE(
            self._input.value,
            self._mistake,
            self._completion,
            chosen=self._chosen,
            column=column,
            width=width,
            keymap=keymap_of(self),
        )
        return BarContent(line)

    def _refuse(self) -> None:
        """Show what is wrong with what was entered."""
        self._input.take_more()
        self._line.update()
        self.app.bell()

    async def _heard(self, key: str) -> bool:
        """Do at once what a key of the bar is for: Enter right behind it is to come after it."""
        keymap = keymap_of(self)
        use = next((use for use in FILTER_KEYS if keymap.has(use.id, key)), None)
        return use is not None and await self.app.run_action(use.action, self)

    def _close(self) -> None:
        self._input.take_no_more()
        self.remove_class("-open")
        self._mistake = None
        self.post_message(self.Closed())
