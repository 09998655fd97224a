"""The cursor of a list stays on its entry, whatever comes and goes around it."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.picking import Entry, PickModel


def entries(keys: Sequence[int]) -> list[Entry[int]]:
    return [Entry(key, ()) for key in keys]


def test_empty_list_has_no_cursor_and_moves_nowhere() -> None:
    model: PickModel[int] = PickModel()
    model.move(3)
    assert model.cursor is None
    model.show(entries([7]))
    assert model.cursor == 7


keys = st.lists(st.integers(0, 9), unique=True, max_size=8)


@given(keys, st.integers(-9, 9), keys)
def test_cursor_stays_on_its_entry_or_its_place(
    before: list[int], steps: int, after: list[int]
) -> None:
    model: PickModel[int] = PickModel()
    model.show(entries(before))
    model.move(steps)
    place = max(0, min(steps, len(before) - 1))
    assert model.cursor == (before[place] if before else None)
    model.show(entries(after))
    if not after:
        expected = None
    elif before and before[place] in after:
        expected = before[place]
    else:
        expected = after[min(place, len(after) - 1)]
    assert model.cursor == expected
