"""Escalate the marked alerts, or the one under the cursor, into one incident."""

from typing import cast

from ir_client.wire.incidents import IncidentCreate
from ir_client.wire.values import Priority, Severity
from ir_console.model.bulk import ItemResult, sum_up_bulk
from ir_console.model.escalation import MOST_ALERTS, Escalation, plan_escalation
from ir_console.model.format import plural
from ir_console.model.rows import Row
from ir_console.model.spans import Tone
from ir_console.model.undo import Before, Deed, reversal_of
from ir_console.safe_text import safe_text

from .desk import Failed
from .incident_desk import IncidentDesk
from .incident_flow import IncidentFlow
from .messages import Escalated, EscalationAsked
from .screens.escalate_dialog import EscalateDialog, EscalationAnswer
from .triage_context import TriageContext


class EscalationFlow:
    """Asks which incident, and lets the alerts join it."""

    def __init__(self, context: TriageContext, desk: IncidentDesk, incidents: IncidentFlow) -> None:
        self._context, self._desk, self._incidents = context, desk, incidents

    def ask(self) -> None:
        """Read which incidents there are, then ask."""
        context, state = self._context, self._context.state
        if context.refuses() or context.needs_server("An incident"):
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

            async def work() -> None:
                outcome = await self._desk.read_all()
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

        def answered(answer: EscalationAnswer | None) -> None:
            if answer is not None:
                self._run(message.plan, message.before, answer)

        offered = [] if problem else book.open_ones(me=context.my_id)
        context.app.push_screen(EscalateDialog(message.plan, offered, problem), answered)

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
        self._note(message, results, words)
        context.tell(sum_up_bulk(words, results, state.keymap))

    def _plan(self, rows: list[Row], is_marked: bool) -> Escalation:
        state = self._context.state
        known = state.book.rows
        inside = [row.id for row in rows if row.id in known and known[row.id].incident_id]
        hidden = len(state.marks.hidden) if is_marked else 0
        return plan_escalation(rows, in_incident=inside, busy=state.pending, hidden=hidden)

    def _run(self, plan: Escalation, before: tuple[Before, ...], answer: EscalationAnswer) -> None:
        context = self._context
        context.state.pending |= dict.fromkeys((one.alert_id for one in before), "escalate")

        async def work() -> None:
            if answer.name:
                results = await self._desk.add(answer.name, before)
                context.app.post_message(Escalated(answer.name, before, results, is_new=False))
                return
            outcome = await self._desk.create(_incident(plan, before, answer.title))
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

    def _note(self, message: Escalated, results: tuple[ItemResult, ...], words: str) -> None:
        by_id = {one.alert_id: one for one in message.before}
        reversals = [
            reversal
            for one in results
            if one.is_done
            if (
                reversal := reversal_of(
                    by_id[one.alert_id], {"incident_id": message.name}, one.revision
                )
            )
        ]
        if reversals:
            said = f"{plural(len(reversals), 'alert')} {words}"
            made = message.name if message.is_new else None
            self._context.undo.note(Deed(said, tuple(reversals), incident=made))


def _incident(plan: Escalation, before: tuple[Before, ...], title: str) -> IncidentCreate:
    known = plan.severity in ("critical", "high", "medium", "low", "info")
    return IncidentCreate(
        title=title,
        severity=cast("Severity", plan.severity if known else "medium"),
        priority=cast("Priority", plan.priority),
        alert_ids=tuple(one.alert_id for one in before),
    )


def _next(revision: int | None) -> int | None:
    return None if revision is None else revision + 1
