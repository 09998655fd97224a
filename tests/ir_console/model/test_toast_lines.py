"""Toasts as lines: news is cut, trouble can be read to its end."""

import pytest

from ir_console.model.spans import Line, Tone, width_of
from ir_console.model.toast_lines import corner_lines, news_strip, trouble_lines
from ir_console.model.toasts import Toast

FAILED = Toast(
    Tone.ERROR,
    "✗ The comment on #389 was not sent: Cannot connect to http://127.0.0.1:8000",
    "Check that the server runs and that its address is right.",
)
REFUSED = Toast(Tone.WARNING, "#7 is with a colleague of a long name: ask them to hand it over.")
NEWS = Toast(Tone.HIGH, "▲ High ×3  Beacon", "ws-1, ws-2, ws-3 and very many other hosts")


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


def words_of(lines: tuple[Line, ...]) -> list[str]:
    return " ".join(text_of(line).removeprefix("▌") for line in lines).split()


@pytest.mark.parametrize("make", [corner_lines, trouble_lines])
@pytest.mark.parametrize("width", [52, 60, 80])
@pytest.mark.parametrize("toast", [FAILED, REFUSED])
def test_trouble_is_wrapped_to_its_last_word(make: object, width: int, toast: Toast) -> None:
    lines = make([toast], width)  # type: ignore[operator] # one of two functions
    assert words_of(lines) == f"{toast.headline} {toast.detail}".split()
    assert all(width_of(line) <= width for line in lines)


def test_endless_trouble_leaves_room_and_says_that_it_was_cut() -> None:
    endless = Toast(Tone.ERROR, "failed " * 200, "do this " * 200)
    for make, most in ((corner_lines, 4), (trouble_lines, 3)):
        lines = make([endless], 52)
        assert len(lines) == 2 * most
        assert text_of(lines[most - 1]).endswith("…")
        assert text_of(lines[-1]).endswith("…")
        assert all(width_of(line) <= 52 for line in lines)


def test_news_takes_two_lines_in_the_corner_and_none_among_the_trouble() -> None:
    assert [text_of(line) for line in corner_lines([NEWS], 20)] == [
        f"▌ {NEWS.headline}",
        f"▌ {NEWS.detail}",
    ]
    assert trouble_lines([NEWS], 60) == ()


def test_strip_has_the_news_and_leaves_the_trouble_to_its_own_lines() -> None:
    assert text_of(news_strip([FAILED, NEWS, NEWS])).count(NEWS.headline) == 2
    assert "✗" not in text_of(news_strip([FAILED, NEWS]))
    assert news_strip([FAILED]) == ()
