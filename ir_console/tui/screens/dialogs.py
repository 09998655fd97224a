"""The dialogs of triage: each asks for one decision about one alert and returns it.

The alert is captured when the dialog opens. Escape always leaves everything as it was.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, OptionList, TextArea

from ir_client.wire.values import ALERT_STATUSES, DISPOSITIONS
from ir_console.model.conflicts import Conflict, version_lines
from ir_console.model.decisions import Decision
from ir_console.model.layout import ROOMY_HEIGHT
from ir_console.model.looks import status_word
from ir_console.model.rows import Row
from ir_console.model.triage import Action

from ..bindings import bound, keymap_of
from ..widgets.choices import Choices
from ..widgets.line_input import OrderedInput

Answer = TypeVar("Answer")

DISPOSITION_WORDS = {
    "true_positive": "True positive · a real threat, handled",
    "benign": "Benign · real, but no threat",
    "false_positive": "False positive · the rule was wrong",
    "duplicate": "Duplicate · handled elsewhere",
    "inconclusive": "Inconclusive · could not be told",
}

# Everyone finds the way out of a dialog, whatever keys were changed.
LEAVES: list[BindingType] = [Binding("escape", "leave", show=False)]
BUTTONS: list[BindingType] = bound("button.previous", "button.next", "dialog.leave")


def _plain(text: str, *, widget_id: str | None = None, classes: str = "") -> Label:
    # Content, not str: a str would be parsed as markup, and alert text is the attacker's.
    return Label(Content(text), id=widget_id, classes=classes)


class Dialog(ModalScreen[Answer]):
    """Stands over the console until it is answered; without margins where lines are scarce.

    Keys are heard one after the other, those too that are pressed before it is on the screen: to
    whoever types `x2`, a key that is lost or late would let the next one choose something else.
    """

    VERTICAL_BREAKPOINTS = [(0, "-short"), (ROOMY_HEIGHT, "-roomy")]  # noqa: RUF012 -- as the toolkit declares it

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[events.Key] = deque()
        self._passing: events.Key | None = None
        self._is_answered = False
        self._is_shown = False

    def keeps(self, event: events.Event) -> bool:
        """Whether a key has to wait until the one before it is done, and something hears it."""
        # One that was handed over comes by again on its way up.
        if not isinstance(event, events.Key) or event is self._passing:
            return False
        self._waiting.append(_again(event) if event.is_forwarded else event)
        self._waiting = deque(sorted(self._waiting, key=lambda one: one.time))
        self._hand_over()
        return True

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._shown)

    def _shown(self) -> None:
        # What has the focus has it by now; where nothing can, the dialog hears the keys itself.
        self._is_shown = True
        self._hand_over()

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Go, with an answer; no further key is for this dialog."""
        self._is_answered = True
        return super().dismiss(result)

    def on_unmount(self) -> None:
        """What was pressed after the key that ended it is for what is shown then."""
        while self._waiting:
            self.app.post_message(self._waiting.popleft())

    def _hand_over(self) -> None:
        """Let one key through, and the next once all that it led to is done."""
        target = self.focused or self
        is_busy = self._passing is not None or self._is_answered
        if not self._waiting or is_busy or not self._is_shown:
            return
        self._passing = self._waiting.popleft()
        self.app.post_message(self._passing)
        # It goes up to the app, which then acts for it; what is told because of that goes up too.
        step: Callable[[], None] = self._passed
        way_up = (target, *target.ancestors_with_self)
        for hop in reversed((self.app, *way_up, *way_up)):
            step = partial(_later, hop, step)
        step()

    def _passed(self) -> None:
        self._passing = None
        self._hand_over()


def _again(event: events.Key) -> events.Key:
    """A key that went to what was below before the dialog was there, where nobody took it."""
    late = events.Key(event.key, event.character)
    late.time = event.time
    return late


def _later(hop: MessagePump, step: Callable[[], None]) -> None:
    hop.call_later(step)


