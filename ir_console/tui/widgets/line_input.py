"""Inputs whose keys are done in the order in which they are typed, however fast they come.

The toolkit handles a letter at once, and Enter, Ctrl+U and all other keys that do something only
after they went all the way up to the app: for what has the focus by then, and behind letters that
were typed later.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from ..late_keys import LateKeysApp


class OrderedInput(Input):
    """An input that does at once what any of its keys is for."""

    async def _on_key(self, event: events.Key) -> None:
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
        await super()._on_key(event)


class LineInput(OrderedInput):
    """A line that ends with Enter: takes nothing more between it and what comes of it.

    `hear` does at once what a key is for where the line stands, and says whether it is for that.
    """

    # The toolkit lays the whole screen out at each letter; this line is as wide as it is.
    virtual_size = Reactive(Size(0, 0))
    _is_entered = False

    def __init__(self, hear: Callable[[str], Awaitable[bool]], **given: Any) -> None:
        super().__init__(**given)
        self._hear = hear

    def take_no_more(self) -> None:
        """What is typed from now on is for what has the focus then."""
        self._is_entered = True

    def take_more(self) -> None:
        """Let more be typed: the line was just opened, or what was entered is refused."""
        self._is_entered = False

    async def _on_key(self, event: events.Key) -> None:
        if self._is_entered and isinstance(self.app, LateKeysApp):
            event.stop()
            event.prevent_default()
            self.app.pass_on(event, self)
        elif await self._hear(event.key):
            event.stop()
            event.prevent_default()
        else:
            self._is_entered = event.key == "enter"
            await super()._on_key(event)
