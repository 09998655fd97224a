"""Triage of all marked alerts: one dialog, one request, one message about what came of each.

Conditional on the revisions that were on the screen: what someone else changed meanwhile is left
as it is, and stays marked.
"""

from collections.abc import Callable
from functools import partial
from typing import cast

from textual.app import App

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.values import AlertStatus, Disposition
from ir_console.model.bulk import plan_bulk, sum_up_bulk
from ir_console.model.looks import status_word
from ir_console.model.rows import Row
from ir_console.model.spans import Tone
from ir_console.model.state import ConsoleState
from ir_console.model.toasts import Toast
from ir_console.model.triage import Action

from .desk import Desk, Failed, closing_update
from .messages import BulkEnded
from .screens.bulk_dialog import BulkAnswer, BulkDialog


class BulkFlow:
    """Runs the analyst's decisions about the marked alerts."""

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

    @property
    def is_wanted(self) -> bool:
        """Whether keys are about marked alerts now, and not about the one under the cursor."""
        return bool(len(self._state.marks))

    def ask(self, action: Action) -> None:
        """Ask once for all of them, and do it."""
        state = self._state
        if self._is_read_only:
            words = "This console is read-only: start it without that setting to triage."
            self._say(Toast(Tone.WARNING, words))
            return
        if action is Action.TAKE and state.me is None:
            self._say(Toast(Tone.WARNING, "The server has not said yet who you are: try again"))
            return
        plan = plan_bulk(
            action,
            visible=self._rows(state.marks.visible),
            hidden=self._rows(state.marks.hidden),
            me=state.me,
            pending=state.pending,
        )
        if not (plan.visible or plan.hidden):
            detail = " · ".join(plan.left_out)
            self._say(Toast(Tone.WARNING, f"None of the marked alerts: {action}", detail))
            return

        def answered(answer: BulkAnswer | None) -> None:
            if answer is not None:
                self._run(action, answer)

        self._app.push_screen(BulkDialog(plan), answered)

    def end(self, message: BulkEnded) -> None:
        """Say what came of it; what is done loses its mark."""
        for alert_id in message.alert_ids:
            self._state.pending.pop(alert_id, None)
        if isinstance(message.outcome, Failed):
            hint = f"{message.outcome.hint} All are still marked.".strip()
            self._say(Toast(Tone.ERROR, f"✗ {message.outcome.words}", hint))
            return
        result = sum_up_bulk(message.words, message.alert_ids, message.outcome)
        self._state.marks.drop(result.done)
        self._say(result.toast)

    def _run(self, action: Action, answer: BulkAnswer) -> None:
        alert_ids = tuple(row.id for row in answer.rows)
        update, words = self._update(action, answer)
        # From when the dialog opened: that is what the analyst decided about.
        expected = {row.id: row.revision for row in answer.rows if row.revision is not None}
        call = partial(self._desk.change_many, alert_ids, update, expected=expected)
        self._state.pending |= dict.fromkeys(alert_ids, str(action))

        async def work() -> None:
            outcome = await call()
            self._app.post_message(BulkEnded(alert_ids, words, outcome))

        self._app.run_worker(work(), group="triage", exit_on_error=False)

    def _update(self, action: Action, answer: BulkAnswer) -> tuple[AlertUpdate, str]:
        # The dialog offers no other statuses and dispositions than those of the contract.
        if action is Action.STATUS:
            status = cast("AlertStatus", answer.choice)
            return AlertUpdate(status=status), f"status → {status_word(status)}"
        if action is Action.CLOSE:
            update = closing_update(cast("Disposition", answer.choice), answer.reason)
            return update, f"closed as {answer.choice.replace('_', ' ')}"
        me = self._state.me
        return AlertUpdate(assigned_analyst_id=None if me is None else me.id), "assigned to you"

    def _rows(self, alert_ids: frozenset[int]) -> list[Row]:
        rows = [row for one in alert_ids if (row := self._state.view.get(one)) is not None]
        return sorted(rows, key=lambda row: row.key, reverse=True)

    def _say(self, toast: Toast) -> None:
        self._state.toasts.tell(toast, self._clock())
