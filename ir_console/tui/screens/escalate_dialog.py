"""One dialog before alerts become an incident: a new one, or one that is open already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from ir_client.wire.incidents import Incident
from ir_console.model.escalation import Escalation
from ir_console.model.format import plural
from ir_console.model.looks import severity_look
from ir_console.safe_text import safe_text

from ..widgets.choices import Choices
from ..widgets.line_input import OrderedInput
from .dialogs import LEAVES, Dialog

_NEW = "new"
_MOST_OFFERED = 5


@dataclass(frozen=True, slots=True)
class EscalationAnswer:
    """A title for a new incident, or the name of the one that the alerts join."""

    title: str = ""
    name: str = ""


class EscalateDialog(Dialog[EscalationAnswer | None]):
    """Nothing is chosen at first: Enter pressed twice changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = LEAVES

    def __init__(self, plan: Escalation, incidents: Sequence[Incident], problem: str) -> None:
        super().__init__()
        self._plan, self._problem = plan, problem
        self._incidents = incidents[:_MOST_OFFERED]

    def compose(self) -> ComposeResult:
        plan, look = self._plan, severity_look(self._plan.severity)
        count = plural(len(plan.rows), "alert")
        choices = {_NEW: f"New incident, {plan.priority} · {look.mark} {look.word}"}
        for one in self._incidents:
            title = safe_text(f"{one.incident_id}  {one.title}", 52)
            choices[one.incident_id] = f"Add to {title}"
        with Vertical(classes="dialog"):
            yield Label(Content(f"Escalate {count} into one incident"), classes="dialog-title")
            for line in (*plan.left_out, *([self._problem] if self._problem else [])):
                yield Label(Content(line), classes="dialog-line")
            yield Choices(choices, chosen=None, widget_id="choices")
            yield OrderedInput(plan.title, placeholder="Title of the new incident", id="title")
            hint = "1 goes on to the title, 2–6 add them · Esc leaves them"
            yield Label(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        choices = self.query_one(Choices)
        choices.highlighted = None
        choices.focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == _NEW:
            self.query_one("#title", Input).focus()
        else:
            self.dismiss(EscalationAnswer(name=event.option_id or ""))

    @on(Input.Submitted)
    def make(self, event: Input.Submitted) -> None:
        if title := event.value.strip():
            self.dismiss(EscalationAnswer(title=title))

    def action_leave(self) -> None:
        self.dismiss(None)
