"""Turns grow and shrink with what they take."""

from collections.abc import Callable

import pytest

from ir_console.model.pace import Pace


class Work:
    """Work that takes so many seconds for each alert, by a clock of its own."""

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self.now = 0.0
        self._seconds = seconds
        self.took: list[float] = []

    def clock(self) -> float:
        return self.now

    def do(self, count: int) -> int:
        self.took.append(self._seconds(count))
        self.now += self.took[-1]
        return count


@pytest.mark.parametrize("microseconds", [0.5, 1.0, 5.0, 20.0])
def test_turns_come_to_be_as_long_as_they_should(microseconds: float) -> None:
    pace, work = Pace(0.012), Work(lambda count: count * microseconds / 1e6)
    for _ in range(10):
        pace.turn(work.clock, work.do)
    assert work.took[-1] == pytest.approx(min(0.012, 25_000 * microseconds / 1e6), rel=0.01)
    assert max(work.took) <= max(0.025, 1_000 * microseconds / 1e6)


def test_a_turn_that_became_dear_is_followed_by_smaller_ones() -> None:
    cost = 1e-6
    pace, work = Pace(0.012), Work(lambda count: count * cost)
    for _ in range(10):
        pace.turn(work.clock, work.do)
    cost = 10e-6
    pace.turn(work.clock, work.do)
    pace.turn(work.clock, work.do)
    assert work.took[-1] == pytest.approx(0.012, rel=0.01)


def test_what_takes_no_time_or_very_much_of_it_still_goes_on() -> None:
    pace, work = Pace(), Work(lambda _: 0.0)
    assert [pace.turn(work.clock, work.do) for _ in range(3)] == [1_000, 2_000, 4_000]
    slow = Work(lambda _: 60.0)
    pace.turn(slow.clock, slow.do)
    assert pace.turn(slow.clock, slow.do) == 200
