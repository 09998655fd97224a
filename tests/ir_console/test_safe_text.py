"""What an attacker's text looks like once it is safe to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_console.safe_text import safe_block, safe_text

any_text = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("ab \x1b\x9b\x07\n\r\t\u202e\u200b\u0301\ufe0f\u3164\ud800[]m;"), max_size=60
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain title", "plain title"),
        ("\x1b]52;c;YWJj\x07", "␛]52;c;YWJj␇"),
        ("\x9b2J", "\\u009b2J"),
        ("one\r\ntwo\tthree", "one␍␊two␉three"),
        ("invoice\u202egnp.exe", "invoice\\u202egnp.exe"),
        ("pay\u200bpal", "pay\\u200bpal"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("a\u2028b", "a\\u2028b"),
        ("\u3164", "\\u3164"),
        ("a\u00a0b", "a b"),
        ("\x7f", "␡"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("e\u0301", "e\u0301"),
        ("\u0301", "◌\u0301"),
        ("警告 – Überwachung", "警告 – Überwachung"),
    ],
)
def test_hidden_characters_become_visible(raw: str, shown: str) -> None:
    assert safe_text(raw) == shown


def test_a_pile_of_marks_is_cut_to_three_and_says_so() -> None:
    assert safe_text("e" + "\u0301" * 2000) == "e\u0301\u0301\u0301\ufffd"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert safe_text("x" * 50, limit=10) == "x" * 9 + "…"
    assert safe_text("x" * 10, limit=10) == "x" * 10


def test_a_block_keeps_its_lines_and_nothing_else() -> None:
    assert safe_block("a\r\nb\tc\x1b") == "a\nb    c␛"


@given(any_text)
def test_no_character_that_a_terminal_obeys_is_left(raw: str) -> None:
    for char in safe_text(raw):
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(any_text)
def test_what_is_safe_stays_as_it_is(raw: str) -> None:
    once = safe_text(raw)
    assert safe_text(once) == once


@given(any_text)
def test_what_is_safe_can_be_encoded_and_is_bounded(raw: str) -> None:
    assert len(safe_text(raw, limit=20)) <= 20
    safe_text(raw).encode("utf-8")
    for line in safe_block(raw).split("\n"):
        assert safe_text(line) == line
