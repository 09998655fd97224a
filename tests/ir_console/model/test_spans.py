"""Exact widths, whatever the characters weigh."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ir_console.model.spans import Span, fit, fit_line, fit_right, spread, width_of, wrap
from ir_console.safe_text import safe_text

TEXTS = st.text(
    alphabet=st.characters(codec="utf-8") | st.sampled_from("漢字한\u0301\u0300é👩🇩\u200d▲ "),
    max_size=40,
).map(safe_text)


@given(TEXTS, st.integers(0, 50))
def test_fit_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit_right(text, width)) == width


@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=3), st.integers(1, 120))
def test_lines_are_exactly_as_wide_as_asked(left: list[str], right: list[str], width: int) -> None:
    lefts, rights = tuple(map(Span, left)), tuple(map(Span, right))
    assert width_of(fit_line(lefts, width)) == width
    assert width_of(spread(lefts, rights, width)) == width


@given(TEXTS, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 8, "short   "),
        ("too long", 5, "too …"),
        ("漢字漢字", 5, "漢字…"),
        ("漢字", 3, "漢…"),
    ],
)
def test_what_is_cut_says_so(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_wrap_breaks_at_blanks_and_keeps_line_breaks() -> None:
    assert wrap("one two three\n\nfour", 8) == ["one two", "three", "", "four"]


def test_indented_paragraph_stays_indented_in_all_its_lines() -> None:
    assert wrap('{\n  "a": "one two three"\n}', 12) == ["{", '  "a": "one', '  two three"', "}"]
    assert wrap(" " * 50 + "x", 10) == ["    x"]
    assert wrap("   ", 10) == [""]
