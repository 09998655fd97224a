"""What is sent again, and when."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client import errors
from ir_client.rest.retry import Failure, RetryBudget, RetryPolicy, delay_before_retry

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


def test_a_budget_is_spent_and_grows_with_success_and_with_time() -> None:
    budget = RetryBudget(20)
    assert [budget.take(0.0) for _ in range(21)] == [True] * 20 + [False]
    for _ in range(8):
        budget.succeeded()
    assert [budget.take(0.0), budget.take(0.0)] == [True, False]
    assert [budget.take(5.0), budget.take(5.0)] == [True, False]
    assert [budget.take(10_000.0) for _ in range(21)] == [True] * 20 + [False]


@given(st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=200))
def test_no_more_is_repeated_than_the_budget_has_earned(steps: list[tuple[float, bool]]) -> None:
    budget, now, taken, succeeded = RetryBudget(20), 0.0, 0, 0
    for seconds, success in steps:
        now += seconds
        if success:
            budget.succeeded()
            succeeded += 1
        else:
            taken += budget.take(now)
    assert taken <= 20 + succeeded * budget.A_SUCCESS + now * budget.A_SECOND + 1e-6
