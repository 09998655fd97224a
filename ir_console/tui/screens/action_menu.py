"""The menu of what may be done now: chosen by Enter, by its key, or not at all."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from ir_console.model.action_menu import MenuEntry

from ..bindings import keymap_of
from ..widgets.choices import MovedList
from .dialogs import LEAVES, Dialog

_KEY_WIDTH = 8


class ActionMenu(Dialog[MenuEntry | None]):
    """Returns what was chosen; what cannot be done is shown with the reason, and not chosen."""

    BINDINGS: ClassVar[list[BindingType]] = LEAVES

    def __init__(self, entries: Sequence[MenuEntry], *, title: str, subject: str) -> None:
        super().__init__()
        self._entries, self._title, self._subject = tuple(entries), title, subject

    def compose(self) -> ComposeResult:
        options = [
            Option(Content(_words(entry)), id=entry.use.id, disabled=not entry.is_possible)
            for entry in self._entries
        ]
        with Vertical(classes="dialog", id="menu"):
            yield Label(Content(self._title), classes="dialog-title")
            yield Label(Content(self._subject), classes="dialog-subject")
            yield MovedList(*options, id="menu-entries", markup=False)
            yield Label(Content("Enter or its key does it · Esc leaves"), classes="dialog-hint")

    def on_mount(self) -> None:
        menu = self.query_one(OptionList)
        possible = (at for at, entry in enumerate(self._entries) if entry.is_possible)
        menu.highlighted = next(possible, None)
        menu.focus()

    def on_key(self, event: events.Key) -> None:
        """Do what the key does, if it may be done."""
        keymap = keymap_of(self)
        moves = (use for use in keymap.others if use.id.startswith("choice."))
        if event.key == "enter" or any(keymap.has(use.id, event.key) for use in moves):
            return
        for entry in self._entries:
            if event.key in entry.use.keys.split(","):
                event.stop()
                if entry.is_possible:
                    self.dismiss(entry)
                else:
                    self.app.bell()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(next(entry for entry in self._entries if entry.use.id == event.option_id))

    def action_leave(self) -> None:
        self.dismiss(None)


def _words(entry: MenuEntry) -> str:
    key = entry.use.first_key.ljust(_KEY_WIDTH)
    return f"{key}{entry.use.words}" + (f"  ({entry.reason})" if entry.reason else "")
