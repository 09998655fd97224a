import pytest

from ir_client.wire.auth import EndpointToken
from server_stub.api.limits import TokenRates
from server_stub.errors import RateLimited
from tests.support.server import FakeClock


def a_token(token_id: int = 1, limit: int | None = 2) -> EndpointToken:
    return EndpointToken(id=token_id, token_name="siem", rate_limit_per_minute=limit)


def test_each_token_has_its_own_minute() -> None:
    clock = FakeClock()
    rates = TokenRates(clock.monotonic)
    rates.admit(a_token())
    rates.admit(a_token())
    with pytest.raises(RateLimited) as limited:
        rates.admit(a_token())
    rates.admit(a_token(2))
    clock.advance(seconds=limited.value.retry_after_seconds)
    rates.admit(a_token())


def test_a_token_without_a_limit_is_never_counted() -> None:
    rates = TokenRates(FakeClock().monotonic)
    for _ in range(5_000):
        rates.admit(a_token(limit=None))
