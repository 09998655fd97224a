"""`viewing` and `presence` over real sockets, and what protocol 1 says to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from tests.support.server import INGEST_TOKEN, an_alert_body
from tests.support.stream_server import StreamClient, StreamServer, stream_server, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    async with stream_server(Path(tmp_path_factory.mktemp("presence"))) as server:
        await server.ingest(
            an_alert_body(external_alert_id="p-1"), an_alert_body(external_alert_id="p-2")
        )
        yield server


@asynccontextmanager
async def connected(server: StreamServer, headers: dict[str, str]) -> AsyncIterator[StreamClient]:
    url = f"{server.stream_url()}?{urlencode({'protocol': 2})}"
    async with connect(url, additional_headers=headers) as connection:
        yield StreamClient(connection)


async def names(client: StreamClient) -> tuple[int, list[str]]:
    data: dict[str, Any] = (await client.next_of("presence"))["data"]
    return data["alert_id"], [user["username"] for user in data["users"]]


async def test_two_who_view_the_same_alert_hear_of_each_other(server: StreamServer) -> None:
    admin = await server.login()
    dana = await server.login_as("analyst", name="presence-dana", teams=[])
    async with connected(server, admin) as boss:
        await boss.send("viewing", alert_id=1)
        assert await names(boss) == (1, ["admin"])
        async with connected(server, dana) as analyst:
            await analyst.send("viewing", alert_id=1)
            assert await names(analyst) == (1, ["admin", "presence-dana"])
            assert await names(boss) == (1, ["admin", "presence-dana"])
        assert await names(boss) == (1, ["admin"])
        await boss.send("viewing", alert_id=None)
        await until(lambda: server.hub.presence.viewed == ())


@pytest.mark.parametrize("alert_id", [10_000, 0, "1"])
async def test_viewing_what_is_not_there_is_refused(server: StreamServer, alert_id: Any) -> None:
    async with connected(server, await server.login()) as client:
        await client.send("viewing", alert_id=alert_id)
        assert (await client.next_of("error", "presence"))["type"] == "error"


async def test_protocol_1_has_no_word_for_presence(server: StreamServer) -> None:
    async with server.connected() as client:
        await client.send("viewing", alert_id=1)
        assert (await client.next_of("error"))["data"] == {
            "message": "type: This needs protocol 2."
        }


async def test_an_endpoint_token_is_nobody_who_views(server: StreamServer) -> None:
    async with connected(server, {"Authorization": f"Bearer {INGEST_TOKEN}"}) as client:
        await client.send("viewing", alert_id=1)
        error = await client.next_of("error", "presence")
        assert "sign in as a user" in error["data"]["message"]
