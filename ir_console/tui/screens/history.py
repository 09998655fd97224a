"""All that messages said, newest first; from one that is about an alert one goes to it."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from ir_console.model.said import Said, Sayings

from ..bindings import bound
from ..widgets.choices import MovedList
from .dialogs import LEAVES, Dialog


class HistoryScreen(Dialog[int | None]):
    """Answers with the alert to go to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVES,
        *bound("dialog.leave"),
        *bound("notice.history", action="leave"),
    ]

    def __init__(self, sayings: Sayings, now: datetime) -> None:
        super().__init__()
        self._said, self._now = list(sayings), now

    def compose(self) -> ComposeResult:
        count = len(self._said)
        with Vertical(classes="dialog", id="history"):
            yield Label(Content(f"Messages · {count}"), classes="dialog-title")
            if self._said:
                yield MovedList(*self._options(), id="choices", markup=False)
            else:
                yield Label(Content("Nothing was said yet."), classes="dialog-line")
            yield Label(Content("Enter goes to the alert · Esc leaves"), classes="dialog-hint")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Go to the alert, if the message is about one."""
        alert_id = self._said[event.option_index].alert_id
        if alert_id is not None:
            self.dismiss(alert_id)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _options(self) -> Iterator[Option]:
        for said in self._said:
            yield Option(Content(self._line(said)))

    def _line(self, said: Said) -> str:
        words, at = said.words(), said.at.astimezone(self._now.tzinfo)
        day = "" if at.date() == self._now.date() else f"{at:%m-%d} "
        detail = f" · {words.detail}" if words.detail else ""
        about = "  ›" if said.alert_id is not None else "   "
        return f"{day}{at:%H:%M:%S}{about} {words.headline}{detail}"
