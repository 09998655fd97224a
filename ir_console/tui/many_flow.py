"""Send what was decided about many alerts while the server could not be reached.

Each alert is changed only if it still is as it was when that was decided. What came of each stays
in the queue until all are done, or the analyst drops it.
"""

from collections.abc import Mapping
from typing import Any

from ir_console.model.bulk import ItemResult
from ir_console.model.escalation import Joining
from ir_console.model.queued import UNREACHABLE, QueuedMany, many_words

from .bulk_flow import BulkFlow
from .escalation_flow import EscalationFlow
from .incident_desk import Joined
from .messages import BulkEnded, QueueManySent
from .screens.results_page import ResultsPage
from .triage_context import TriageContext


class ManyFlow:
    """Sends one queued action on many alerts, and shows what came of each of them."""

    def __init__(self, context: TriageContext, bulk: BulkFlow, escalation: EscalationFlow) -> None:
        self._context, self._bulk, self._escalation = context, bulk, escalation

    def send(self, queued: QueuedMany) -> None:
        """Send it, as far as it is not done yet; its end is a message."""
        context, before = self._context, queued.to_send
        context.state.pending |= dict.fromkeys(before, many_words(queued.deed))

        async def work() -> None:
            results: tuple[ItemResult, ...]
            joined: Joined | None = None
            if isinstance(queued.deed, Joining):
                joins = self._escalation.desk.join(queued.deed, tuple(before.values()))
                results, joined = await joins
            else:
                job = self._bulk.job_of(queued.deed, before)
                results = await job.carry_out(context.desk, lambda _: None)
            context.app.post_message(QueueManySent(queued, results, joined))

        context.run(work())

    def sent(self, message: QueueManySent) -> bool:
        """Take in what came of each; False if the server was not there."""
        queue, queued = self._context.state.queue, message.queued
        for alert_id in queued.to_send:
            self._context.state.pending.pop(alert_id, None)
        made = self._note(message)
        if message.joined is not None:
            queue.rename(queued.number, Joining(message.joined.name))
        queue.done_many(queued.number, message.results, made)
        return not any(one.status == UNREACHABLE for one in message.results)

    def show(self, queued: QueuedMany) -> None:
        """Open the page with what came of each, or is still to come."""
        queue = self._context.state.queue

        def now() -> QueuedMany | None:
            found = queue.get(queued.number)
            return found if isinstance(found, QueuedMany) else None

        page = ResultsPage(
            self._context.painter,
            self._context.toasts,
            words=many_words(queued.deed),
            results=lambda: () if (one := now()) is None else one.told(),
            row_of=self._context.state.view.get,
            decide=lambda alert_id: self._decide(now(), alert_id),
        )
        # In the place of the list, so that going to an alert leads to it.
        self._context.app.switch_screen(page)

    def _note(self, message: QueueManySent) -> Mapping[str, Any]:
        """Remember how it is taken back; what it set of each alert."""
        deed, before = message.queued.deed, message.queued.to_send
        if not isinstance(deed, Joining):
            job = self._bulk.job_of(deed, before)
            self._bulk.note(BulkEnded(job, message.results))
            return deed.update(me=self._context.my_id).model_dump(exclude_unset=True)
        if message.joined is None:
            return {}
        self._escalation.note(message.joined, before.values(), message.results)
        return {"incident_id": message.joined.name}

    def _decide(self, queued: QueuedMany | None, alert_id: int) -> bool:
        """Ask about a conflict, or go to the alert; whether the page is to stay."""
        context = self._context
        result = None if queued is None else queued.results.get(alert_id)
        if queued is None or result is None or not result.is_conflict:
            return not context.go_to(alert_id)
        decision, before = queued.deed, queued.before[alert_id]
        if isinstance(decision, Joining):
            return not context.go_to(alert_id)
        context.ask_about_conflict(decision, before)
        return True
