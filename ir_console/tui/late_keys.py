"""Let an input have what was typed right behind the key that opened it.

The toolkit sends a key to what has the focus when the key comes. While it is busy, several come
before the first one has moved the focus: `/sev` would lose `sev`, or act on the table with it.
"""

from weakref import WeakSet

from textual import events
from textual.app import App
from textual.widget import Widget
from textual.widgets import Input, TextArea


class LateKeysApp(App[None]):
    """An app that passes late keys on."""

    def __init__(self) -> None:
        self._late: WeakSet[events.Key] = WeakSet()
        self._late_count = 0
        super().__init__()

    def on_key(self, event: events.Key) -> None:
        """Take a key that nobody took: a letter that should have been an input's, or behind one."""
        typed_into = self.focused
        if event in self._late or not isinstance(typed_into, Input | TextArea):
            return
        if event.is_printable or self._late_count:
            event.prevent_default()
            self.pass_on(event, typed_into)

    def pass_on(self, event: events.Key, typed_into: Widget) -> None:
        """Let a key come once more, through the app, which then knows where it belongs."""
        late = events.Key(event.key, event.character)
        self._late.add(late)
        self._late_count += 1
        self.post_message(late)
        self.call_later(typed_into.call_later, self._typed_late)

    def _typed_late(self) -> None:
        self._late_count -= 1
