"""Other keys for what has an id, and what is refused of them."""

import pytest
from textual.keys import _character_to_key

from ir_console.model.bulk import ItemResult, sum_up_bulk
from ir_console.model.completion import Completion
from ir_console.model.filter_lines import completion_line, count_words
from ir_console.model.help import help_lines
from ir_console.model.key_names import read_key, read_keys, shown_key
from ir_console.model.keymap import EntryError, Keymap, Written
from ir_console.model.keys import ALL_KEYS
from ir_console.model.link import Link, LinkState, link_bar, placeholder
from ir_console.model.pager import PAGER_LIMIT, alert_pages
from ir_console.model.spans import Line
from ir_console.model.status_line import bottom_line, hints_line, reader_hints, reader_title
from ir_console.model.triage import Action, refusal
from tests.support.builders import an_alert
from tests.support.rows import a_row


def as_text(line: Line) -> str:
    return "".join(span.text for span in line)


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
        ({"help.down": "j"}, '[keys] "help.down": j is typed into the search: take one with ctrl,'
         " or f2"),
        ({"choice.down": "enter"}, '[keys] "choice.down": Enter is always the same there'),
        ({"dialog.leave": "1"}, '[keys] "dialog.leave": 1 is always the same there'),
        ({"pager.copy": "esc"}, '[keys] "pager.copy": Esc is always the same there'),
        ({"button.next": "q"}, '[keys] "button.next": q is the key of dialog.leave too; give that'
         " another one"),
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


def test_one_key_may_do_one_thing_here_and_another_there() -> None:
    keymap = Keymap.of({"pager.next": "a", "choice.down": "x", "bulk.hidden": "j"})
    assert (keymap.key("pager.next"), keymap.key("triage.take")) == ("a", "a")
    assert keymap.has("choice.down", "x")
    assert not keymap.has("choice.down", "j")


def test_hints_name_the_keys_as_they_are() -> None:
    keymap = Keymap.of(
        {
            "console.quit": "Q",
            "console.retry": "f5",
            "filter.complete": "f2",
            "filter.give_up": "f3",
            "filter.next": "f4",
            "look.back": "backspace",
            "look.export": "w",
            "look.filter": "L",
            "look.open": "Z",
            "notice.mute": "ctrl+t",
            "reader.down": "T",
            "triage.outcomes": "ctrl+o",
            "triage.status": "ctrl+s",
            "view.5": "f6",
        }
    )
    waiting, live = Link(LinkState.WAITING), Link(LinkState.LIVE)
    nothing = {"known": 4, "filter_text": "x", "server": "here", "keymap": keymap}
    found = Completion(0, "", ("severity", "status"))
    refused = refusal(
        Action.CLOSE, a_row(1, status="closed"), me=None, is_read_only=False, keymap=keymap
    )
    assert "F5 retry now · Q quit" in "\n".join(
        placeholder(waiting, 0.0, known=0, filter_text="", server="here", keymap=keymap).lines
    )
    assert "F5 retry now" in as_text(link_bar(waiting, 0.0, keymap=keymap).spans)
    assert "Backspace clears the filter · L changes it" in placeholder(live, 0.0, **nothing).lines  # type: ignore[arg-type]
    other_view = placeholder(live, 0.0, view="Mine", **nothing)  # type: ignore[arg-type]
    assert "F6 shows all · 1-9 choose a view" in other_view.lines
    assert as_text(completion_line(found, 0, 60, keymap)).startswith(" F2 ")
    assert "F4 another" in as_text(completion_line(found, 0, 60, keymap))
    assert "F3 undoes" in count_words(1, 2, is_mistaken=False, room=80, keymap=keymap)
    assert "Z reads it" in as_text(reader_title(80, is_read=False, keymap=keymap))
    assert ("T k", "scroll") in reader_hints(keymap)
    assert "Ctrl-S changes its status" in refused
    results = [ItemResult(1, "updated"), ItemResult(2, "failed", "no")]
    assert "Ctrl-O shows each" in sum_up_bulk("closed", results, keymap).detail
    assert "w exports all" in alert_pages(an_alert(description="x" * PAGER_LIMIT), 80, keymap)[-1]
    said = "\n".join(map(as_text, help_lines("spared", 90, keymap)))
    assert "Ctrl-T lists them" in said
    assert "scroll a line down" in "\n".join(map(as_text, help_lines("while reading", 90, keymap)))
