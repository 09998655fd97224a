"""How many states are read at once."""

import pytest

from server_stub.hub.reading import FEWEST_AT_ONCE, MOST_AT_ONCE, fitting_count
from tests.support.stream import an_alert_state


@pytest.mark.parametrize(
    ("count", "size", "fitting"),
    [
        (50, 2_000, MOST_AT_ONCE),  # small ones: all that may be held
        (50, 10_000, 104),  # a megabyte of them
        (50, 1_000_000, FEWEST_AT_ONCE),
        (0, 0, FEWEST_AT_ONCE),  # nothing is known of the next ones
    ],
)
def test_as_many_are_read_as_fit_into_a_megabyte(count: int, size: int, fitting: int) -> None:
    states = [an_alert_state(number)._replace(data=bytes(size)) for number in range(count)]
    assert fitting_count(states) == fitting
