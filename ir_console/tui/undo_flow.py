"""Take back what was done last, unless a person has changed it since.

A deed that cannot be taken back, or that was refused, is said and then passed over, so that the
one before it can be reached. One that did not get through stays, to be tried again.
"""

from ir_console.model.bulk import parts_of, unanswered
from ir_console.model.format import plural
from ir_console.model.spans import Tone
from ir_console.model.undo import Deed, Reversal, grouped

from .bulk_flow import GIVEN_UP, BulkFlow
from .bulk_job import BulkJob
from .desk import Conflicted, Done, Failed
from .messages import UndoEnded
from .queue_flow import QueueFlow
from .triage_context import TriageContext


class UndoFlow:
    """Undoes one deed for each key press."""

    def __init__(self, context: TriageContext, bulk: BulkFlow, queue: QueueFlow) -> None:
        self._context, self._bulk, self._queue = context, bulk, queue

    def undo(self) -> None:
        """Take back the newest deed."""
        context = self._context
        deed = context.undo.newest
        # What is not even sent is the newest of all.
        if context.refuses() or self._queue.drop_newest() or context.needs_server("Undo"):
            return
        if context.state.pending:
            context.say(Tone.WARNING, "Your last change is still on its way: press again then")
        elif deed is None:
            context.say(Tone.WARNING, "Nothing to undo: only what you do in this session can be")
        elif deed.obstacle:
            context.undo.drop_newest()
            detail = f"{deed.obstacle.capitalize()}.{self._next_words()}"
            context.say(Tone.WARNING, f"Cannot be undone: {deed.words}", detail)
        elif len(deed.reversals) == 1:
            self._undo_one(deed, deed.reversals[0])
        else:
            self._undo_many(deed)

    def end(self, message: UndoEnded) -> None:
        """Show what came of it."""
        context, deed = self._context, message.deed
        (reversal,) = deed.reversals
        context.state.pending.pop(reversal.alert_id, None)
        match message.outcome:
            case Done() as done:
                self._drop(deed)
                context.take_in(done.alert)
                context.undo.settle(deed.reversals, {reversal.alert_id: done.revision})
                context.say(Tone.OK, f"✓ Undone: {deed.words}", message.incident_words)
            case Conflicted() as conflicted:
                self._drop(deed)
                context.take_in(conflicted.current)
                who = " · ".join(conflicted.conflict.others)
                context.say(Tone.ERROR, f"✗ Not undone, it was changed since: {deed.words}", who)
            case Failed(words=words, hint=hint):
                if reversal.revision is None:
                    self._drop(deed)
                context.say(Tone.ERROR, f"✗ Not undone: {words}", hint)

    def _undo_one(self, deed: Deed, reversal: Reversal) -> None:
        context = self._context
        alert = context.state.book.alert(reversal.alert_id)
        if alert is None:
            context.undo.drop_newest()
            context.say(Tone.WARNING, f"Not undone: #{reversal.alert_id} is not here any more")
            return
        context.state.pending[alert.id] = "undo"

        async def work() -> None:
            outcome = await context.desk.put_back(reversal, alert)
            words = ""
            if deed.incident is not None and isinstance(outcome, Done):
                words = await context.desk.close_incident(deed.incident, GIVEN_UP)
            context.app.post_message(UndoEnded(deed, outcome, words))

        context.run(work())

    def _undo_many(self, deed: Deed) -> None:
        # Without a revision to compare, what the alert says now is all there is to go by.
        touched = [one.alert_id for one in deed.reversals if self._is_touched(one)]
        parts = [
            part
            for update, members in grouped(deed.reversals)
            for part in parts_of(
                update,
                ((one.alert_id, one.revision) for one in members if one.alert_id not in touched),
            )
        ]
        # Of many, each says for itself whether it was put back.
        self._context.undo.drop_newest()
        refused = unanswered(touched, "changed_since")
        self._bulk.start(BulkJob("undone", parts, undoes=deed, refused=refused))

    def _is_touched(self, reversal: Reversal) -> bool:
        if reversal.revision is not None:
            return False
        alert = self._context.state.book.alert(reversal.alert_id)
        return alert is None or not reversal.is_untouched(alert)

    def _drop(self, deed: Deed) -> None:
        if self._context.undo.newest is deed:
            self._context.undo.drop_newest()

    def _next_words(self) -> str:
        left = len(self._context.undo)
        again = self._context.key("triage.undo")
        return f" {again} again goes on: {plural(left, 'change')} before it." if left else ""
