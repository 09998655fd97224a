"""What is sent again, and when."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client import errors
from ir_client.rest.retry import Failure, RetryPolicy, delay_before_retry

BUSY = errors.ServerError("busy", status=503)
BROKEN = errors.ConnectError("broke")
LIMITED = errors.RateLimited("slow down", status=429)


def longest(low: float, high: float) -> float:
    return high


def delay(error: errors.IRError, **fields: Any) -> float | None:
    given = {"attempt": 1, "idempotent": True} | fields
    return delay_before_retry(Failure(error, **given), RetryPolicy(), longest)


@pytest.mark.parametrize(
    ("error", "fields", "is_repeated"),
    [
        (BUSY, {}, True),
        (BUSY, {"idempotent": False}, False),
        (errors.ServerError("", status=500), {}, True),
        (errors.ServerError("", status=501), {}, False),
        (errors.APIStatusError("", status=408), {}, True),
        (errors.NotFound("", status=404), {}, False),
        (errors.ConflictError("", status=409), {}, False),
        (LIMITED, {"idempotent": False}, True),  # turned away unread
        (BROKEN, {}, True),
        (BROKEN, {"idempotent": False}, False),  # it may have been done
        (BROKEN, {"idempotent": False, "never_sent": True}, True),
        (errors.RequestTimeout(""), {}, False),
        (errors.TLSError(""), {}, False),
        (errors.InvalidResponse(""), {}, False),
    ],
)
def test_only_what_cannot_do_harm_is_repeated(
    error: errors.IRError, fields: dict[str, Any], is_repeated: bool
) -> None:
    assert (delay(error, **fields) is not None) is is_repeated


def test_attempts_are_bounded() -> None:
    assert delay(BUSY, attempt=2) is not None
    assert delay(BUSY, attempt=3) is None


@pytest.mark.parametrize(
    ("asked", "waited"), [(0.0, 0.0), (17.0, 17.0), (120.0, 120.0), (121.0, None)]
)
def test_retry_after_is_honoured_up_to_two_minutes_and_not_beyond(
    asked: float, waited: float | None
) -> None:
    assert delay(LIMITED, retry_after=asked) == waited


@given(attempt=st.integers(1, 50), random=st.randoms(use_true_random=False))
def test_delays_grow_to_the_cap_and_are_never_nothing(attempt: int, random: Any) -> None:
    policy = RetryPolicy(max_attempts=100)
    failure = Failure(BUSY, attempt=attempt, idempotent=True)
    seconds = delay_before_retry(failure, policy, random.uniform)
    assert seconds is not None
    assert 0.25 <= seconds <= policy.cap_seconds
