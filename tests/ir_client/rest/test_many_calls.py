"""Many calls at once, over real sockets, some of them given up."""

import asyncio
import random

import pytest

from ir_client import IRClient
from ir_client.testing import FakeServer


async def test_requirement_11_fifty_refused_calls_make_one_refresh_and_are_all_answered() -> None:
    async with (
        FakeServer() as server,
        IRClient(server.url, credentials=server.credentials) as client,
    ):
        server.commit(7)
        await client.auth.me()
        spent = set(server.refresh_tokens)
        server.expire_access_tokens()
        alerts = await asyncio.gather(*(client.alerts.get(7) for _ in range(50)))
        assert {alert.id for alert in alerts} == {7}
        assert (server.logins, server.refreshes) == (1, 1)
        assert not spent & server.refresh_tokens


async def give_up_at_random(client: IRClient, chance: random.Random) -> bool:
    """Whether the call was answered before its caller gave it up."""
    try:
        async with asyncio.timeout(chance.uniform(0, 0.02)):
            await client.alerts.get(7)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.prove)])
async def test_requirement_26_calls_given_up_at_random_leave_a_client_that_answers(
    count: int,
) -> None:
    chance = random.Random(26)
    async with (
        FakeServer() as server,
        IRClient(server.url, credentials=server.credentials) as client,
    ):
        server.commit(7)
        await client.auth.me()
        answered = 0
        for _ in range(count // 100):
            calls = (give_up_at_random(client, chance) for _ in range(100))
            answered += sum(await asyncio.gather(*calls))
        assert answered < count
        assert (await client.alerts.get(7)).id == 7
        assert len(await asyncio.gather(*(client.alerts.get(7) for _ in range(100)))) == 100
        assert server.logins == 1
