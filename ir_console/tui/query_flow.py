"""Triage of all that the filter finds on the server, also of what is not loaded here.

The server counts first. What is meant is then read, alert by alert with its revision, and changed
as marked alerts are: exactly those, each only if nobody changed it since.
"""

from ir_client.wire.bulk import MAX_BULK_ALERTS
from ir_console.model.bulk import plan_query
from ir_console.model.decisions import Decision
from ir_console.model.filters import Filter
from ir_console.model.spans import Tone
from ir_console.model.triage import Action
from ir_console.safe_text import safe_text

from .bulk_flow import BulkFlow, bulk_words
from .bulk_job import QueryJob, too_many_words
from .desk import Failed
from .messages import FilterCounted, FilterEnded
from .screens.bulk_dialog import BulkActionDialog, BulkAnswer, BulkDialog
from .triage_context import TriageContext


class QueryFlow:
    """Asks what is to be done, counts beforehand, and hands a job to the bulk flow."""

    def __init__(self, context: TriageContext, bulk: BulkFlow) -> None:
        self._context, self._bulk = context, bulk

    def ask(self) -> None:
        """Have the server count what the filter finds."""
        context = self._context
        wanted = context.state.filter
        if context.refuses():
            return
        if wanted.query.root is None:
            context.say(Tone.WARNING, "Filter first: B is about all that the filter finds")
            return

        async def work() -> None:
            found = await context.desk.count(wanted.query)
            context.app.post_message(FilterCounted(wanted, found))

        context.run(work())

    def counted(self, message: FilterCounted) -> None:
        """Show how many, and ask what to do with them."""
        context, found, wanted = self._context, message.found, message.wanted
        if isinstance(found, Failed):
            context.say(Tone.ERROR, f"✗ {found.words}", found.hint)
        elif not found:
            context.say(Tone.WARNING, "The filter finds no alert on the server")
        elif found > MAX_BULK_ALERTS:
            context.say(Tone.WARNING, too_many_words(found))
        else:

            def chosen(action: Action | None) -> None:
                if action is not None and not context.lacks_me(action):
                    self._show(action, wanted, found)

            loaded = self._loaded(wanted)
            text = safe_text(wanted.text, 200)
            context.app.push_screen(BulkActionDialog(found, loaded, text), chosen)

    def end(self, message: FilterEnded) -> None:
        """It was not begun, and why; otherwise the bulk flow goes on."""
        context = self._context
        if isinstance(message.outcome, Failed):
            self._bulk.close_progress()
            context.say(Tone.ERROR, f"✗ {message.outcome.words}", message.outcome.hint)
        else:
            context.run(self._bulk.carry_out(message.outcome))

    def _show(self, action: Action, wanted: Filter, found: int) -> None:
        def answered(answer: BulkAnswer | None) -> None:
            if answer is not None:
                decision = Decision(action, answer.choice, answer.reason)
                self._begin(decision, wanted, found)

        plan = plan_query(action, found, loaded=min(found, self._loaded(wanted)))
        self._context.app.push_screen(BulkDialog(plan), answered)

    def _begin(self, decision: Decision, wanted: Filter, found: int) -> None:
        context, bulk = self._context, self._bulk
        context.remember(decision)
        job = QueryJob(decision, wanted.query, found, context.my_id)
        words = bulk_words(decision)
        bulk.show_progress(words, job)

        async def work() -> None:
            outcome = await job.read(context.desk, words, bulk.tell_progress)
            context.app.post_message(FilterEnded(outcome))

        context.run(work())

    def _loaded(self, wanted: Filter) -> int:
        state = self._context.state
        return len(state.corpus.find(wanted, now=state.moment, me=self._context.my_id))
