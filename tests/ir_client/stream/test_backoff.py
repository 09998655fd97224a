"""How long the stream waits before it tries again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.stream.backoff import CAP_SECONDS, ceiling_seconds, delay_seconds


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0.5), (1, 1.0), (2, 2.0), (6, 32.0), (7, 60.0), (8, 60.0), (5000, 60.0)],
)
def test_the_ceiling_doubles_up_to_a_minute(failures: int, seconds: float) -> None:
    assert ceiling_seconds(failures) == seconds


@given(failures=st.integers(0, 10_000), random=st.randoms(use_true_random=False))
def test_any_delay_lies_between_nothing_and_the_ceiling(failures: int, random: object) -> None:
    delay = delay_seconds(failures, random.uniform)  # type: ignore[attr-defined]
    assert 0.0 <= delay <= ceiling_seconds(failures) <= CAP_SECONDS


def test_the_whole_range_is_drawn_from() -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    assert delay_seconds(3, uniform) == 4.0
    assert asked == [(0.0, 4.0)]
