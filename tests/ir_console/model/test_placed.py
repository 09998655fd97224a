"""A reader's place among lines that come and go."""

from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.placed import PlacedLines, kept_top
from ir_console.model.spans import Span


def lines(*places: object) -> PlacedLines:
    return PlacedLines.of((place, (Span(str(place)),)) for place in places)


BEFORE = lines("head", "a", "b", "c", "d")


def test_what_is_read_keeps_its_line_when_lines_come_above_it() -> None:
    assert kept_top(BEFORE, 2, lines("head", "new", "newer", "a", "b", "c", "d")) == 4


def test_reading_from_the_beginning_goes_on_from_the_beginning() -> None:
    assert kept_top(BEFORE, 0, lines("new", "head", "a")) == 0


def test_line_that_went_leaves_one_at_the_line_before_it() -> None:
    assert kept_top(BEFORE, 3, lines("x", "head", "a", "b", "d")) == 3


def test_nothing_in_common_is_read_from_the_top() -> None:
    assert kept_top(BEFORE, 3, lines("x", "y")) == 0


@given(st.lists(st.integers(), unique=True, min_size=1), st.data())
def test_lines_that_only_grow_never_move_what_is_read(
    places: list[int], data: st.DataObject
) -> None:
    top = data.draw(st.integers(1, len(places)))
    grown: list[object] = []
    for place in places:
        grown += [f"new {n} at {place}" for n in range(data.draw(st.integers(0, 2)))]
        grown.append(place)
    after = lines(*grown)
    if top < len(places):
        assert after.places[kept_top(lines(*places), top, after)] == places[top]
