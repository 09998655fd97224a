"""Triage of all that the filter finds on the server, also of what is not loaded here.

The server counts first. What is meant is then read, alert by alert with its revision, before it is
asked what to do: exactly those are changed, each only if nobody changed it since. Without the
server it is about what is loaded here, which the dialog says, and waits in the queue.
"""

import asyncio
from collections.abc import Sequence

from ir_client.wire.bulk import MAX_BULK_ALERTS
from ir_console.model.bulk import plan_query
from ir_console.model.decisions import Decision
from ir_console.model.filters import Filter
from ir_console.model.spans import Tone
from ir_console.model.triage import Action
from ir_console.model.undo import Before
from ir_console.safe_text import safe_text

from .bulk_flow import BulkFlow
from .bulk_job import Lookup, too_many_words
from .desk import Failed
from .messages import FilterCounted, FilterRead
from .screens.bulk_dialog import BulkActionDialog, BulkAnswer, BulkDialog
from .triage_context import TriageContext

# Below that, reading takes no longer than counting did.
_SHOWN_FROM = 500


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
            key = context.key("triage.bulk")
            context.say(Tone.WARNING, f"Filter first: {key} is about all that the filter finds")
            return
        if context.is_offline:
            self._read_here(wanted)
            return

        async def work() -> None:
            found = await context.desk.count(wanted.query)
            context.app.post_message(FilterCounted(wanted, found))

        context.run(work())

    def counted(self, message: FilterCounted) -> None:
        """Read which they are, if they are not too many."""
        context, found, wanted = self._context, message.found, message.wanted
        if isinstance(found, Failed):
            context.say(Tone.ERROR, f"✗ {found.words}", found.hint)
        elif not found:
            context.say(Tone.WARNING, "The filter finds no alert on the server")
        elif found > MAX_BULK_ALERTS:
            context.say(Tone.WARNING, too_many_words(found))
        else:
            self._read(Lookup(wanted.query, found), wanted)

    def read(self, message: FilterRead) -> None:
        """Show how many, and ask what to do with exactly these."""
        context, found, wanted = self._context, message.found, message.wanted
        is_here = message.is_here
        self._bulk.close_progress()
        if isinstance(found, Failed):
            context.say(Tone.ERROR, f"✗ {found.words}", found.hint)
            return
        loaded = sum(one.alert_id in context.state.book for one in found)

        def chosen(action: Action | None) -> None:
            if action is not None and not context.lacks_me(action):
                self._show(action, found, None if is_here else loaded)

        text = safe_text(wanted.text, 200)
        dialog = BulkActionDialog(len(found), loaded, text, is_here=is_here)
        context.app.push_screen(dialog, chosen)

    def _read_here(self, wanted: Filter) -> None:
        """Without the server nobody knows what else it would find: what is loaded is meant."""
        context, state = self._context, self._context.state
        state.search_on(to_the_end=True)
        ids = sorted(state.view.shown_matching(), reverse=True)
        if not ids:
            context.say(Tone.WARNING, "The filter finds no alert that is loaded here")
            return
        if len(ids) > MAX_BULK_ALERTS:
            context.say(Tone.WARNING, too_many_words(len(ids)))
            return
        encoded = [text for one in ids if (text := state.book.encoded(one)) is not None]

        async def work() -> None:
            found = await asyncio.to_thread(lambda: [Before.decoded(one) for one in encoded])
            context.app.post_message(FilterRead(wanted, found, is_here=True))

        context.run(work())

    def _read(self, lookup: Lookup, wanted: Filter) -> None:
        context, bulk = self._context, self._bulk
        if lookup.expected > _SHOWN_FROM:
            bulk.show_progress("Reading which alerts are meant", lookup)

        async def work() -> None:
            found = await lookup.carry_out(context.desk, bulk.tell_progress)
            context.app.post_message(FilterRead(wanted, found))

        context.run(work())

    def _show(self, action: Action, found: Sequence[Before], loaded: int | None) -> None:
        context = self._context
        plan, meant = plan_query(action, found, me=context.my_id, loaded=loaded)
        if not meant:
            context.say(Tone.WARNING, f"None of them: {action}", " · ".join(plan.left_out[1:]))
            return

        def answered(answer: BulkAnswer | None) -> None:
            if answer is not None:
                decision = Decision(action, answer.choice, answer.reason)
                self._bulk.begin(decision, {one.alert_id: one for one in meant})

        context.app.push_screen(BulkDialog(plan), answered)
