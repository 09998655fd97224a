"""Paint nothing while the terminal does not read, and everything once it does.

What is written goes through a queue of the toolkit, and a full one stops the whole program: a
paused terminal would end the stream's heartbeat too, and the connection with it. So pictures are
left out while earlier ones wait; nothing is lost, since the next shows the state as it is then.
"""

from typing import Any

from textual.app import App

from .after import after

_WAITING_AT_MOST = 6
_SECONDS_BETWEEN_LOOKS = 0.1


class PatientApp(App[None]):
    """An app that goes on while its terminal is stopped."""

    _owes_a_picture = False

    def terminal_is_behind(self) -> bool:
        """Whether what was painted before still waits to be read."""
        # No public name leads there; without it we paint as the toolkit does.
        writer = getattr(self._driver, "_writer_thread", None)
        queue = getattr(writer, "_queue", None)
        return queue is not None and queue.qsize() > _WAITING_AT_MOST

    def _display(self, screen: Any, renderable: Any) -> None:
        if not self.terminal_is_behind():
            super()._display(screen, renderable)
        elif not self._owes_a_picture:
            self._owes_a_picture = True
            after(self, _SECONDS_BETWEEN_LOOKS, self._paint_what_is_owed)

    def _paint_what_is_owed(self) -> None:
        if self.terminal_is_behind():
            after(self, _SECONDS_BETWEEN_LOOKS, self._paint_what_is_owed)
        else:
            self._owes_a_picture = False
            self.screen.refresh()
