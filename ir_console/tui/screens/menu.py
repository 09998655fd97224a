"""A menu over the console: one choice of a few, by number or by moving to it."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList

from ..bindings import bound
from ..widgets.choices import Choices
from .dialogs import LEAVES, Dialog


class MenuDialog(Dialog[str | None]):
    """Asks for one of `choices`, whose keys it answers with; None when it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [*LEAVES, *bound("dialog.leave")]

    def __init__(self, title: str, subject: str, choices: Mapping[str, str], *, hint: str) -> None:
        super().__init__()
        self._title, self._subject, self._hint = title, subject, hint
        self._choices = dict(choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog-title")
            yield Label(Content(self._subject), classes="dialog-subject")
            yield Choices(self._choices, chosen=None, widget_id="choices")
            yield Label(Content(self._hint), classes="dialog-hint")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        self.dismiss(None)
