"""Other keys for what has an id, and what is refused of them."""

import pytest
from textual.keys import _character_to_key

from ir_console.model.help import help_lines
from ir_console.model.key_names import read_key, read_keys, shown_key
from ir_console.model.keymap import EntryError, Keymap, Written
from ir_console.model.keys import ALL_KEYS
from ir_console.model.status_line import bottom_line, hints_line


def test_signs_are_named_as_the_toolkit_names_them() -> None:
    for character in map(chr, range(33, 127)):
        assert read_key(character) == _character_to_key(character)
        assert shown_key(read_key(character)) == character


@pytest.mark.parametrize(
    ("written", "key", "shown"),
    [
        ("t", "t", "t"),
        ("T", "T", "T"),
        ("é", "é", "é"),
        ("/", "slash", "/"),
        ("slash", "slash", "/"),
        ("Space", "space", "Space"),
        ("Esc", "escape", "Esc"),
        ("PgUp", "pageup", "PgUp"),
        ("F5", "f5", "F5"),
        ("↓", "down", "↓"),
        ("Ctrl-D", "ctrl+d", "Ctrl-D"),
        ("ctrl+-", "ctrl+minus", "Ctrl--"),
        ("ctrl+T", "ctrl+t", "Ctrl-T"),
        ("ctrl+shift+home", "ctrl+shift+home", "Ctrl-Shift-Home"),
        ("alt++", "alt+plus", "Alt-+"),
        ("+", "plus", "+"),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, key: str, shown: str) -> None:
    assert read_key(written) == key
    assert shown_key(key) == shown


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("tt", "is no key"),
        ("hyper+t", "is no key"),
        ("shift+t", "write T"),
        ("ctrl+i", "Ctrl-I as Tab"),
        ("ctrl+q", "always quits"),
        ("\x1b", "no key"),
        ("", "at least one"),
        (" , ", "at least one|no key"),
    ],
)
def test_what_is_no_key_is_refused(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_keys(written)


def test_several_keys_in_a_list_or_between_commas() -> None:
    assert read_keys("t, ctrl+t") == read_keys(["t", "ctrl+t"]) == "t,ctrl+t"
    assert read_keys([",", "t"]) == "comma,t"
    assert read_keys(",") == "comma"


def test_usual_keys_make_a_keymap() -> None:
    assert Keymap.of({use.id: use.shown_keys.split("  ") for use in ALL_KEYS}) == (Keymap())


def test_keys_may_change_places() -> None:
    keymap = Keymap.of({"triage.take": "s", "triage.status": "a"})
    assert keymap.changed == {"triage.take": "s", "triage.status": "a"}
    assert keymap.key("triage.take") == "s"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"triage.tkae": "T"}, '[keys] "triage.tkae": there is no such action (did you mean triage.'
         "take?)"),
        ({"zzz": "T"}, '[keys] "zzz": there is no such action (`?` in the console names all)'),
        ({"triage.take": "tt"}, '[keys] "triage.take": “tt” is no key: write t, T, /, space, enter,'
         " f5 or ctrl+t"),
        ({"triage.take": "s"}, '[keys] "triage.take": s is the key of triage.status too; give that'
         " another one"),
        ({"console.quit": "Q", "triage.take": "Q"}, '[keys] "console.quit": Q is the key of triage.'
         "take too; give that another one"),
        ({"filter.complete": "t"}, '[keys] "filter.complete": t is typed into the filter: take one'
         " with ctrl, or f2"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_entry(written: Written, told: str) -> None:
    with pytest.raises(EntryError) as refused:
        Keymap.of(written)
    assert str(refused.value) == told


def test_changed_keys_are_what_help_and_hints_show() -> None:
    keymap = Keymap.of({"triage.take": "T", "mark.one": "ctrl+space", "console.quit": "Q"})
    said = "\n".join("".join(span.text for span in line) for line in help_lines("", 90, keymap))
    assert "T                        take the alert" in said
    assert "Ctrl-Space" in said
    hints = "".join(span.text for span in hints_line(80, keymap=keymap))
    assert " T take " in hints
    assert hints.endswith(" Q quit ")
    marking = bottom_line(80, news=(), is_reading=False, is_marking=True, keymap=keymap)
    assert "T s x act on the marked" in "".join(span.text for span in marking)
