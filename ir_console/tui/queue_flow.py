"""Send what was decided while the server could not be reached, in order, once it can.

Each is conditional on the revision that was seen. What someone else changed meanwhile is not
overwritten: it stays in the queue, refused, until the analyst decides or drops it.
"""

from collections.abc import Callable

from ir_console.model.format import plural
from ir_console.model.link import LinkState
from ir_console.model.queued import QueuedMany
from ir_console.model.spans import Tone
from ir_console.model.toasts import Toast

from .desk import Conflicted, Done, Failed
from .flow import TriageFlow
from .many_flow import ManyFlow
from .messages import QueueManySent, QueueSent, TriageEnded
from .screens.menu import MenuDialog
from .screens.queue_page import QueuePage
from .triage_context import TriageContext


class QueueFlow:
    """Empties the queue when the connection is back."""

    def __init__(self, context: TriageContext, flow: TriageFlow) -> None:
        self._context, self._flow = context, flow
        self.many: ManyFlow | None = None
        self._conflicts: dict[int, Conflicted] = {}
        self._is_sending = False
        self._was_live = False
        self._sent = 0

    def show(self) -> None:
        """Open the page."""
        context = self._context
        page = QueuePage(
            context.painter,
            context.toasts,
            queue=context.state.queue,
            drop=self._drop,
            decide=self._decide,
        )
        context.app.push_screen(page)

    def tick(self) -> None:
        """Begin to send when the connection is back."""
        is_live = self._context.state.link.state is LinkState.LIVE
        if is_live and not self._was_live:
            self.send()
        self._was_live = is_live

    def send_all(self) -> None:
        """Send now, also what failed before."""
        self._context.state.queue.try_again()
        if self._context.state.queue.next is None:
            self._context.say(Tone.WARNING, "Nothing waits to be sent")
        self.send()

    def send(self) -> None:
        """Send the next one, if there is one and none is on its way."""
        context = self._context
        queued = context.state.queue.next
        if queued is None or self._is_sending:
            return
        self._is_sending = True
        if isinstance(queued, QueuedMany):
            assert self.many is not None
            self.many.send(queued)
            return
        context.state.pending[queued.seen.id] = queued.decision.action

        async def work() -> None:
            outcome = await context.desk.carry_out(queued.seen, queued.decision)
            context.app.post_message(QueueSent(queued, outcome))

        context.run(work())

    def sent(self, message: QueueSent) -> None:
        """Take in what came of one, and go on with the next."""
        context, queue = self._context, self._context.state.queue
        queued = message.queued
        self._is_sending = False
        context.state.pending.pop(queued.seen.id, None)
        match message.outcome:
            case Done() as done:
                self._sent += 1
                context.take_in(done.alert)
                self._flow.note(queued.decision, queued.seen, done)
                queue.done(queued.number, done.alert, done.revision)
            case Conflicted() as conflicted:
                context.take_in(conflicted.current)
                self._conflicts[queued.number] = conflicted
                who = conflicted.conflict.others[-1:] or ("someone changed it",)
                queue.refuse(queued.number, f"changed meanwhile: {who[0]}", is_conflict=True)
            case Failed(is_unreachable=True):
                self._say_it_waits()
                return
            case Failed(words=words, reason=reason):
                queue.refuse(queued.number, reason or words)
        self._go_on()

    def many_sent(self, message: QueueManySent) -> None:
        """Take in what came of each of many, and go on with the next."""
        self._is_sending = False
        if self.many is None or not self.many.sent(message):
            self._say_it_waits()
            return
        self._sent += self._context.state.queue.get(message.queued.number) is None
        self._go_on()

    def settle(self, message: TriageEnded) -> None:
        """What was decided about after all is done now."""
        if isinstance(message.outcome, Done):
            self._context.state.queue.settle(message.seen.id)

    def _go_on(self) -> None:
        if self._context.state.queue.next is not None:
            self.send()
        else:
            self._sum_up()

    def _say_it_waits(self) -> None:
        # Still, or again, not there: until the next return, or until it is asked for.
        words = "The server cannot be reached: what is queued waits"
        self._context.say(Tone.WARNING, words)

    def drop_newest(self) -> bool:
        """Drop what was queued last; False when nothing waits."""
        newest = self._context.state.queue.newest
        if newest is None or self._is_sending:
            return False
        self._drop(newest.number)
        return True

    def ask_to_quit(self, leave: Callable[[], None]) -> bool:
        """Ask before what is queued is lost; False when there is nothing to lose."""
        queue = self._context.state.queue
        if not len(queue):
            return False

        def answered(choice: str | None) -> None:
            if choice == "leave":
                leave()

        count = plural(len(queue), "action")
        choices = {"stay": "Stay, and keep them", "leave": f"Quit, and lose {count}"}
        subject = "They are kept by this console alone, and are sent when the server is back."
        menu = MenuDialog(f"{count} not sent", subject, choices, hint="Enter or Esc stays")
        self._context.app.push_screen(menu, answered)
        return True

    def _drop(self, number: int) -> None:
        dropped = self._context.state.queue.drop(number)
        self._conflicts.pop(number, None)
        if dropped is not None:
            # Of many that were refused, some may be done.
            is_partly_done = isinstance(dropped, QueuedMany) and bool(dropped.results)
            what = "Off the list" if is_partly_done else "Not sent, and dropped"
            self._context.say(Tone.OK, f"✓ {what}: {dropped.words}")

    def _decide(self, number: int) -> bool:
        """Ask about a refused one, or go to the alert; whether the page is to stay."""
        context = self._context
        queued, conflicted = context.state.queue.get(number), self._conflicts.get(number)
        if queued is None:
            return True
        if isinstance(queued, QueuedMany):
            if self.many is not None:
                self.many.show(queued)
            return True
        if conflicted is None:
            return not context.go_to(queued.seen.id)

        def decided() -> None:
            context.state.queue.drop(number)
            self._conflicts.pop(number, None)

        self._flow.ask_about(queued.decision, conflicted, decided)
        return True

    def _sum_up(self) -> None:
        sent, self._sent = self._sent, 0
        refused = sum(bool(one.problem) for one in self._context.state.queue)
        if refused:
            headline = f"✗ {plural(refused, 'queued action')} refused"
            key = self._context.key("triage.queue")
            detail = f"{sent:,} sent · {key} shows them and lets you decide"
            self._context.tell(Toast(Tone.WARNING, headline, detail))
        elif sent:
            self._context.say(Tone.OK, f"✓ {plural(sent, 'queued action')} sent")
