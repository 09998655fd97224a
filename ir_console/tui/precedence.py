"""Let a key be painted before anything else is begun.

A key goes through the event loop ten times and more until it is painted: the app's queue, the
widgets', the screen's, the toolkit's timer. Whatever else has its turn in between delays it each
time. So who has much to do asks here first. A key waits for nobody, and nobody for it for long: one
that changes nothing on the screen is never painted.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from textual import events
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from .patience import PatientApp

_WAITING_AT_MOST_SECONDS = 0.1
_SECONDS_BETWEEN_LOOKS = 0.002


class KeysFirstApp(PatientApp):
    """An app that knows whether a key is on its way to its paint."""

    _key_came_at: float | None = None
    _is_key_done = False

    @property
    def is_key_on_its_way(self) -> bool:
        """Whether a key was pressed and not painted yet; soon after it no longer counts."""
        came = self._key_came_at
        return came is not None and time.monotonic() - came < _WAITING_AT_MOST_SECONDS

    @property
    def is_key_to_be_painted(self) -> bool:
        """Whether all is done for a key but its paint."""
        return self._is_key_done and self.is_key_on_its_way

    def key_goes_on(self) -> None:
        """What a key is for is still being done, though the key was painted."""
        self._key_came_at, self._is_key_done = time.monotonic(), False

    def key_is_done(self, *, is_painted: bool = False) -> None:
        """All is done for a key, but its paint if there is one."""
        self._is_key_done = True
        if is_painted:
            self._key_came_at = None

    async def turn(self) -> None:
        """Let others have their turn; return when no key is on its way."""
        await asyncio.sleep(0)
        while self.is_key_on_its_way:  # noqa: ASYNC110 -- there is an end to it without any event
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    def post_message(self, message: Message) -> bool:
        """Notice a key as soon as it comes."""
        self._notice(message)
        return super().post_message(message)

    def _post_message(self, message: Message) -> Coroutine[Any, Any, bool]:
        # The thread that reads the terminal calls this, turns before the loop comes to it.
        self._notice(message)
        return super()._post_message(message)

    def _notice(self, message: Message) -> None:
        if isinstance(message, events.Key):
            self._key_came_at, self._is_key_done = time.monotonic(), False

    async def on_event(self, event: events.Event) -> None:
        """Do what a key is for, and notice that it is done but for its paint."""
        if isinstance(event, events.Key) and not event.is_forwarded and self._is_for_bindings():
            # The toolkit would send it through the table and all that is around it, back to here.
            if not await self._check_bindings(event.key, priority=True):
                event._set_forwarded()
                await super().on_event(event)
        else:
            await super().on_event(event)
        if isinstance(event, events.Key):
            # Behind what it changed, on the way of that to the screen.
            (self.focused or self.screen).call_later(self.key_is_done)

    def _is_for_bindings(self) -> bool:
        return getattr(self.focused, "TAKES_NO_KEYS", False)

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        # Before that it is a picture of how it was without the key.
        if self._is_key_done and renderable is not None:
            self._key_came_at = None


class PromptScreen(Screen[None]):
    """A screen that paints what a key did at once, not when the toolkit's timer comes round.

    That is up to two of its sixtieths of a second later.
    """

    @property
    def keys_first(self) -> KeysFirstApp:
        """The app, which is one of that kind."""
        app = self.app
        if not isinstance(app, KeysFirstApp):
            raise TypeError(f"{app!r} knows of no key on its way")
        return app

    def answer_key(self, last: Widget) -> None:
        """What was changed just now answers a key: it has the precedence of that, to its paint.

        `last` is the widget that was changed last.
        """
        self.keys_first.key_goes_on()
        # Each widget tells the screen that it is to be painted when its own turn comes.
        last.call_later(self.call_later, self._answered)

    def _answered(self) -> None:
        self.keys_first.key_is_done(is_painted=not self._dirty_widgets)

    def on_idle(self) -> None:
        """Paint, if all is done for a key but that."""
        if self.keys_first.is_key_to_be_painted and self._dirty_widgets:
            self._on_timer_update()
