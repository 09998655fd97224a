"""The half of the app that triages: which key begins what, and which message ends it."""

from collections.abc import Callable
from functools import partial

from textual import events, on

from ir_console.model.out_queue import unsent_words
from ir_console.model.triage import Action

from .bulk_flow import BulkFlow
from .export_flow import ExportFlow
from .flow import TriageFlow
from .late_keys import LateKeysApp
from .messages import (
    BulkEnded,
    BulkProgressed,
    ConflictRead,
    ExportEnded,
    FilterCounted,
    FilterRead,
    QueueManySent,
    QueueSent,
    TriageEnded,
    UndoEnded,
)
from .outcomes_flow import OutcomesFlow
from .query_flow import QueryFlow
from .queue_flow import QueueFlow
from .screens.dialogs import Dialog
from .screens.page import Page
from .screens.queue_page import QueuePage
from .triage_context import TriageContext
from .undo_flow import UndoFlow


class TriagingApp(LateKeysApp):
    """An app whose alerts can be triaged, once `begin_triage` was called."""

    def begin_triage(self, context: TriageContext) -> None:
        """Make the flows."""
        self.triage = context
        self.flow, self.bulk = TriageFlow(context), BulkFlow(context)
        self.querying = QueryFlow(context, self.bulk)
        self.outcomes = OutcomesFlow(context, self.bulk)
        self.exporting = ExportFlow(context)
        self.queueing = QueueFlow(context, self.flow)
        self.undoing = UndoFlow(context, self.bulk, self.queueing)

    @property
    def unsent(self) -> str:
        """What is lost with the console, in words; nothing if nothing is."""
        queue = self.triage.state.queue
        return unsent_words(queue) if len(queue) else ""

    def show_triage(self) -> None:
        """Show what triage changed."""
        raise NotImplementedError

    def action_take(self) -> None:
        self._begin(Action.TAKE)

    def action_status(self) -> None:
        self._begin(Action.STATUS)

    def action_comment(self) -> None:
        self._step(partial(self.flow.begin, Action.COMMENT))

    def action_close_alert(self) -> None:
        self._begin(Action.CLOSE)

    def action_repeat(self) -> None:
        self._step(self.flow.repeat)

    def action_undo(self) -> None:
        self._step(self.undoing.undo)

    def action_bulk(self) -> None:
        self._step(self.querying.ask)

    def action_outcomes(self) -> None:
        self._step(self.outcomes.show)

    def action_queue(self) -> None:
        self._step(self.queueing.show)

    def action_export(self) -> None:
        self._step(self.exporting.ask)

    async def action_quit(self) -> None:
        """Quit, after a question if something is not sent."""
        if not self.queueing.ask_to_quit(self.exit):
            self.exit()

    def action_mark(self, how: str) -> None:
        self._step(partial(self.triage.state.mark, how))

    @on(TriageEnded)
    def triage_ended(self, message: TriageEnded) -> None:
        """Show the outcome."""
        self.outcomes.settle(message)
        self.queueing.settle(message)
        self._step(partial(self.flow.end, message))

    @on(ConflictRead)
    def conflict_read(self, message: ConflictRead) -> None:
        """Ask about it."""
        self._step(partial(self.flow.decide, message))

    @on(ExportEnded)
    def export_ended(self, message: ExportEnded) -> None:
        """Say what came of it."""
        self._step(partial(self.exporting.end, message))

    @on(QueueSent)
    def queue_sent(self, message: QueueSent) -> None:
        """Go on with the next one."""
        self._step(partial(self.queueing.sent, message))

    @on(QueueManySent)
    def queue_many_sent(self, message: QueueManySent) -> None:
        """Go on with the next one."""
        self._step(partial(self.queueing.many_sent, message))

    @on(QueuePage.SendWanted)
    def send_wanted(self) -> None:
        """Send what waits."""
        self._step(self.queueing.send_all)

    @on(FilterCounted)
    def filter_counted(self, message: FilterCounted) -> None:
        """Read which they are."""
        self._step(partial(self.querying.counted, message))

    @on(FilterRead)
    def filter_read(self, message: FilterRead) -> None:
        """Ask what to do with these."""
        self._step(partial(self.querying.read, message))

    @on(BulkProgressed)
    def bulk_progressed(self, message: BulkProgressed) -> None:
        """Show how far it is."""
        self.bulk.progressed(message)

    @on(BulkEnded)
    def bulk_ended(self, message: BulkEnded) -> None:
        """Show what came of each."""
        self._step(partial(self.bulk.end, message))

    @on(UndoEnded)
    def undo_ended(self, message: UndoEnded) -> None:
        """Show whether it was taken back."""
        self._step(partial(self.undoing.end, message))

    def _begin(self, action: Action) -> None:
        # What acts on a group acts on its alerts, which the analyst sees marked.
        self.triage.state.mark_group()
        self._step(partial(self.bulk.ask if self.bulk.is_wanted else self.flow.begin, action))

    def _step(self, step: Callable[[], None]) -> None:
        step()
        self.show_triage()

    async def on_event(self, event: events.Event) -> None:
        """Let no key go by a dialog that is about to be shown."""
        top = self.screen_stack[-1] if self.screen_stack else None
        if not (isinstance(top, Dialog) and top.keeps(event)):
            await super().on_event(event)

    def show_page(self) -> None:
        """Bring the page that stands over the alerts up to date, if there is one."""
        # Frames may still come when the last screen is gone.
        top = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(top, Page):
            top.rebuild()
