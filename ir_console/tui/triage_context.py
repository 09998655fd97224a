"""What all triage on the screen has in common: the alerts, the desk, and what was done so far."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textual.app import App

from ir_client.wire.alerts import Alert
from ir_console.model.decisions import Decision
from ir_console.model.escalation import Joining
from ir_console.model.link import LinkState
from ir_console.model.out_queue import Item
from ir_console.model.spans import Tone
from ir_console.model.state import Arrival, ConsoleState, Origin
from ir_console.model.toasts import Toast
from ir_console.model.triage import Action
from ir_console.model.undo import Before, UndoLog

from .desk import Desk
from .messages import ConflictRead
from .painter import Painter

READ_ONLY = "This console is read-only: start it without that setting to triage."


@dataclass(slots=True)
class TriageContext:
    """Shared by the flows. `last` is what was decided last, `last_on` about which alert."""

    app: App[None]
    state: ConsoleState
    desk: Desk
    clock: Callable[[], float]
    is_read_only: bool
    painter: Callable[[], Painter]
    show: Callable[[], None]
    undo: UndoLog = field(default_factory=UndoLog)
    last: Decision | None = None
    last_on: int | None = None

    def key(self, use_id: str) -> str:
        """The key that hints name for what has this id."""
        return self.state.keymap.key(use_id)

    def say(self, tone: Tone, headline: str, detail: str = "") -> None:
        """Answer the analyst."""
        self.tell(Toast(tone, headline, detail))

    def toasts(self) -> tuple[Toast, ...]:
        """What is being said now, for pages that stand over the alerts."""
        return self.state.toasts.visible(self.clock())

    def go_to(self, alert_id: int) -> bool:
        """Put the cursor on an alert, for who leaves a page; False if it is not shown there."""
        is_shown = self.state.viewport.move_to(alert_id)
        if is_shown:
            self.show()
        else:
            words = f"#{alert_id} is not in the list"
            self.say(Tone.WARNING, words, "The filter hides it, or it is not loaded.")
        return is_shown

    def tell(self, toast: Toast) -> None:
        """Answer the analyst with a toast that is made already."""
        self.state.toasts.tell(toast, self.clock())

    def refuses(self) -> bool:
        """Whether nothing may be changed; says so."""
        if self.is_read_only:
            self.say(Tone.WARNING, READ_ONLY)
        return self.is_read_only

    @property
    def my_id(self) -> int | None:
        """The number of who is logged in, once the server said it."""
        return None if self.state.me is None else self.state.me.id

    @property
    def is_offline(self) -> bool:
        """Whether what is decided has to wait for the connection."""
        return self.state.link.state not in (LinkState.LIVE, LinkState.CATCHING_UP)

    def has_to_wait(self, alert_ids: Iterable[int]) -> bool:
        """Whether what is decided about these has to wait: for the server, or for its turn."""
        return self.is_offline or any(map(self.state.queue.waits, alert_ids))

    def needs_server(self, what: str) -> bool:
        """Whether something has to wait, that cannot be queued; says so."""
        if self.is_offline:
            self.say(Tone.WARNING, f"{what} needs the server: wait until it is back")
        return self.is_offline

    def enqueue(self, decision: Decision, seen: Alert) -> None:
        """Keep a decision about an alert until it can be sent."""
        queue = self.state.queue
        is_new = not queue.has(decision, seen.id)
        self._tell_queued(queue.add(decision, seen) if is_new else None)

    def enqueue_many(self, deed: Decision | Joining, before: Mapping[int, Before]) -> None:
        """Keep what was decided about many alerts, as they were, until it can be sent."""
        queue = self.state.queue
        is_new = not queue.has_many(deed, before)
        self._tell_queued(queue.add_many(deed, before) if is_new else None)
        self.state.marks.drop(frozenset(before))

    def _tell_queued(self, queued: Item | None) -> None:
        if queued is None:
            words = f"That is queued already: {self.key('triage.queue')} shows what is"
            self.say(Tone.WARNING, words)
        else:
            self.say(Tone.ACCENT, f"↑ Queued: {queued.words}", "Sent when the server is back.")

    def lacks_me(self, action: Action) -> bool:
        """Whether it would have to be known who we are, and is not; says so."""
        is_missing = action is Action.TAKE and self.state.me is None
        if is_missing:
            self.say(Tone.WARNING, "The server has not said yet who you are: try again")
        return is_missing

    def remember(self, decision: Decision, alert_id: int | None = None) -> None:
        """This is what is repeated now."""
        self.last, self.last_on = decision, alert_id

    def take_in(self, alert: Alert | None) -> None:
        """Show an alert as a call told it, before the stream does."""
        if alert is not None:
            self.state.take_in([Arrival(alert, Origin.PUSHED)], self.clock())

    def ask_about_conflict(self, decision: Decision, before: Before) -> None:
        """Read how the alert is now, for the analyst to decide with both versions in sight."""

        async def work() -> None:
            update = decision.update(me=self.my_id)
            outcome = await self.desk.look_again(before, update)
            self.app.post_message(ConflictRead(decision, outcome))

        self.run(work())

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something on the network; it ends in a message, whatever comes."""
        self.app.run_worker(work, group="triage", exit_on_error=False)
