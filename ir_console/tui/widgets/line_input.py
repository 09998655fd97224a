"""A line to type in that ends with Enter, also where keys come faster than they are handled."""

from textual import events
from textual.widgets import Input

from ..late_keys import LateKeysApp


class LineInput(Input):
    """An input that takes nothing more between Enter and what comes of it.

    The toolkit handles a letter at once, and Enter only after it went all the way up to the app:
    what is typed behind Enter would be in the line when it is read.
    """

    _is_entered = False

    def take_more(self) -> None:
        """Let more be typed: the line was just opened, or what was entered is refused."""
        self._is_entered = False

    async def _on_key(self, event: events.Key) -> None:
        if self._is_entered and isinstance(self.app, LateKeysApp):
            event.stop()
            event.prevent_default()
            self.app.pass_on(event, self)
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self._is_entered = True
            await self.action_submit()
        else:
            await super()._on_key(event)
