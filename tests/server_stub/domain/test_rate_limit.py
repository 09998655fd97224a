import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_stub.domain.rate_limit import Rate, TokenBucket


def taken(bucket: TokenBucket, now: float) -> int:
    count = 0
    while bucket.take(now):
        count += 1
    return count


def test_a_full_bucket_lets_its_burst_through_at_once_and_no_more() -> None:
    assert taken(TokenBucket(Rate(per_second=200, burst=2_000), now=5.0), 5.0) == 2_000


def test_an_empty_bucket_refills_at_its_rate() -> None:
    bucket = TokenBucket(Rate(per_second=200, burst=2_000), now=0.0)
    taken(bucket, 0.0)
    assert taken(bucket, 0.5) == 100


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(Rate(per_second=10, burst=5), now=0.0)
    assert taken(bucket, 3600.0) == 5


def test_a_clock_that_goes_back_adds_nothing() -> None:
    bucket = TokenBucket(Rate(per_second=10, burst=5), now=100.0)
    taken(bucket, 100.0)
    assert taken(bucket, 50.0) == 0
    assert taken(bucket, 100.0) == 0


def test_it_says_when_the_next_token_comes() -> None:
    bucket = TokenBucket(Rate(per_second=4, burst=1), now=0.0)
    assert bucket.seconds_until_token(0.0) == 0
    bucket.take(0.0)
    assert bucket.seconds_until_token(0.0) == pytest.approx(0.25)


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_rate_that_lets_nothing_through_is_refused(per_second: float, burst: float) -> None:
    with pytest.raises(ValueError, match="never stands still"):
        Rate(per_second=per_second, burst=burst)


@given(
    st.integers(1, 500),
    st.integers(1, 50),
    st.lists(st.floats(0, 10, allow_nan=False), max_size=30),
)
def test_no_pattern_of_takes_gets_more_than_burst_and_rate_allow(
    per_second: int, burst: int, pauses: list[float]
) -> None:
    bucket = TokenBucket(Rate(per_second=per_second, burst=burst), now=0.0)
    now, total = 0.0, taken(bucket, 0.0)
    for pause in pauses:
        now += pause
        total += taken(bucket, now)
    assert total <= burst + per_second * now + 1e-6
