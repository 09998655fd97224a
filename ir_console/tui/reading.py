"""What one does with the alert that is open, short of changing it: look around, go there, back.

Nothing here triages. The alert is the one under the cursor when the key was pressed.
"""

from functools import partial

from textual.app import App

from ir_client.errors import QueryError
from ir_client.wire.alerts import Alert
from ir_console.feed import Feed
from ir_console.model.company import NOBODY_ELSE, NOBODY_TELLS, Company, Glance
from ir_console.model.pivots import Pivots
from ir_console.model.spans import Tone
from ir_console.model.toasts import Toast
from ir_console.safe_text import safe_text

from .background import in_background
from .desk import Desk
from .related_reader import RelatedReader
from .screens.live import LiveScreen
from .screens.menu import MenuDialog
from .timeline_reader import TimelineReader


class Reading:
    """Brings what belongs to the open alert, and takes the analyst to what is like it."""

    def __init__(self, app: App[None], live: LiveScreen, feed: Feed, desk: Desk) -> None:
        self._app, self._live, self._feed = app, live, feed
        self._state = live.state
        self._timelines = TimelineReader(app, desk)
        self._related = RelatedReader(app, self._state)
        self._glance = Glance()
        self._pivots = Pivots()

    def opened(self, alert_id: int, *, is_other: bool) -> None:
        """Read what belongs to the alert that is open now, or that has changed."""
        self._timelines.want(alert_id)
        if is_other:
            self._related.want(alert_id)

    def tick(self) -> None:
        """Count related alerts now and then, and tell others which alert is open."""
        alert_id = self._live.open_alert_id
        self._related.tick(alert_id)
        if self._glance.look(alert_id):
            in_background(self._app, partial(self._feed.view, alert_id), group="view")

    def meet_viewers(self) -> None:
        """Take in who else looks at the open alert."""
        viewers, me = self._feed.viewers, self._state.me
        if viewers is None:
            is_told = self._feed.tells_viewers is not False
            self._state.company = NOBODY_ELSE if is_told else NOBODY_TELLS
        else:
            users = [(user.id, user.username) for user in viewers.users]
            self._state.company = Company.of(
                viewers.alert_id, users, me=None if me is None else me.id
            )

    def choose_related(self) -> None:
        """Ask which of the related alerts to see, and show those."""
        alert = self.open_alert()
        if alert is None:
            return
        choices = {
            relation.query: f"{relation.kind:<6}{relation.value[:34]:<36}{words}"
            for relation, words in self._related.told(alert)
        }
        if not choices:
            self.say(Toast(Tone.WARNING, f"#{alert.id} names no host, user, address, rule or file"))
            return
        back = self._state.keymap.key("look.pivot_back")
        menu = MenuDialog(
            f"Alerts related to #{alert.id}",
            safe_text(alert.title, 200),
            choices,
            hint=f"1–9 or Enter shows them · {back} comes back · Esc leaves",
        )
        self._app.push_screen(menu, self.go)

    def go_back(self) -> None:
        """Show what was shown before going to related alerts."""
        if not self._pivots.back(self._state):
            key = self._state.keymap.key("look.related")
            self.say(Toast(Tone.WARNING, f"Nowhere to go back to: {key} goes to related alerts"))
        self._live.after_move()

    def say(self, toast: Toast) -> None:
        """Answer the analyst."""
        self._state.toasts.tell(toast, self._live.now())
        if self._live.is_up:
            self._live.show_bars()

    def go(self, query: str | None) -> None:
        """Show what a query asks for; one can come back."""
        if query is None:
            return
        try:
            self._pivots.go(self._state, query)
        except QueryError as error:
            self.say(Toast(Tone.ERROR, f"✗ {safe_text(str(error), 200)}"))
        self._live.show_list()

    def open_alert(self) -> Alert | None:
        """The alert under the cursor, whole; says so when there is none."""
        cursor = self._state.viewport.cursor
        alert = None if cursor is None else self._state.book.alert(cursor)
        if alert is None:
            self.say(Toast(Tone.WARNING, "There is no alert under the cursor."))
        return alert
