"""Leave this console for that of another profile.

The console ends as by its own key; whoever started it sees what is wanted and opens that one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ir_console.model.spans import Tone
from ir_console.safe_text import safe_text

from .queue_flow import QueueFlow
from .screens.menu import MenuDialog
from .triage_context import TriageContext


def _none() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Profiles:
    """The servers that can be gone to: addresses by name, asked anew each time.

    `current` is the one that is open, `obstacle` says why there is no other, where that is so.
    """

    current: str = ""
    known: Callable[[], Mapping[str, str]] = _none
    obstacle: str = ""


class ProfileFlow:
    """Asks which profile, and ends the console for it."""

    def __init__(
        self,
        context: TriageContext,
        profiles: Profiles,
        queueing: QueueFlow,
        leave: Callable[[], None],
    ) -> None:
        self._context, self._profiles = context, profiles
        self._queueing, self._leave = queueing, leave
        self.wanted = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What may be gone to by a command; the others are in the menu, made visible."""
        return tuple(name for name in self._profiles.known() if name.isprintable())

    def open(self, name: str) -> None:
        """Go to a profile; ask which one if none is named."""
        context, known = self._context, self._profiles.known()
        if self._profiles.obstacle:
            context.say(Tone.WARNING, "There is no other profile here", self._profiles.obstacle)
        elif not name:
            self._choose(known)
        elif name == self._profiles.current:
            context.say(Tone.WARNING, f"{safe_text(name, 40)} is open already")
        else:
            self._go(name)

    def _choose(self, known: Mapping[str, str]) -> None:
        current = self._profiles.current
        if not known.keys() - {current}:
            hint = "ir-console login --profile NAME --url https://… adds one."
            self._context.say(Tone.WARNING, "No other profile is known", hint)
            return
        choices = {name: _words(name, url, current) for name, url in known.items()}

        def chosen(name: str | None) -> None:
            if name is not None:
                self.open(name)
                self._context.show()

        subject = "This console is left for that of another server."
        hint = "1–9 or Enter opens it · Esc stays here"
        menu = MenuDialog("Open which profile?", subject, choices, hint=hint)
        self._context.app.push_screen(menu, chosen)

    def _go(self, name: str) -> None:
        def leave() -> None:
            self.wanted = name
            self._leave()

        if not self._queueing.ask_to_quit(leave):
            leave()


def _words(name: str, url: str, current: str) -> str:
    here = "  (open now)" if name == current else ""
    return f"{safe_text(name, 24):<16} {safe_text(url, 40)}{here}"
