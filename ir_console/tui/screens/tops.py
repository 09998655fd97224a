"""What there is most of among the alerts that pass the filter; Enter shows those only."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from ir_console.model.format import short_count
from ir_console.model.spans import fit, fit_right
from ir_console.model.tops import Top
from ir_console.safe_text import safe_text

from ..bindings import bound, keymap_of
from ..widgets.choices import MovedList
from .dialogs import LEAVES, Dialog

_BAR_WIDTH = 16


class TopsScreen(Dialog[str | None]):
    """Answers with the query of what was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVES,
        *bound("dialog.leave"),
        *bound("look.tops", action="leave"),
    ]

    def __init__(self, tops: Sequence[Top], filter_text: str) -> None:
        super().__init__()
        self._tops, self._filter_text = tops, filter_text
        self._queries: list[str | None] = []

    def compose(self) -> ComposeResult:
        of = safe_text(self._filter_text, 60) or "all alerts"
        with Vertical(classes="dialog", id="tops"):
            yield Label(Content("Most of what is shown"), classes="dialog-title")
            yield Label(Content(of), classes="dialog-subject")
            yield MovedList(*self._options(), id="choices", markup=False)
            back = keymap_of(self).key("look.pivot_back")
            hint = f"Enter shows those · {back} comes back · Esc leaves"
            yield Label(Content(hint), classes="dialog-hint")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._queries[event.option_index])

    def action_leave(self) -> None:
        self.dismiss(None)

    def _options(self) -> Iterator[Option]:
        for top in self._tops:
            self._queries.append(None)
            words = f"{top.title}" + (f" · {top.of:,} in all" if top.of else " · none")
            yield Option(Content(words), disabled=True)
            most = max((count for _, count in top.values), default=1)
            for value, count in top.values:
                self._queries.append(top.query(value))
                bar = "▇" * max(1, round(count * _BAR_WIDTH / most))
                name = fit(safe_text(value, 120), 44)
                yield Option(Content(f"  {name} {fit_right(short_count(count), 6)}  {bar}"))
