"""What is kept of mutes and reminders: by two consoles at once, and where it cannot be at first."""

from datetime import timedelta
from pathlib import Path

from ir_console.model.kept import read_kept
from ir_console.model.mutes import Mute
from ir_console.model.reminders import Reminder
from ir_console.model.spans import Tone
from ir_console.model.state import ConsoleState
from ir_console.model.toasts import Toast
from ir_console.shelf import Shelf
from ir_console.tui.keeping import Keeping
from tests.support.builders import NOON

SAID = Toast(Tone.OK, "done")
LATER = NOON + timedelta(hours=1)


class OneConsole:
    """What a console keeps, and what it says of that."""

    def __init__(self, path: Path) -> None:
        self.said: list[str] = []
        self.now = NOON.timestamp()
        say = lambda toast: self.said.append(toast.headline)  # noqa: E731 -- shorter so
        self.keeping = Keeping(ConsoleState(moment=NOON), Shelf(path), say, lambda: self.now)
        self.keeping.begin()


def a_mute(query: str) -> Mute:
    mute = Mute.read("that", query, LATER)
    assert mute is not None
    return mute


def test_two_consoles_drop_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    one, other = OneConsole(path), OneConsole(path)
    one.keeping.mute(a_mute("host: one"), SAID)
    other.keeping.mute(a_mute("host: other"), SAID)
    one.keeping.remind(Reminder(4, NOON + timedelta(minutes=1), "Beacon"), SAID)
    other.keeping.remind(Reminder(5, LATER, "Note"), SAID)
    one.keeping.unmute(a_mute("host: one"), SAID)
    one.now += 90
    one.keeping.tick()
    kept = read_kept(Shelf(path).read())
    assert [mute.wanted.text for mute in kept.mutes] == ["host: other"]
    assert [(one.alert_id, one.is_said) for one in kept.reminders] == [(4, True), (5, False)]


def test_what_could_not_be_kept_is_kept_with_the_next_change(tmp_path: Path) -> None:
    path = tmp_path / "there" / "kept.json"
    path.parent.write_text("in the way")
    console = OneConsole(path)
    console.keeping.mute(a_mute("host: one"), SAID)
    assert "could not be kept" in console.said[-1]
    path.parent.unlink()
    console.keeping.remind(Reminder(5, LATER, "Note"), SAID)
    kept = read_kept(Shelf(path).read())
    assert (len(kept.mutes), len(kept.reminders)) == (1, 1)
    assert console.said[-1] == "done"
