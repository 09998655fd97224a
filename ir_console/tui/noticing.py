"""Messages and what becomes of them: their history, what is muted, what is to be come back to."""

from collections.abc import Callable

from textual.app import App

from ir_client.query.patterns import quoted
from ir_client.wire.alerts import Alert
from ir_console.model.mutes import Mute
from ir_console.model.reminders import Reminder
from ir_console.model.spans import Tone
from ir_console.model.times import MUTE_SPANS, REMINDER_SPANS, clock_time, end_of
from ir_console.model.toasts import Toast
from ir_console.safe_text import safe_text

from .keeping import Keeping
from .reading import Reading
from .screens.history import HistoryScreen
from .screens.live import LiveScreen
from .screens.menu import MenuDialog

_LIST = "list"


class Noticing:
    """Asks what to mute, what to come back to, and which message to look at again."""

    def __init__(
        self, app: App[None], live: LiveScreen, reading: Reading, keeping: Keeping
    ) -> None:
        self._app, self._live, self._reading, self._keeping = app, live, reading, keeping
        self._state = live.state

    def show_history(self) -> None:
        """Show all that was said; an alert of it can be gone to."""
        screen = HistoryScreen(self._state.toasts.sayings, self._keeping.now())
        self._app.push_screen(screen, self._go_to)

    def choose_mute(self) -> None:
        """Ask what to mute, then for how long."""
        choices = self._mutable()
        mutes = self._state.mutes
        if len(mutes):
            choices[_LIST] = f"What is muted now ({len(mutes)}), to take one back…"
        if not choices:
            self._reading.say(Toast(Tone.WARNING, "Nothing to mute: no alert and no filter"))
            return
        self._menu("Mute the messages of", "Muted alerts stay in the table.", choices, self._muted)

    def choose_reminder(self) -> None:
        """Ask when to come back to the alert."""
        alert = self._reading.open_alert()
        reminders = self._state.reminders
        choices = dict(REMINDER_SPANS) if alert is not None else {}
        if alert is not None and alert.id in reminders:
            choices["never"] = "not at all: take it off the list"
        if len(reminders):
            choices[_LIST] = f"All that is to be come back to ({len(reminders)})…"
        if not choices:
            return
        subject = "" if alert is None else safe_text(alert.title, 200)
        title = "Reminders" if alert is None else f"Come back to #{alert.id}"
        self._menu(title, subject, choices, lambda span: self._reminded(alert, span))

    def _mutable(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = self._state.viewport.cursor
        alert = None if cursor is None else self._state.book.alert(cursor)
        if alert is not None and alert.rule_name:
            rule = f"rule_name: {quoted(alert.rule_name)}"
            shown = safe_text(alert.rule_name, 60)
            found[rule] = f"this rule: {shown}"
            if alert.affected_hostname:
                host = safe_text(alert.affected_hostname, 40)
                on_host = f"{rule} and host: {quoted(alert.affected_hostname)}"
                found[on_host] = f"this rule on {host}"
        if self._state.filter.text:
            found[self._state.filter.text] = f"the filter: {safe_text(self._state.filter.text, 60)}"
        return found

    def _muted(self, query: str) -> None:
        if query == _LIST:
            self._list_mutes()
            return
        words = self._mutable().get(query, safe_text(query, 60))
        self._menu("For how long?", words, MUTE_SPANS, lambda span: self._mute(words, query, span))

    def _mute(self, words: str, query: str, span: str) -> None:
        now = self._keeping.now()
        mute = Mute.read(words, query, end_of(span, now))
        if mute is None:
            self._reading.say(Toast(Tone.ERROR, "✗ This cannot be muted: no query asks for it"))
            return
        said = Toast(Tone.OK, f"✓ Muted until {clock_time(mute.until, now)}", words)
        self._keeping.mute(mute, said)

    def _list_mutes(self) -> None:
        now = self._keeping.now()
        mutes = {mute.wanted.text: mute for mute in self._state.mutes}
        choices = {
            key: f"until {clock_time(mute.until, now)} · {mute.words}"
            for key, mute in mutes.items()
        }
        silenced = self._state.mutes.silenced
        said = f"{silenced:,} messages were spared so far. Which one to take back?"
        self._menu("Muted", said, choices, lambda key: self._unmute(mutes[key]))

    def _unmute(self, mute: Mute) -> None:
        self._keeping.unmute(mute, Toast(Tone.OK, "✓ No longer muted", mute.words))

    def _reminded(self, alert: Alert | None, span: str) -> None:
        if span == _LIST:
            self._list_reminders()
        elif alert is not None and span == "never":
            self._keeping.forget(alert.id, Toast(Tone.OK, f"✓ #{alert.id} is off the list"))
        elif alert is not None:
            now = self._keeping.now()
            due = end_of(span, now)
            said = Toast(Tone.OK, f"✓ #{alert.id} comes back {clock_time(due, now)}")
            self._keeping.remind(Reminder(alert.id, due, safe_text(alert.title, 200)), said)

    def _list_reminders(self) -> None:
        now = self._keeping.now()
        choices = {
            str(one.alert_id): f"{'◷ ' if one.is_said else ''}{clock_time(one.due, now)}"
            f" · #{one.alert_id} {one.title}"
            for one in self._state.reminders
        }
        self._menu("To come back to", "Enter goes to the alert.", choices, self._come_back)

    def _come_back(self, key: str) -> None:
        if self._state.reminders.is_due(int(key)):
            self._keeping.forget(int(key))
        self._go_to(int(key))

    def _go_to(self, alert_id: int | None) -> None:
        if alert_id is None:
            return
        if alert_id not in self._state.book:
            self._reading.say(Toast(Tone.WARNING, f"#{alert_id} is not loaded here, or not yours"))
        elif self._state.viewport.move_to(alert_id):
            self._live.show_list()
        else:
            self._reading.go(f"id: {alert_id}")

    def _menu(
        self, title: str, subject: str, choices: dict[str, str], then: Callable[[str], None]
    ) -> None:
        hint = "1–9 or Enter chooses · Esc leaves"
        menu = MenuDialog(title, subject, choices, hint=hint)
        self._app.push_screen(menu, lambda key: then(key) if key is not None else None)
