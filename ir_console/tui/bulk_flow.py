"""Triage of many alerts: one dialog, request after request, one message about what came of each.

Conditional on the revisions that were on the screen: what someone else changed meanwhile is left
as it is, and stays marked.
"""

from ir_console.model.bulk import BulkPlan, parts_of, plan_bulk, sum_up_bulk
from ir_console.model.decisions import Decision
from ir_console.model.rows import Row
from ir_console.model.spans import Tone
from ir_console.model.triage import Action
from ir_console.model.undo import Before, Deed, reversal_of

from .bulk_job import BulkJob
from .messages import BulkEnded
from .screens.bulk_dialog import BulkAnswer, BulkDialog
from .triage_context import TriageContext


class BulkFlow:
    """Runs the analyst's decisions about the marked alerts."""

    def __init__(self, context: TriageContext) -> None:
        self._context, self._state = context, context.state

    @property
    def is_wanted(self) -> bool:
        """Whether keys are about marked alerts now, and not about the one under the cursor."""
        return bool(len(self._state.marks))

    def ask(self, action: Action) -> None:
        """Ask once for all that is marked, and do it."""
        state, context = self._state, self._context
        if context.refuses():
            return
        if action is Action.TAKE and state.me is None:
            context.say(Tone.WARNING, "The server has not said yet who you are: try again")
            return
        plan = plan_bulk(
            action,
            visible=self._rows(state.marks.visible),
            hidden=self._rows(state.marks.hidden),
            me=state.me,
            pending=state.pending,
        )
        if plan.visible or plan.hidden:
            self._show(plan)
        else:
            detail = " · ".join(plan.left_out)
            context.say(Tone.WARNING, f"None of the marked alerts: {action}", detail)

    def start(self, job: BulkJob) -> None:
        """Carry out a job; its end is a message."""
        context = self._context
        self._state.pending |= dict.fromkeys(job.alert_ids, job.words)

        async def work() -> None:
            results = await job.carry_out(context.desk, lambda _: None)
            incident = job.undoes.incident if job.undoes is not None else None
            words = ""
            if incident is not None and all(result.is_done for result in results):
                words = await context.desk.close_incident(incident, GIVEN_UP)
            context.app.post_message(BulkEnded(job, results, words))

        context.run(work())

    def end(self, message: BulkEnded) -> None:
        """Say what came of it; what is done loses its mark."""
        job, results = message.job, message.results
        for alert_id in job.alert_ids:
            self._state.pending.pop(alert_id, None)
        if job.undoes is None:
            self._state.marks.drop(frozenset(one.alert_id for one in results if one.is_done))
            self._note(message)
        else:
            revisions = {one.alert_id: one.revision for one in results if one.is_done}
            self._context.undo.settle(job.undoes.reversals, revisions)
        self._context.tell(sum_up_bulk(job.words, results))

    def _show(self, plan: BulkPlan) -> None:
        def answered(answer: BulkAnswer | None) -> None:
            if answer is not None:
                self._begin(Decision(plan.action, answer.choice, answer.reason), answer.rows)

        self._context.app.push_screen(BulkDialog(plan), answered)

    def _begin(self, decision: Decision, rows: tuple[Row, ...]) -> None:
        context, state = self._context, self._state
        context.remember(decision)
        update = decision.update(me=None if state.me is None else state.me.id)
        # From when the dialog opened: that is what the analyst decided about.
        parts = parts_of(update, ((row.id, row.revision) for row in rows))
        alerts = (alert for row in rows if (alert := state.book.alert(row.id)) is not None)
        before = {alert.id: Before.of(alert) for alert in alerts}
        self.start(BulkJob(_words(decision), tuple(parts), decision, before))

    def _note(self, message: BulkEnded) -> None:
        """Remember how each of them is taken back."""
        job, decision = message.job, message.job.decision
        if decision is None or not any(one.is_done for one in message.results):
            return
        me = self._state.me
        made = decision.update(me=None if me is None else me.id).model_dump(exclude_unset=True)
        reversals = [
            reversal
            for one in message.results
            if one.status == "updated" and one.alert_id in job.before
            if (reversal := reversal_of(job.before[one.alert_id], made, one.revision)) is not None
        ]
        words = sum_up_bulk(job.words, [one for one in message.results if one.is_done])
        if reversals:
            self._context.undo.note(Deed(words.headline.removeprefix("✓ "), tuple(reversals)))

    def _rows(self, alert_ids: frozenset[int]) -> list[Row]:
        rows = [row for one in alert_ids if (row := self._state.view.get(one)) is not None]
        return sorted(rows, key=lambda row: row.key, reverse=True)


GIVEN_UP = "What it was made for was undone."


def _words(decision: Decision) -> str:
    return "assigned to you" if decision.action is Action.TAKE else decision.words
