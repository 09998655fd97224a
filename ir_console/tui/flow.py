"""Triage from key press to outcome: ask, do, show what came of it.

The alert is captured when the key is pressed; where the screen goes meanwhile does not matter.
What was typed is kept until the server has it.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

from textual.app import App

from ir_client.wire.alerts import Alert
from ir_client.wire.values import AlertStatus, Disposition
from ir_console.model.spans import Tone
from ir_console.model.state import Arrival, ConsoleState, Origin
from ir_console.model.toasts import Toast
from ir_console.model.triage import Action, refusal

from .desk import Conflicted, Desk, Done, Failed, Outcome
from .messages import TriageEnded
from .screens.dialogs import CloseDialog, CommentDialog, ConflictDialog, StatusDialog


class TriageFlow:
    """Runs the analyst's decisions; at most one at a time for each alert."""

    def __init__(
        self,
        app: App[None],
        state: ConsoleState,
        desk: Desk,
        *,
        clock: Callable[[], float],
        is_read_only: bool,
    ) -> None:
        self._app, self._state, self._desk = app, state, desk
        self._clock, self._is_read_only = clock, is_read_only
        self._drafts: dict[tuple[Action, int], str] = {}

    def take(self) -> None:
        """Take the alert under the cursor."""
        seen = self._begin(Action.TAKE)
        if seen is not None:
            self._run(Action.TAKE, seen.id, partial(self._desk.take, seen.id))

    def set_status(self) -> None:
        """Ask for a status and set it."""
        seen = self._begin(Action.STATUS)
        row = self._state.cursor_row
        if seen is None or row is None:
            return

        def chosen(status: str | None) -> None:
            if status is not None and status != seen.status:
                # The dialog offers no other statuses than those of the contract.
                call = partial(self._desk.set_status, seen, cast(AlertStatus, status))
                self._run(Action.STATUS, seen.id, call)

        self._app.push_screen(StatusDialog(row), chosen)

    def comment(self) -> None:
        """Ask for a comment and add it."""
        seen = self._begin(Action.COMMENT)
        row = self._state.cursor_row
        if seen is None or row is None:
            return

        def written(text: str | None) -> None:
            if text is not None:
                call = partial(self._desk.comment, seen.id, text)
                self._run(Action.COMMENT, seen.id, call, draft=text)

        self._app.push_screen(
            CommentDialog(row, draft=self._draft(Action.COMMENT, row.id)), written
        )

    def close(self) -> None:
        """Ask what the alert turned out to be and close it."""
        seen = self._begin(Action.CLOSE)
        row = self._state.cursor_row
        if seen is None or row is None:
            return

        def decided(choice: tuple[str, str] | None) -> None:
            if choice is not None:
                disposition, reason = choice
                call = partial(self._desk.close, seen, cast(Disposition, disposition), reason)
                self._run(Action.CLOSE, seen.id, call, draft=reason)

        self._app.push_screen(CloseDialog(row, draft=self._draft(Action.CLOSE, row.id)), decided)

    def end(self, message: TriageEnded) -> None:
        """Show what came of it."""
        self._state.pending.pop(message.alert_id, None)
        match message.outcome:
            case Done(words=words, alert=alert):
                self._drafts.pop((message.action, message.alert_id), None)
                self._take_in(alert)
                self._say(Toast(Tone.OK, f"✓ {words}"))
            case Failed(words=words, hint=hint):
                if message.draft:
                    self._drafts[message.action, message.alert_id] = message.draft
                self._say(Toast(Tone.ERROR, f"✗ {words}", hint))
            case Conflicted() as conflicted:
                self._take_in(conflicted.current)
                self._ask_about(message.action, conflicted)

    def _ask_about(self, action: Action, conflicted: Conflicted) -> None:
        def answered(applies_mine: bool | None) -> None:
            if applies_mine:
                # Conditional again: only on what the analyst was just shown.
                call = partial(self._desk.change, conflicted.current, conflicted.update)
                self._run(action, conflicted.current.id, call)

        self._app.push_screen(ConflictDialog(conflicted.conflict), answered)

    def _begin(self, action: Action) -> Alert | None:
        """The alert to act on, as the analyst sees it now; None when it cannot be."""
        state = self._state
        if state.viewport.reveal():
            self._say(Toast(Tone.WARNING, "The chosen alert was off the screen: press again"))
            return None
        row = state.cursor_row
        problem = refusal(action, row, me=state.me, is_read_only=self._is_read_only)
        if not problem and row is not None and row.id in state.pending:
            problem = f"#{row.id}: still busy ({state.pending[row.id]})"
        if problem or row is None:
            self._say(Toast(Tone.WARNING, problem))
            return None
        alert = state.book.alert(row.id)
        if alert is None:
            self._say(Toast(Tone.WARNING, f"#{row.id} is no longer yours to see"))
        return alert

    def _run(
        self,
        action: Action,
        alert_id: int,
        call: Callable[[], Awaitable[Outcome]],
        *,
        draft: str = "",
    ) -> None:
        self._state.pending[alert_id] = action

        async def work() -> None:
            outcome = await call()
            self._app.post_message(TriageEnded(action, alert_id, outcome, draft))

        self._app.run_worker(work(), group="triage", exit_on_error=False)

    def _take_in(self, alert: Alert | None) -> None:
        if alert is not None:
            self._state.take_in([Arrival(alert, Origin.PUSHED)], self._clock())

    def _draft(self, action: Action, alert_id: int) -> str:
        return self._drafts.get((action, alert_id), "")

    def _say(self, toast: Toast) -> None:
        self._state.toasts.tell(toast, self._clock())
