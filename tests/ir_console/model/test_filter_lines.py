"""The line under the filter at every width: the mistake's place, the hint, the proposals."""

import pytest

from ir_client.errors import QueryError
from ir_console.model.completion import NOTHING, Completion, complete
from ir_console.model.filter_lines import Mistake, bar_line, completion_line, count_words
from ir_console.model.filters import read_filter
from ir_console.model.spans import Line, Tone, width_of

HIHG = "severity: hihg and web"


def mistake_in(text: str) -> Mistake:
    with pytest.raises(QueryError) as error:
        read_filter(text)
    return Mistake.of(error.value)


def said(text: str, width: int = 100) -> str:
    mistake = mistake_in(text)
    line = bar_line(text, mistake, NOTHING, chosen=0, column=3 + mistake.start, width=width)
    return text_of(line)


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


def test_marks_stand_under_what_is_meant_and_the_hint_beside_them() -> None:
    line = said(HIHG)
    assert line.startswith(" " * 13 + "^^^^ `hihg` is no severity. Did you mean `high`?")


def test_hint_stands_before_the_marks_where_there_is_no_room_behind() -> None:
    text = "w" * 60 + " severity: hihg and web"
    line = said(text, 80)
    assert line.index("^") == 3 + text.index("hihg")
    assert "`hihg` is no severity. Did you mean `high`?" in line


@pytest.mark.parametrize("width", range(20, 200, 3))
@pytest.mark.parametrize("text", [HIHG, "(", "a:b", "x" * 300 + " =", '"', "severity: \x85"])
def test_line_is_never_too_wide(text: str, width: int) -> None:
    mistake = mistake_in(text)
    for column in (3, width // 2, width - 2):
        line = bar_line(text, mistake, NOTHING, chosen=0, column=column, width=width)
        assert width_of(line) <= width
        assert "\x85" not in text_of(line)
    assert width_of(bar_line("", None, NOTHING, chosen=0, column=3, width=width)) <= width
    assert width_of(completion_line(complete("st", 2), 0, width)) <= width


@pytest.mark.parametrize(
    "text",
    [
        "severity: high and",
        "host: web-* or (severity: high and",
        "is_open: true and severity >= high and not assignee:",
        HIHG,
        "(",
        "received_at > yesterdayish and severity: high",
    ],
)
def test_what_to_write_is_said_in_full_on_a_small_terminal(text: str) -> None:
    hint = mistake_in(text).hint
    first = hint[: hint.find("? ") + 1] or hint
    assert first in said(text, 80)


def test_what_may_still_be_meant_is_proposed_instead_of_complained_about() -> None:
    for text in ("severity: hi", "new or (severity: hi"):
        found = complete(text, len(text))
        line = bar_line(text, mistake_in(text), found, chosen=0, column=13, width=80)
        assert text_of(line).startswith(" Tab [high]")


def test_mistake_further_up_is_said_while_something_else_is_completed() -> None:
    text = "severity: hihg and sta"
    found = complete(text, len(text))
    line = bar_line(text, mistake_in(text), found, chosen=0, column=13, width=80)
    assert "`hihg` is no severity" in text_of(line)


def test_chosen_proposal_is_on_the_line_whatever_there_is_no_room_for() -> None:
    found = Completion(0, "x", tuple(f"proposal-{n}" for n in range(9)))
    for chosen in range(9):
        assert f"[proposal-{chosen}]" in text_of(completion_line(found, chosen, 40))


def test_choice_is_told_without_colour() -> None:
    line = completion_line(complete("severity: ", 10), 1, 80)
    assert "[high]" in text_of(line)
    assert [span.text for span in line if span.tone is Tone.STRONG] == ["[high]"]


def test_count_says_which_filter_it_is_of() -> None:
    assert count_words(12, 400, is_mistaken=True, room=80) == "12 of 400 as before"
    assert count_words(12, 400, is_mistaken=False, room=20) == "12 of 400"
