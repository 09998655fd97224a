"""What is not sent yet: drop it, send it now, or decide about what was refused."""

from collections.abc import Callable, Sequence
from typing import Any

from textual import on
from textual.message import Message

from ir_console.model.out_queue import OutQueue, queue_entries, queue_words
from ir_console.model.picking import Entry
from ir_console.model.spans import Line, Span, Tone
from ir_console.model.toasts import Toast

from ..painter import Painter
from ..widgets.pick_list import PickList
from .page import Page, page_bindings, placeholder_lines


class QueuePage(Page):
    """One line for each action, in the order in which they are sent."""

    BINDINGS = page_bindings("queue.drop", "queue.send")
    HINTS = ("page.pick", "queue.drop", "queue.send")

    class SendWanted(Message):
        """Send what waits, whatever the connection looks like."""

    def __init__(
        self,
        painter: Callable[[], Painter],
        toasts: Callable[[], tuple[Toast, ...]],
        *,
        queue: OutQueue,
        drop: Callable[[int], None],
        decide: Callable[[int], bool],
    ) -> None:
        super().__init__(painter, toasts)
        self._queue, self._drop, self._decide = queue, drop, decide

    def entries(self) -> Sequence[Entry[Any]]:
        return queue_entries(self._queue)

    def instead(self) -> tuple[Line, ...]:
        return placeholder_lines(
            Tone.OK,
            "Nothing waits to be sent.",
            "What you do while the server cannot be reached",
            "is kept here and sent in order on return.",
        )

    def title_line(self) -> tuple[Line, Line]:
        return (
            Span("Not sent  ", Tone.STRONG),
            Span(queue_words(self._queue) or "0 queued", Tone.MUTED),
        ), ()

    def action_queue_drop(self) -> None:
        if isinstance(number := self.picks.cursor, int):
            self._drop(number)
            self.rebuild()

    def action_queue_send(self) -> None:
        self.app.post_message(self.SendWanted())

    @on(PickList.Picked)
    def picked(self, message: PickList.Picked) -> None:
        """Decide about what was refused; of others, go to the alert."""
        if not self._decide(message.key):
            self.dismiss(None)
