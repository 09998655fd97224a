"""One dialog before alerts are written to a file: as what, and where."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from ir_console.model.exporting import FORMATS, with_suffix

from ..widgets.choices import Choices
from ..widgets.line_input import OrderedInput
from .dialogs import LEAVES, Dialog


@dataclass(frozen=True, slots=True)
class ExportAnswer:
    """A format of FORMATS, and a path as it was typed."""

    wanted: str
    path: str


class ExportDialog(Dialog[ExportAnswer | None]):
    """Nothing is chosen at first: Enter pressed twice writes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = LEAVES

    def __init__(self, title: str, left_out: str, path: str) -> None:
        super().__init__()
        self._title, self._left_out, self._path = title, left_out, path
        self._wanted = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog-title")
            if self._left_out:
                yield Label(Content(self._left_out), classes="dialog-line")
            yield Choices(FORMATS, chosen=None, widget_id="choices")
            yield OrderedInput(self._path, placeholder="Path of the file", id="path")
            hint = "1–3 go on to the path, Enter writes it · Esc leaves"
            yield Label(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        choices = self.query_one(Choices)
        choices.highlighted = None
        choices.focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self._wanted = event.option_id or ""
        path = self.query_one("#path", Input)
        path.value = with_suffix(path.value, self._wanted)
        path.focus()

    @on(Input.Submitted)
    def write(self, event: Input.Submitted) -> None:
        if self._wanted and event.value.strip():
            self.dismiss(ExportAnswer(self._wanted, event.value.strip()))
        elif not self._wanted:
            self.query_one(Choices).focus()

    def action_leave(self) -> None:
        self.dismiss(None)
