"""Triage from key press to outcome: ask, do, show what came of it.

The alert is captured when the key is pressed; where the screen goes meanwhile does not matter.
What was typed is kept until the server has it.
"""

from collections.abc import Callable

from ir_client.wire.alerts import Alert
from ir_console.model.decisions import Decision
from ir_console.model.rows import Row
from ir_console.model.spans import Tone
from ir_console.model.triage import Action, refusal
from ir_console.model.undo import KEPT_FIELDS, Deed, reversal_between

from .desk import Conflicted, Done, Failed
from .messages import ConflictRead, TriageEnded
from .screens.dialogs import CloseDialog, CommentDialog, ConflictDialog, StatusDialog
from .triage_context import TriageContext


class TriageFlow:
    """Runs the analyst's decisions; at most one at a time for each alert."""

    def __init__(self, context: TriageContext) -> None:
        self._context, self._state = context, context.state
        self._drafts: dict[tuple[Action, int], str] = {}

    def begin(self, action: Action) -> None:
        """Ask what an action needs to know about the alert under the cursor, and do it."""
        seen = self._seen(action)
        row = self._state.cursor_row
        if seen is not None and row is not None:
            self._ask(action, seen, row)

    def repeat(self) -> None:
        """Do to the next alert what was done last; to this one, if the cursor was moved here."""
        context, viewport = self._context, self._state.viewport
        decision = context.last
        if decision is None:
            context.say(Tone.WARNING, "There is nothing to repeat yet: triage an alert first.")
            return
        if viewport.cursor == context.last_on:
            viewport.move(1)
            if viewport.cursor == context.last_on:
                context.say(Tone.WARNING, "There is no next alert.")
                return
        seen = self._seen(decision.action)
        row = self._state.cursor_row
        if seen is None or row is None:
            # So that the next try goes on instead of being refused here again.
            context.last_on = viewport.cursor
        elif decision.action is Action.COMMENT:
            self._ask(Action.COMMENT, seen, row, proposed=decision.text)
        else:
            self._run(decision, seen)

    def end(self, message: TriageEnded) -> None:
        """Show what came of it."""
        seen, decision = message.seen, message.decision
        self._state.pending.pop(seen.id, None)
        match message.outcome:
            case Done() as done:
                self._drafts.pop((decision.action, seen.id), None)
                self._context.take_in(done.alert)
                self.note(decision, seen, done)
                self._context.say(Tone.OK, f"✓ {done.words}")
            case Failed(words=words, hint=hint):
                if decision.text:
                    self._drafts[decision.action, seen.id] = decision.text
                self._context.say(Tone.ERROR, f"✗ {words}", hint)
            case Conflicted() as conflicted:
                self._context.take_in(conflicted.current)
                self.ask_about(decision, conflicted)

    def decide(self, message: ConflictRead) -> None:
        """Ask about an alert that a change of many was refused for."""
        match message.outcome:
            case Conflicted() as conflicted:
                self._context.take_in(conflicted.current)
                self.ask_about(message.decision, conflicted)
            case Failed(words=words, hint=hint):
                self._context.say(Tone.ERROR, f"✗ {words}", hint)

    def _ask(self, action: Action, seen: Alert, row: Row, *, proposed: str = "") -> None:
        draft = self._drafts.get((action, row.id), proposed)

        def decided(decision: Decision | None) -> None:
            if decision is not None:
                self._run(decision, seen)

        show = self._context.app.push_screen
        match action:
            case Action.STATUS:
                show(StatusDialog(row), decided)
            case Action.COMMENT:
                show(CommentDialog(f"Comment on #{row.id}", row.title, draft=draft), decided)
            case Action.CLOSE:
                show(CloseDialog(row, draft=draft), decided)
            case Action.TAKE:
                decided(Decision(action))

    def ask_about(
        self,
        decision: Decision,
        conflicted: Conflicted,
        decided: Callable[[], None] = lambda: None,
    ) -> None:
        """Show both versions, and apply ours over theirs only if asked to."""

        def answered(applies_mine: bool | None) -> None:
            decided()
            if applies_mine:
                # Conditional again: only on what the analyst was just shown.
                self._run(decision, conflicted.current)

        self._context.app.push_screen(ConflictDialog(conflicted.conflict), answered)

    def _seen(self, action: Action) -> Alert | None:
        """The alert to act on, as the analyst sees it now; None when it cannot be."""
        state, context = self._state, self._context
        if state.viewport.reveal():
            context.say(Tone.WARNING, "The chosen alert was off the screen: press again")
            return None
        row = state.cursor_row
        is_read_only, keymap = context.is_read_only, state.keymap
        problem = refusal(action, row, me=state.me, is_read_only=is_read_only, keymap=keymap)
        if not problem and row is not None and row.id in state.pending:
            problem = f"#{row.id}: still busy ({state.pending[row.id]})"
        if problem or row is None:
            context.say(Tone.WARNING, problem)
            return None
        alert = state.book.alert(row.id)
        if alert is None:
            context.say(Tone.WARNING, f"#{row.id} is no longer yours to see")
        return alert

    def _run(self, decision: Decision, seen: Alert) -> None:
        context = self._context
        context.remember(decision, seen.id)
        if context.has_to_wait([seen.id]):
            context.enqueue(decision, seen)
            return
        self._state.pending[seen.id] = decision.action

        async def work() -> None:
            outcome = await context.desk.carry_out(seen, decision)
            context.app.post_message(TriageEnded(decision, seen, outcome))

        context.run(work())

    def note(self, decision: Decision, seen: Alert, done: Done) -> None:
        """Remember how it is taken back."""
        log, words = self._context.undo, f"#{seen.id} {decision.words}"
        if decision.action is Action.COMMENT:
            if _is_next(seen, done):
                # What was done before may rest on this revision: it is ours.
                log.rest_on(seen.id, seen.revision, done.revision)
            log.note(Deed(words, obstacle="what was written stays in the timeline"))
        elif done.alert is not None:
            is_take = decision.action is Action.TAKE
            fields = KEPT_FIELDS if is_take else decision.update(me=None).model_fields_set
            reversal = reversal_between(seen, done.alert, fields)
            # Taking is not conditional: what it was made of may not be what was seen.
            if reversal is not None and (not is_take or _is_next(seen, done)):
                log.note(Deed(words, (reversal,), incident=done.incident))
            elif any(getattr(seen, name) != getattr(done.alert, name) for name in fields):
                log.note(Deed(words, obstacle="it is not known what was there before"))


def _is_next(seen: Alert, done: Done) -> bool:
    """Whether nothing came between what was seen and what was made of it."""
    return done.revision is None or seen.revision is None or done.revision == seen.revision + 1
