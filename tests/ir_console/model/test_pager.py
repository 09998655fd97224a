"""An alert as JSON, wrapped and searched."""

from ir_console.model.pager import PAGER_LIMIT, Found, alert_pages, find, pager_lines
from ir_console.model.spans import Tone, width_of
from tests.support.builders import an_alert


def test_lines_fit_and_hide_nothing() -> None:
    alert = an_alert(title="\x1b]2;x\x07" + "漢字" * 99, description="\u202e" + "w" * 500)
    lines = alert_pages(alert, 40)
    assert all(width_of(line) <= 40 for line in pager_lines(lines, find((), ""), chosen=None))
    text = "".join(lines)
    assert "\\u202e" in text
    assert not [char for char in text if ord(char) < 32 or ord(char) == 0x202E]


def test_alert_of_a_megabyte_is_cut_and_says_so() -> None:
    lines = alert_pages(an_alert(description="x " * PAGER_LIMIT), 80)
    assert "more characters" in lines[-1]


def test_search_goes_round_in_both_directions() -> None:
    found = find(["Alpha", "beta", "ALPHABET"], "alpha")
    assert found == Found("alpha", (0, 2))
    assert [found.next(0, 1), found.next(2, 1), found.next(2, -1), found.next(0, -1)] == [
        2,
        0,
        0,
        2,
    ]
    assert find(["a"], "").lines == ()
    assert find(["a"], "z").next(0, 1) is None


def test_what_was_found_stands_out() -> None:
    (line,) = pager_lines(["say Alpha now"], find(["say Alpha now"], "alpha"), chosen=0)
    assert [span.text for span in line if span.tone is Tone.KEY] == ["Alpha"]
