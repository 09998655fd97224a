"""Mutes and reminders: taken from the shelf at the start, each change put there at once."""

from collections.abc import Callable
from datetime import UTC, datetime

from ir_console.model.kept import Edit, edited, read_kept
from ir_console.model.mutes import Mute
from ir_console.model.reminders import Reminder
from ir_console.model.spans import Tone
from ir_console.model.state import ConsoleState
from ir_console.model.toasts import Toast
from ir_console.safe_text import safe_text
from ir_console.shelf import Shelf


class Keeping:
    """Changes what is kept, and keeps it."""

    def __init__(
        self,
        state: ConsoleState,
        shelf: Shelf,
        say: Callable[[Toast], None],
        wall: Callable[[], float],
    ) -> None:
        self._state, self._shelf, self._say, self._wall = state, shelf, say, wall
        # What could not be kept yet is tried again with the next change.
        self._owed: list[Edit] = []

    def now(self) -> datetime:
        """The time on the wall, in the analyst's own zone."""
        return datetime.fromtimestamp(self._wall(), UTC).astimezone()

    def begin(self) -> None:
        """Take up what the last start of the console left."""
        try:
            kept = read_kept(self._shelf.read())
        except OSError as error:
            self._say(_trouble("Mutes and reminders could not be read", error))
            return
        for mute in kept.mutes:
            self._state.mutes.add(mute)
        for reminder in kept.reminders:
            self._state.reminders.set(reminder)

    def tick(self) -> None:
        """Say what is due and which mutes are over."""
        now = self.now()
        over, due = self._state.mutes.expire(now), self._state.reminders.ring(now)
        for reminder in due:
            words = f"◷ Come back to #{reminder.alert_id}"
            self._say(Toast(Tone.ACCENT, words, reminder.title))
        if over:
            self._say(Toast(Tone.ACCENT, "A mute is over", ", ".join(one.words for one in over)))
        if over or due:
            self._keep(lambda mutes, reminders: (mutes.expire(now), reminders.ring(now)))

    def mute(self, mute: Mute, said: Toast) -> None:
        self._state.mutes.add(mute)
        self._tell_and_keep(said, lambda mutes, _: mutes.add(mute))

    def unmute(self, mute: Mute, said: Toast) -> None:
        self._state.mutes.remove(mute)
        self._tell_and_keep(said, lambda mutes, _: mutes.remove(mute))

    def remind(self, reminder: Reminder, said: Toast) -> None:
        """Remember it, unless there are too many."""
        is_set = self._state.reminders.set(reminder)
        key = self._state.keymap.key("notice.remind")
        full = Toast(Tone.WARNING, f"There are 500 reminders already: {key} takes some away")
        self._tell_and_keep(said if is_set else full, lambda _, all_: all_.set(reminder))

    def forget(self, alert_id: int, said: Toast | None = None) -> None:
        self._state.reminders.remove(alert_id)
        self._tell_and_keep(said, lambda _, reminders: reminders.remove(alert_id))

    def _tell_and_keep(self, said: Toast | None, edit: Edit) -> None:
        # In this order: what could not be kept is the newer answer, and must be read.
        if said is not None:
            self._say(said)
        self._keep(edit)

    def _keep(self, edit: Edit) -> None:
        self._owed.append(edit)
        try:
            self._shelf.change(lambda text: edited(text, self._owed))
        except OSError as error:
            self._say(_trouble("Mutes and reminders could not be kept", error))
        else:
            self._owed.clear()


def _trouble(words: str, error: OSError) -> Toast:
    return Toast(Tone.ERROR, f"✗ {words}", safe_text(str(error), 200))
