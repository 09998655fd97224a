"""Writes go out with an idempotency key, the same for all attempts, where the server knows keys."""

import asyncio
from typing import Any

import httpx
import pytest

from ir_client import AlertUpdate, IRClient, errors
from ir_client.testing import FakeServer
from tests.support.builders import a_draft

pytestmark = pytest.mark.looptime


def keys_of(server: FakeServer, method: str = "POST") -> list[str | None]:
    return [
        request.headers.get("Idempotency-Key")
        for request in server.requests
        if request.method == method and "/auth/" not in request.url.path
    ]


def count_of(server: FakeServer, path: str) -> int:
    return sum(request.url.path.endswith(path) for request in server.requests)


async def create(client: IRClient, number: int = 1, **options: Any) -> int:
    draft = a_draft(external_alert_id=str(number), source="edr")
    return (await client.alerts.create(draft, **options)).id


async def test_a_write_whose_answer_was_lost_is_sent_again_and_happens_once() -> None:
    server = FakeServer()
    server.answers_to_lose = 2
    async with server.client() as client:
        assert await create(client) == 1
    assert list(server.alerts) == [1]
    first, second, third = keys_of(server)
    assert first == second == third
    assert first


async def test_each_call_has_a_key_of_its_own() -> None:
    server = FakeServer()
    async with server.client() as client:
        for number in range(3):
            await create(client, number)
    assert len(set(keys_of(server))) == 3


async def test_a_key_that_the_caller_gives_is_the_one_that_is_sent() -> None:
    server = FakeServer()
    for _ in range(2):
        async with server.client() as client:
            assert await create(client, idempotency_key="edr:99812") == 1
            report = await client.alerts.ingest("edr", [a_draft()], idempotency_key="file-7")
            assert report.results[0].status == "created"
    assert keys_of(server) == ["edr:99812", "file-7"] * 2


async def test_the_key_stays_when_the_token_is_renewed_meanwhile() -> None:
    server = FakeServer()
    async with server.client() as client:
        await create(client, 1)
        server.expire_access_tokens()
        await create(client, 2)
    keys = keys_of(server)
    assert len(keys) == 3
    assert keys[1] == keys[2]


async def test_an_update_with_a_revision_is_repeated_under_its_key() -> None:
    server = FakeServer()
    server.commit(7)
    server.answers_to_lose = 1
    async with server.client() as client:
        changed = await client.alerts.update(7, AlertUpdate(status="closed"), if_revision=1)
        assert changed.revision == 2
        # One without a revision is idempotent by itself.
        await client.alerts.update(7, AlertUpdate(status="new"))
    assert [key is not None for key in keys_of(server, "PUT")] == [True, True, False]


@pytest.mark.parametrize("features", [None, (), ("revision",)])
async def test_a_server_that_does_not_know_keys_gets_none_and_no_write_twice(
    features: tuple[str, ...] | None,
) -> None:
    server = FakeServer(features=features)
    async with server.client() as client:
        await create(client, 1, idempotency_key="mine")
        server.answers_to_lose = 1
        with pytest.raises(errors.ConnectError):
            await create(client, 2)
    assert keys_of(server) == [None, None]


async def test_a_plain_server_is_asked_for_features_once_a_minute_at_most() -> None:
    server = FakeServer(features=None)
    async with server.client() as client:
        await asyncio.gather(*(create(client, number) for number in range(20)))
        assert count_of(server, "/meta") == 1
        await asyncio.sleep(61)
        await create(client, 21)
        assert count_of(server, "/meta") == 2


async def test_a_server_that_fails_when_asked_gets_no_key_this_time() -> None:
    server = FakeServer()
    async with server.client() as client:
        await client.auth.me()
        server.rest_answers.extend([httpx.Response(503)] * 3)
        await create(client, 1)
        await asyncio.sleep(6)
        await create(client, 2)
    assert [key is not None for key in keys_of(server)] == [False, True]


async def test_while_it_cannot_be_asked_nothing_is_sent_that_could_not_be_repeated() -> None:
    server = FakeServer()
    async with server.client() as client:
        await client.auth.me()
        server.rest_answers.extend([httpx.ReadError("reset")] * 3)
        with pytest.raises(errors.ConnectError):
            await create(client)
        assert keys_of(server) == []
        server.rest_answers.append(httpx.ReadError("reset"))
        assert await create(client) == 1
    assert [key is not None for key in keys_of(server)] == [True]


async def test_a_mistake_of_the_server_about_itself_fails_no_call() -> None:
    server = FakeServer()
    async with server.client() as client:
        await client.auth.me()
        server.rest_answers.append(httpx.Response(200, text="<html>"))
        assert await create(client) == 1


async def test_logging_in_and_out_takes_no_key_and_reading_asks_nothing() -> None:
    server = FakeServer()
    async with server.client() as client:
        await client.auth.me()
        async for _ in client.alerts.list():
            pass
        await client.auth.logout()
    assert count_of(server, "/meta") == 0
    assert all("Idempotency-Key" not in request.headers for request in server.requests)
