"""One dialog before many alerts are changed: how many, which not, and what is to be done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from ir_client.wire.values import ALERT_STATUSES
from ir_console.model.bulk import FOUND_HERE, BulkPlan
from ir_console.model.format import plural
from ir_console.model.looks import status_word
from ir_console.model.rows import Row
from ir_console.model.triage import Action

from ..bindings import bound, keymap_of
from ..widgets.choices import Choices
from ..widgets.line_input import OrderedInput
from .dialogs import DISPOSITION_WORDS, LEAVES, Dialog

_TITLES = {Action.TAKE: "Assign {} to me", Action.STATUS: "Status of {}", Action.CLOSE: "Close {}"}
_BULK_ACTIONS = {
    str(Action.TAKE): "Assign them to me",
    str(Action.STATUS): "Change their status",
    str(Action.CLOSE): "Close them",
}
_HINTS = {
    Action.TAKE: "1 assigns them, no incidents are made · Esc leaves them",
    Action.STATUS: "1–9, or {} and Enter, change them · Esc leaves them",
    Action.CLOSE: "1–5, or {} and Enter, go on · Esc leaves them",
}


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What was decided, about which alerts."""

    rows: tuple[Row, ...]
    choice: str
    reason: str = ""


class BulkChoices(Choices):
    """Hears of the hidden ones itself: a binding of the dialog would come after the next key."""

    def __init__(self, action: Action, toggle_hidden: Callable[[], None]) -> None:
        super().__init__(_choices(action), chosen=None, widget_id="choices")
        self._toggle_hidden = toggle_hidden

    def on_key(self, event: events.Key) -> None:
        if keymap_of(self).has("bulk.hidden", event.key):
            event.stop()
            self._toggle_hidden()


class BulkDialog(Dialog[BulkAnswer | None]):
    """Nothing is chosen at first: Enter pressed twice changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = LEAVES

    def __init__(self, plan: BulkPlan) -> None:
        super().__init__()
        self._plan = plan
        self._with_hidden = False
        self._choice = ""

    def compose(self) -> ComposeResult:
        action = self._plan.action
        with Vertical(classes="dialog"):
            yield Label(Content(self._title()), classes="dialog-title", id="title")
            for line in self._plan.left_out:
                yield Label(Content(line), classes="dialog-line")
            if self._plan.hidden:
                yield Label(Content(self._hidden_words()), classes="dialog-line", id="hidden")
            yield BulkChoices(action, self._toggle_hidden)
            if action is Action.CLOSE:
                yield OrderedInput(placeholder="Why? (may stay empty)", id="reason")
            hint = _HINTS[action].format(keymap_of(self).key("choice.down"))
            yield Label(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        choices = self.query_one(Choices)
        choices.highlighted = None
        choices.focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        if not self._count():
            self.app.bell()
            return
        self._choice = event.option_id or ""
        if self._plan.action is Action.CLOSE:
            self.query_one("#reason", Input).focus()
        else:
            self._answer("")

    @on(Input.Submitted)
    def close_them(self, event: Input.Submitted) -> None:
        if self._choice:
            self._answer(event.value.strip())
        else:
            self.query_one(Choices).focus()

    def _toggle_hidden(self) -> None:
        if self._plan.hidden:
            self._with_hidden = not self._with_hidden
            self.query_one("#title", Label).update(Content(self._title()))
            self.query_one("#hidden", Label).update(Content(self._hidden_words()))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _answer(self, reason: str) -> None:
        self.dismiss(BulkAnswer(self._rows(), self._choice, reason))

    def _rows(self) -> tuple[Row, ...]:
        return self._plan.rows(with_hidden=self._with_hidden)

    def _title(self) -> str:
        return _TITLES[self._plan.action].format(plural(self._count(), "alert"))

    def _count(self) -> int:
        return self._plan.count(with_hidden=self._with_hidden)

    def _hidden_words(self) -> str:
        count, key = f"{len(self._plan.hidden):,}", keymap_of(self).key("bulk.hidden")
        if self._with_hidden:
            return f"[x] with the {count} that the filter hides · {key} leaves them out"
        return f"[ ] without the {count} that the filter hides · {key} adds them"


def _choices(action: Action) -> dict[str, str]:
    match action:
        case Action.STATUS:
            return {status: status_word(status) for status in ALERT_STATUSES}
        case Action.CLOSE:
            return DISPOSITION_WORDS
        case _:
            return {"take": "Assign them to me"}


class BulkActionDialog(Dialog[Action | None]):
    """What to do with all that the filter finds; nothing is chosen at first."""

    BINDINGS: ClassVar[list[BindingType]] = [*LEAVES, *bound("dialog.leave")]

    def __init__(self, found: int, loaded: int, query: str, *, is_here: bool = False) -> None:
        super().__init__()
        self._found, self._loaded, self._query = found, loaded, query
        self._is_here = is_here

    def compose(self) -> ComposeResult:
        count = plural(self._found, "alert")
        with Vertical(classes="dialog"):
            where = "loaded here" if self._is_here else "on the server"
            yield Label(Content(f"{count} {where}"), classes="dialog-title")
            yield Label(Content(self._query), classes="dialog-subject")
            loaded = f"{self._loaded:,} of them are loaded here."
            if self._is_here:
                loaded = FOUND_HERE
            yield Label(Content(loaded), classes="dialog-line")
            yield Choices(_BULK_ACTIONS, chosen=None, widget_id="choices")
            down = keymap_of(self).key("choice.down")
            hint = f"1–3, or {down} and Enter, ask what exactly · Esc leaves them"
            yield Label(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        choices = self.query_one(Choices)
        choices.highlighted = None
        choices.focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Action(event.option_id or ""))

    def action_leave(self) -> None:
        self.dismiss(None)


class BulkProgressDialog(Dialog[None]):
    """How far a change of many is. Esc stops it after the request that is on its way."""

    BINDINGS: ClassVar[list[BindingType]] = [*LEAVES, *bound("dialog.leave")]

    def __init__(self, words: str, stop: Callable[[], None]) -> None:
        super().__init__()
        self._words, self._stop = words, stop
        self._is_over = False
        self._progress = Label(Content(""), id="progress")
        self._hint = Label(Content("Esc stops it"), classes="dialog-hint")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(self._words), classes="dialog-title")
            yield self._progress
            yield self._hint

    def show(self, line: str) -> None:
        """Say how far it is."""
        self._progress.update(Content(line))

    def end(self) -> None:
        """Go, now or when this is on top again."""
        self._is_over = True
        self._go_if_over()

    def on_screen_resume(self) -> None:
        self._go_if_over()

    def action_leave(self) -> None:
        self._stop()
        self._hint.update(Content("Stopping once the server has answered…"))

    def _go_if_over(self) -> None:
        if self._is_over and self.is_active:
            self.dismiss(None)
