"""What somebody sees who has no server yet: a form to log in, and the way to the demo.

Asks and returns; logging in is the caller's, who opens it again with what went wrong.
"""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr
from textual import events, on
from textual.actions import SkipAction
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label

from ir_console.model.layout import ROOMY_HEIGHT
from ir_console.model.themes import PALETTES, THEME_WORDS
from ir_console.safe_text import safe_block

from .painter import theme_of
from .widgets.line_input import OrderedInput

_FIELDS = ("url", "username", "password")


@dataclass(frozen=True, slots=True)
class Login:
    """Where somebody wants to log in, and as whom."""

    url: str
    username: str
    password: SecretStr


class Demo:
    """Somebody wants to see the demo."""


class FirstRunApp(App[Login | Demo | None]):
    """The form; returns what was chosen, None for nothing."""

    CSS_PATH = "console.tcss"
    TITLE = "IR Console"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS = [(0, "-short"), (ROOMY_HEIGHT, "-roomy")]  # noqa: RUF012 -- as the toolkit declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        # First, so that what is typed at once behind it is not typed into the line before.
        Binding("enter", "go_on", show=False, priority=True),
        Binding("tab", "step(1)", show=False, priority=True),
        Binding("shift+tab", "step(-1)", show=False, priority=True),
        Binding("f2", "demo", show=False),
        Binding("escape,ctrl+c,ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(
        self, *, url: str, username: str = "", problem: str = "", theme: str = "dark"
    ) -> None:
        super().__init__()
        self._given, self._problem = {"url": url, "username": username, "password": ""}, problem
        for palette in PALETTES.values():
            self.register_theme(theme_of(palette))
        self.theme = THEME_WORDS[theme]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog first-run"):
            yield Label(Content("Welcome to IR Console"), classes="dialog-title")
            yield Label(Content(safe_block(self._problem)), id="problem", classes="dialog-warning")
            yield Label(Content("Server"))
            yield OrderedInput(self._given["url"], placeholder="https://soc.example", id="url")
            yield Label(Content("User name"))
            yield OrderedInput(self._given["username"], id="username")
            yield Label(Content("Password"))
            yield OrderedInput(password=True, id="password")
            hint = "Enter goes on and logs in · F2 shows a demo first · Esc leaves"
            yield Label(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one("#problem").display = bool(self._problem)
        self._go_to_what_is_missing()

    def action_go_on(self) -> None:
        if self._field == _FIELDS[-1]:
            raise SkipAction  # its line hears it, after all that was typed into it
        self.action_step(1)

    def action_step(self, step: int) -> None:
        self._go_to(_FIELDS[(_FIELDS.index(self._field) + step) % len(_FIELDS)])

    @property
    def _field(self) -> str:
        return (self.focused.id if self.focused is not None else None) or _FIELDS[0]

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Log in, or go to what is missing."""
        # As it was at Enter, whatever was typed behind it.
        at_enter = {event.input.id: event.value}
        url, username, password = (
            at_enter.get(name, self.query_one(f"#{name}", Input).value) for name in _FIELDS
        )
        if url and username and password:
            self.exit(Login(url.strip(), username.strip(), SecretStr(password)))
        else:
            self._go_to_what_is_missing()

    def _go_to_what_is_missing(self) -> None:
        empty = (name for name in _FIELDS if not self.query_one(f"#{name}", Input).value)
        self._go_to(next(empty, _FIELDS[-1]))

    def _go_to(self, field: str) -> None:
        self.screen.set_focus(self.query_one(f"#{field}"))

    def action_demo(self) -> None:
        self.exit(Demo())

    async def on_event(self, event: events.Event) -> None:
        """A pasted address or password is one line, without what a terminal would act on."""
        if isinstance(event, events.Paste):
            line = next(iter(event.text.splitlines()), "")
            event.text = "".join(sign for sign in line if sign.isprintable())
        await super().on_event(event)
