"""Triage of many alerts: one dialog, request after request, one message about what came of each.

Conditional on the revisions that were on the screen: what someone else changed meanwhile is left
as it is, and stays marked.
"""

from ir_console.model.bulk import BulkPlan, parts_of, plan_bulk, sum_up_bulk
from ir_console.model.decisions import Decision
from ir_console.model.queued import many_words
from ir_console.model.rows import Row
from ir_console.model.spans import Tone
from ir_console.model.triage import Action
from ir_console.model.undo import Before, Deed, reversal_of

from .bulk_job import BulkJob, Lookup
from .messages import BulkEnded, BulkProgressed
from .screens.bulk_dialog import BulkAnswer, BulkDialog, BulkProgressDialog
from .triage_context import TriageContext

GIVEN_UP = "What it was made for was undone."


class BulkFlow:
    """Runs the analyst's decisions about the marked alerts."""

    def __init__(self, context: TriageContext) -> None:
        self._context, self._state = context, context.state
        self._progress: BulkProgressDialog | None = None
        self.last: BulkEnded | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether keys are about marked alerts now, and not about the one under the cursor."""
        return bool(len(self._state.marks))

    def ask(self, action: Action) -> None:
        """Ask once for all that is marked, and do it."""
        state, context = self._state, self._context
        if context.refuses() or context.lacks_me(action):
            return
        # Marks that are still to be searched would look hidden.
        state.search_on(to_the_end=True)
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
        if len(job.parts) > 1:
            self.show_progress(job.words, job)
        context = self._context
        self._state.pending |= dict.fromkeys(job.alert_ids, job.words)

        async def work() -> None:
            results = await job.carry_out(context.desk, self.tell_progress)
            incident = job.undoes.incident if job.undoes is not None else None
            words = ""
            if incident is not None and all(result.is_done for result in results):
                words = await context.desk.close_incident(incident, GIVEN_UP)
            context.app.post_message(BulkEnded(job, results, words))

        context.run(work())

    def show_progress(self, words: str, stoppable: BulkJob | Lookup) -> None:
        """Show how far it is, until it ends."""
        self._progress = BulkProgressDialog(words, stoppable.stop)
        self._context.app.push_screen(self._progress)

    def tell_progress(self, words: str) -> None:
        """From a worker: how far it is."""
        self._context.app.post_message(BulkProgressed(words))

    def progressed(self, message: BulkProgressed) -> None:
        """Show how far it is."""
        if self._progress is not None:
            self._progress.show(message.words)

    def close_progress(self) -> None:
        """It is over."""
        if self._progress is not None:
            self._progress.end()
            self._progress = None

    def end(self, message: BulkEnded) -> None:
        """Say what came of it; what is done loses its mark."""
        self.close_progress()
        job, results = message.job, message.results
        for alert_id in job.alert_ids:
            self._state.pending.pop(alert_id, None)
        if job.undoes is None:
            self._state.marks.drop(frozenset(one.alert_id for one in results if one.is_done))
            self.note(message)
        else:
            revisions = {one.alert_id: one.revision for one in results if one.is_done}
            self._context.undo.settle(job.undoes.reversals, revisions)
            self.last = message
        self._context.tell(sum_up_bulk(job.words, results, self._state.keymap))

    def _show(self, plan: BulkPlan) -> None:
        # As they are now, when the analyst decides about them.
        book = self._state.book
        seen = {row.id: book.encoded(row.id) for row in plan.rows(with_hidden=True)}

        def answered(answer: BulkAnswer | None) -> None:
            if answer is not None:
                decision = Decision(plan.action, answer.choice, answer.reason)
                kept = [one for row in answer.rows if (one := seen[row.id]) is not None]
                before = map(Before.decoded, kept)
                self.begin(decision, {one.alert_id: one for one in before})

        self._context.app.push_screen(BulkDialog(plan), answered)

    def begin(self, decision: Decision, before: dict[int, Before]) -> None:
        """Do to alerts what was decided about them as they were `before`."""
        context = self._context
        context.remember(decision)
        if context.has_to_wait(before):
            context.enqueue_many(decision, before)
        else:
            self.start(self.job_of(decision, before))

    def job_of(self, decision: Decision, before: dict[int, Before]) -> BulkJob:
        """The requests that do it."""
        pairs = ((one.alert_id, one.revision) for one in before.values())
        parts = tuple(parts_of(decision.update(me=self._context.my_id), pairs))
        return BulkJob(many_words(decision), parts, decision, before)

    def note(self, message: BulkEnded) -> None:
        """Remember what came of each, and how each is taken back."""
        self.last = message
        job, decision = message.job, message.job.decision
        if decision is None:
            return
        made = decision.update(me=self._context.my_id).model_dump(exclude_unset=True)
        reversals = [
            reversal
            for one in message.results
            if one.status == "updated" and one.alert_id in job.before
            if (reversal := reversal_of(job.before[one.alert_id], made, one.revision)) is not None
        ]
        if reversals:
            words = sum_up_bulk(job.words, [one for one in message.results if one.is_done])
            self._context.undo.note(Deed(words.headline.removeprefix("✓ "), tuple(reversals)))

    def _rows(self, alert_ids: frozenset[int]) -> list[Row]:
        rows = [row for one in alert_ids if (row := self._state.view.get(one)) is not None]
        return sorted(rows, key=lambda row: row.key, reverse=True)
