"""Writes with keys, sent again after every kind of failure, happen once."""

import asyncio

import pytest
from pydantic import SecretStr

from ir_client import IRClient, PasswordCredentials, RetryPolicy, TokenCredentials, errors
from ir_client.testing import FaultProxy
from tests.support.builders import a_draft
from tests.support.live_server import LiveServer

PATH = "/alerts/1/comments"


async def an_alert(server: LiveServer) -> None:
    token = TokenCredentials(SecretStr(server.ingest_token))
    async with IRClient(server.url, credentials=token) as sensor:
        assert (await sensor.alerts.create(a_draft(source="edr"))).id == 1


def a_client(server: LiveServer, url: str | None = None) -> IRClient:
    login = PasswordCredentials("admin", SecretStr(server.admin_password))
    return IRClient(url or server.url, credentials=login, retry=RetryPolicy(max_attempts=1))


async def comment(client: IRClient, text: str) -> bool:
    """Whether the answer arrived."""
    body = {"content": text}
    try:
        await client.raw.call("POST", PATH, body=body, idempotency_key=f"key-{text}")
    except (errors.TransportError, errors.ServerError):
        return False
    return True


async def comments(client: IRClient) -> list[str]:
    return sorted(
        entry.comment
        for entry in await client.alerts.timeline(1)
        if entry.action == "commented" and entry.comment is not None
    )


async def until_all_are_answered(client: IRClient, texts: list[str]) -> None:
    waiting = texts
    async with asyncio.timeout(120):
        while waiting:
            answered = await asyncio.gather(*(comment(client, text) for text in waiting))
            waiting = [text for text, ok in zip(waiting, answered, strict=True) if not ok]


@pytest.mark.prove
async def test_a_server_that_is_killed_amid_writes_has_done_each_of_them_once(
    live_server: LiveServer,
) -> None:
    await an_alert(live_server)
    texts = [f"{number:03}" for number in range(300)]
    async with a_client(live_server) as client:
        await client.meta()
        for midway in (20, 120, 220):
            first = [asyncio.ensure_future(comment(client, text)) for text in texts]
            while sum(one.done() for one in first) < midway:
                await asyncio.wait(
                    [one for one in first if not one.done()], return_when=asyncio.FIRST_COMPLETED
                )
            live_server.kill()
            await asyncio.gather(*first)
            live_server.restart()
        await until_all_are_answered(client, texts)
        assert await comments(client) == texts


async def test_answers_that_are_cut_off_leave_each_write_done_once(live_server: LiveServer) -> None:
    await an_alert(live_server)
    texts = [f"{number:03}" for number in range(30)]
    async with FaultProxy(live_server.url) as proxy, a_client(live_server, proxy.url) as client:
        await client.meta()
        await client.auth.me()
        proxy.truncate_after = 100
        lost = await asyncio.gather(*(comment(client, text) for text in texts))
        proxy.truncate_after = None
        assert not any(lost)
        async with a_client(live_server) as beside:
            assert await comments(beside) == texts
        await until_all_are_answered(client, texts)
        assert await comments(client) == texts
