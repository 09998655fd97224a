from server_stub.domain.login_throttle import FREE_FAILURES, MAX_DELAY_SECONDS, LoginThrottle

HERE = ("dana", "10.0.0.1")
ELSEWHERE = ("dana", "10.0.0.2")


def fail(throttle: LoginThrottle, times: int, *, now: float = 0.0) -> None:
    for _ in range(times):
        now += throttle.try_now(HERE, now)
        throttle.try_now(HERE, now)


def test_the_first_failures_cost_nothing() -> None:
    throttle = LoginThrottle()
    assert [throttle.try_now(HERE, 0.0) for _ in range(FREE_FAILURES)] == [0.0] * FREE_FAILURES
    assert throttle.try_now(HERE, 0.0) > 0


def test_each_further_failure_waits_longer_up_to_a_minute() -> None:
    throttle = LoginThrottle()
    now, waits = 0.0, []
    for _ in range(FREE_FAILURES + 12):
        wait = throttle.try_now(HERE, now)
        if wait:
            waits.append(wait)
            now += wait
            assert throttle.try_now(HERE, now) == 0.0
    assert waits == sorted(waits)
    assert waits[-1] == MAX_DELAY_SECONDS


def test_the_same_user_from_elsewhere_is_not_slowed_down() -> None:
    throttle = LoginThrottle()
    fail(throttle, 10)
    assert throttle.try_now(ELSEWHERE, 0.0) == 0.0


def test_success_forgets_the_failures() -> None:
    throttle = LoginThrottle()
    fail(throttle, FREE_FAILURES - 1)
    throttle.succeeded(HERE)
    assert [throttle.try_now(HERE, 0.0) for _ in range(FREE_FAILURES)] == [0.0] * FREE_FAILURES


def test_failures_are_forgotten_after_a_while() -> None:
    throttle = LoginThrottle()
    fail(throttle, FREE_FAILURES)
    assert throttle.try_now(HERE, 1_000.0) == 0.0


def test_what_is_remembered_is_bounded() -> None:
    throttle = LoginThrottle()
    for number in range(10_050):
        throttle.try_now((f"user-{number}", "10.0.0.1"), 0.0)
    assert len(throttle._failures) == 10_000