class StatusDialog(Dialog[Decision | None]):
    """Choose a status."""

    BINDINGS: ClassVar[list[BindingType]] = [*LEAVES, *bound("dialog.leave")]

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row

    def compose(self) -> ComposeResult:
        choices = {status: status_word(status) for status in ALERT_STATUSES}
        choices[self._row.status] = f"{status_word(self._row.status)}  (now)"
        with Vertical(classes="dialog"):
            yield _plain(f"Status of #{self._row.id}", classes="dialog-title")
            yield _plain(self._row.title, classes="dialog-subject")
            yield Choices(choices, chosen=self._row.status, widget_id="choices")
            yield _plain("1–9 or Enter change it · Esc leaves it", classes="dialog-hint")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        is_other = event.option_id is not None and event.option_id != self._row.status
        self.dismiss(Decision(Action.STATUS, event.option_id or "") if is_other else None)

    def action_leave(self) -> None:
        self.dismiss(None)


class CloseDialog(Dialog[Decision | None]):
    """Choose what an alert turned out to be, and say why."""

    BINDINGS: ClassVar[list[BindingType]] = LEAVES

    def __init__(self, row: Row, *, draft: str = "") -> None:
        super().__init__()
        self._row = row
        self._draft = draft

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield _plain(f"Close #{self._row.id}", classes="dialog-title")
            yield _plain(self._row.title, classes="dialog-subject")
            yield Choices(DISPOSITION_WORDS, chosen=None, widget_id="choices")
            yield OrderedInput(self._draft, placeholder="Why? (may stay empty)", id="reason")
            yield _plain("Enter goes on, then closes it · Esc leaves it", classes="dialog-hint")

    @on(OptionList.OptionSelected)
    def go_on(self) -> None:
        self.query_one("#reason", Input).focus()

    @on(Input.Submitted)
    def close_it(self, event: Input.Submitted) -> None:
        chosen = self.query_one(Choices).highlighted or 0
        self.dismiss(Decision(Action.CLOSE, DISPOSITIONS[chosen], event.value.strip()))

    def action_leave(self) -> None:
        self.dismiss(None)


class CommentArea(TextArea):
    """A text of several lines: Enter sends it, another key begins a new line."""

    class Sent(Message):
        """The analyst is done writing."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Sent())
        elif keymap_of(self).has("comment.new_line", event.key):
            event.stop()
            event.prevent_default()
            self.insert("\n")


class CommentDialog(Dialog[Decision | None]):
    """Write a comment."""

    BINDINGS: ClassVar[list[BindingType]] = LEAVES

    def __init__(self, heading: str, subject: str, *, draft: str = "") -> None:
        super().__init__()
        self._heading, self._subject, self._draft = heading, subject, draft

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield _plain(self._heading, classes="dialog-title")
            yield _plain(self._subject, classes="dialog-subject")
            yield CommentArea(self._draft, id="comment", soft_wrap=True)
            new_line = keymap_of(self).key("comment.new_line")
            hint = f"Enter sends it · {new_line} new line · Esc leaves it"
            yield _plain(hint, classes="dialog-hint", widget_id="say")

    def on_mount(self) -> None:
        area = self.query_one(CommentArea)
        area.move_cursor(area.document.end)

    @on(CommentArea.Sent)
    def send(self) -> None:
        text = self.query_one(CommentArea).text.strip()
        if text:
            self.dismiss(Decision(Action.COMMENT, text=text))
        else:
            self.query_one("#say", Label).update(Content("Write something first, or press Esc."))

    def action_leave(self) -> None:
        self.dismiss(None)


class ConflictDialog(Dialog[bool]):
    """Show who was faster; the analyst's own change is only applied if asked for again."""

    BINDINGS: ClassVar[list[BindingType]] = [*LEAVES, *BUTTONS]

    def __init__(self, conflict: Conflict) -> None:
        super().__init__()
        self._conflict = conflict

    def compose(self) -> ComposeResult:
        conflict = self._conflict
        with Vertical(classes="dialog alarm"):
            yield _plain(f"#{conflict.alert_id} was changed meanwhile", classes="dialog-title")
            yield _plain(conflict.title, classes="dialog-subject")
            for line in (*version_lines(conflict), "", *conflict.others):
                yield _plain(line, classes="dialog-line")
            yield _plain(f"Yours was not applied: {conflict.attempt}", classes="dialog-line")
            with Horizontal(classes="dialog-buttons"):
                yield Button("Keep theirs", id="keep", variant="primary")
                yield Button("Apply mine over it", id="apply")
            yield _plain("Enter or Esc keeps theirs", classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one("#keep", Button).focus()

    @on(Button.Pressed, "#keep")
    def action_leave(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#apply")
    def apply_mine(self) -> None:
        self.dismiss(True)
