from hypothesis import example, given
from hypothesis import strategies as st

from server_stub.domain.request_window import WINDOW_SECONDS, RequestWindow


@given(st.lists(st.floats(0, 30), max_size=120), st.integers(1, 10))
@example(pauses=[1.0310533735747676, 30, 30, 0], limit=1)
def test_no_minute_ever_holds_more_than_the_limit(pauses: list[float], limit: int) -> None:
    window, now, admitted = RequestWindow(), 0.0, []
    for pause in pauses:
        now += pause
        if window.admit(now, limit=limit) == 0.0:
            admitted.append(now)
    # Times are floats: what is a minute later to the last digit may be on either side.
    minute = WINDOW_SECONDS - 1e-6
    for start in admitted:
        assert sum(start <= time < start + minute for time in admitted) <= limit


@given(st.lists(st.floats(0, 5), min_size=1, max_size=50), st.integers(1, 5))
def test_who_waits_as_told_gets_in(pauses: list[float], limit: int) -> None:
    window, now = RequestWindow(), 0.0
    for pause in pauses:
        now += pause
        if wait := window.admit(now, limit=limit):
            now += wait
            assert window.admit(now, limit=limit) <= 1e-6


def test_a_lower_limit_counts_what_came_before_it() -> None:
    window = RequestWindow()
    for _ in range(5):
        window.admit(0.0, limit=5)
    assert window.admit(1.0, limit=2) == WINDOW_SECONDS - 1.0
