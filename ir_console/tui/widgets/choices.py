"""Lists of a dialog to choose from."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ..bindings import bound

_MOVES = (
    "choice.down",
    "choice.up",
    "choice.first",
    "choice.last",
    "choice.further",
    "choice.back",
)


class MovedList(OptionList, inherit_bindings=False):
    """A list that is moved through by keys that can be changed; Enter always chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bound(*_MOVES),
        Binding("enter", "select", show=False),
    ]


class Choices(MovedList):
    """A list that is also picked from by number."""

    def __init__(self, choices: dict[str, str], *, chosen: str | None, widget_id: str) -> None:
        self._keys = list(choices)
        options = [
            Option(Content(f"{number}  {words}"), id=key)
            for number, (key, words) in enumerate(choices.items(), start=1)
        ]
        super().__init__(*options, id=widget_id, markup=False)
        self.highlighted = self._keys.index(chosen) if chosen in self._keys else 0

    def on_key(self, event: events.Key) -> None:
        if event.key.isdecimal() and 0 < int(event.key) <= len(self._keys):
            event.stop()
            self.highlighted = int(event.key) - 1
            self.action_select()
