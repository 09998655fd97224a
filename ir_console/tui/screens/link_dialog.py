"""Before a link is opened: where it really goes, and what is odd about it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Label

from ir_console.model.links import Target

from .dialogs import BUTTONS, LEAVES, Dialog


class LinkDialog(Dialog[bool]):
    """Asks whether to open it; Enter and Esc do not."""

    BINDINGS: ClassVar[list[BindingType]] = [*LEAVES, *BUTTONS]

    def __init__(self, target: Target) -> None:
        super().__init__()
        self._target = target

    def compose(self) -> ComposeResult:
        target = self._target
        alarm = " alarm" if target.warnings else ""
        with Vertical(classes=f"dialog{alarm}"):
            yield Label(Content("Open this link?"), classes="dialog-title")
            yield Label(Content(f"It goes to  {target.host}"), classes="dialog-line")
            if target.written_host != target.host:
                yield Label(Content(f"It is written  {target.written_host}"), classes="dialog-line")
            yield Label(Content(target.url[:600]), classes="dialog-subject")
            for warning in target.warnings:
                yield Label(Content(f"! {warning}"), classes="dialog-warning")
            with Horizontal(classes="dialog-buttons"):
                yield Button("Leave it", id="leave", variant="primary")
                yield Button("Open it", id="open")
            yield Label(Content("Enter or Esc leaves it"), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one("#leave", Button).focus()

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#open")
    def open_it(self) -> None:
        self.dismiss(True)
