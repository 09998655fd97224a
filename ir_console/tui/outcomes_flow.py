"""The page with what came of each alert of the last bulk action, and deciding about conflicts."""

from dataclasses import replace

from ir_console.model.spans import Tone

from .bulk_flow import BulkFlow
from .desk import Done
from .messages import TriageEnded
from .screens.results_page import ResultsPage
from .triage_context import TriageContext


class OutcomesFlow:
    """Shows the outcomes and keeps them true while the analyst decides about some."""

    def __init__(self, context: TriageContext, bulk: BulkFlow) -> None:
        self._context, self._bulk = context, bulk

    def show(self) -> None:
        """Open the page."""
        context, last = self._context, self._bulk.last
        if last is None:
            context.say(Tone.WARNING, "Nothing was done to many alerts at once yet")
            return
        page = ResultsPage(
            context.painter,
            context.toasts,
            words=last.job.words,
            results=lambda: last.results,
            row_of=context.state.view.get,
            decide=self._decide,
        )
        context.app.push_screen(page)

    def settle(self, message: TriageEnded) -> None:
        """What was decided about after all is done now."""
        last = self._bulk.last
        if last is None or not isinstance(message.outcome, Done):
            return
        last.results = tuple(
            replace(one, status="updated", why="")
            if one.alert_id == message.seen.id and one.is_conflict
            else one
            for one in last.results
        )

    def _decide(self, alert_id: int) -> bool:
        """Ask about a conflict, or go to the alert; whether the page is to stay."""
        context, last = self._context, self._bulk.last
        if last is None:
            return True
        decision, before = last.job.decision, last.job.before.get(alert_id)
        is_conflict = any(one.alert_id == alert_id and one.is_conflict for one in last.results)
        if not is_conflict or decision is None or before is None:
            return not context.go_to(alert_id)
        context.ask_about_conflict(decision, before)
        return True
