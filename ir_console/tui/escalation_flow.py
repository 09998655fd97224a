"""Escalate the marked alerts, or the one under the cursor, into one incident."""

from collections.abc import Iterable

from ir_client.wire.incidents import Incident
from ir_console.model.bulk import ItemResult, sum_up_bulk
from ir_console.model.escalation import MOST_ALERTS, Escalation, Joining, plan_escalation
from ir_console.model.format import plural
from ir_console.model.rows import Row
from ir_console.model.spans import Tone
from ir_console.model.undo import Before, Deed, reversal_of
from ir_console.safe_text import safe_text

from .desk import Failed
from .incident_desk import IncidentDesk, Joined, incident_of
from .incident_flow import IncidentFlow
from .messages import Escalated, EscalationAsked
from .screens.escalate_dialog import EscalateDialog, EscalationAnswer
from .triage_context import TriageContext

MADE_ON_RETURN = "The server cannot be reached: it waits, and is done on return."


class EscalationFlow:
    """Asks which incident, and lets the alerts join it."""

    def __init__(self, context: TriageContext, desk: IncidentDesk, incidents: IncidentFlow) -> None:
        self._context, self.desk, self._incidents = context, desk, incidents

    def ask(self) -> None:
        """Read which incidents there are, then ask."""
        context, state = self._context, self._context.state
        if context.refuses():
            return
        state.search_on(to_the_end=True)
        marked = [row for one in state.marks.visible if (row := state.view.get(one)) is not None]
        cursor = state.cursor_row
        rows = sorted(marked, key=lambda row: row.key, reverse=True)
        plan = self._plan(rows or ([cursor] if cursor is not None else []), bool(rows))
        if not plan.rows:
            detail = " · ".join(plan.left_out)
            context.say(Tone.WARNING, "There is no alert to escalate", detail)
        elif len(plan.rows) > MOST_ALERTS:
            words = f"{plural(len(plan.rows), 'alert')}: at most {MOST_ALERTS} at once"
            context.say(Tone.WARNING, words, "Mark fewer; more may be added to it after that.")
        else:
            before = tuple(
                Before.of(alert)
                for row in plan.rows
                if (alert := state.book.alert(row.id)) is not None
            )

            if context.is_offline:
                known = self._incidents.book.open_ones(me=context.my_id)
                self._show(plan, before, known, MADE_ON_RETURN)
                return

            async def work() -> None:
                outcome = await self.desk.read_all()
                context.app.post_message(EscalationAsked(plan, before, outcome))

            context.run(work())

    def asked(self, message: EscalationAsked) -> None:
        """Ask into which incident."""
        context, book = self._context, self._incidents.book
        problem = ""
        if isinstance(message.incidents, Failed):
            problem = f"Only a new one: {message.incidents.reason or message.incidents.words}"
        else:
            book.loaded(message.incidents)
        offered = [] if problem else book.open_ones(me=context.my_id)
        self._show(message.plan, message.before, offered, problem)

    def end(self, message: Escalated) -> None:
        """Say what came of it; what joined loses its mark."""
        context, state = self._context, self._context.state
        for one in message.before:
            state.pending.pop(one.alert_id, None)
        if isinstance(message.outcome, Failed):
            context.say(Tone.ERROR, f"✗ {message.outcome.words}", message.outcome.hint)
            return
        results = message.outcome
        state.marks.drop(frozenset(one.alert_id for one in results if one.is_done))
        words = f"in {safe_text(message.name, 40)}"
        self.note(Joined(message.name, is_new=message.is_new), message.before, results)
        context.tell(sum_up_bulk(words, results, state.keymap))

    def _show(
        self,
        plan: Escalation,
        before: tuple[Before, ...],
        offered: list[Incident],
        said: str,
    ) -> None:
        def answered(answer: EscalationAnswer | None) -> None:
            if answer is None:
                return
            wanted = Joining(answer.name, answer.title, plan.severity, plan.priority)
            context = self._context
            if context.has_to_wait(one.alert_id for one in before):
                context.enqueue_many(wanted, {one.alert_id: one for one in before})
            else:
                self._run(wanted, before)

        self._context.app.push_screen(EscalateDialog(plan, offered, said), answered)

    def _plan(self, rows: list[Row], is_marked: bool) -> Escalation:
        state = self._context.state
        known = state.book.rows
        inside = [row.id for row in rows if row.id in known and known[row.id].incident_id]
        hidden = len(state.marks.hidden) if is_marked else 0
        busy = state.pending.keys() | state.queue.joining
        return plan_escalation(rows, in_incident=inside, busy=busy, hidden=hidden)

    def _run(self, wanted: Joining, before: tuple[Before, ...]) -> None:
        context = self._context
        context.state.pending |= dict.fromkeys((one.alert_id for one in before), "escalate")

        async def work() -> None:
            if wanted.name:
                results = await self.desk.add(wanted.name, before)
                context.app.post_message(Escalated(wanted.name, before, results, is_new=False))
                return
            outcome = await self.desk.create(incident_of(wanted, before))
            if isinstance(outcome, Failed):
                context.app.post_message(Escalated("", before, outcome, is_new=True))
                return
            results = tuple(
                # Joining is one change of each; a machine's between makes undo say no, no more.
                ItemResult(one.alert_id, "updated", revision=_next(one.revision))
                for one in before
            )
            context.app.post_message(Escalated(outcome.incident_id, before, results, is_new=True))

        context.run(work())

    def note(self, joined: Joined, before: Iterable[Before], results: Iterable[ItemResult]) -> None:
        """Remember how it is taken back."""
        by_id = {one.alert_id: one for one in before}
        made = {"incident_id": joined.name}
        reversals = [
            reversal
            for one in results
            if one.is_done
            if (reversal := reversal_of(by_id[one.alert_id], made, one.revision))
        ]
        if reversals:
            said = f"{plural(len(reversals), 'alert')} in {safe_text(joined.name, 40)}"
            lost = joined.name if joined.is_new else None
            self._context.undo.note(Deed(said, tuple(reversals), incident=lost))


def _next(revision: int | None) -> int | None:
    return None if revision is None else revision + 1
