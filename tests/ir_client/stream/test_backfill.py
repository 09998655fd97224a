"""Which alerts changed since a moment, page by page or by number."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ir_client.rest.alerts import AlertCalls
from ir_client.rest.meta import Meta
from ir_client.rest.network import network_for
from ir_client.rest.transport import Transport
from ir_client.stream import backfill
from ir_client.stream.backfill import Backfill
from ir_client.testing import FakeServer
from tests.support.builders import NOON, an_alert


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "CURSOR_PAGE_SIZE", 2)
    monkeypatch.setattr(backfill, "PLAIN_PAGE_SIZE", 2)


@asynccontextmanager
async def a_backfill(server: FakeServer, **settings: Any) -> AsyncIterator[Backfill]:
    server.access_tokens = {""}
    async with asyncio.TaskGroup() as tasks:
        transport = Transport(
            network_for(server.url), tasks=tasks, handler=httpx.MockTransport(server.handle)
        )
        yield Backfill(AlertCalls(transport), Meta(transport), **({"since": NOON} | settings))
        await transport.aclose()


async def fetched(server: FakeServer, **settings: Any) -> tuple[list[int], Backfill]:
    async with a_backfill(server, **settings) as fetch:
        ids = [alert.id async for page in fetch.pages() for alert in page]
        return ids, fetch


def a_server_with(count: int, *, features: tuple[str, ...]) -> FakeServer:
    server = FakeServer(features=features)
    for number in range(1, count + 1):
        server.commit(number)
    return server


async def test_with_a_cursor_pages_come_oldest_change_first() -> None:
    server = a_server_with(5, features=("updated_after", "cursor"))
    ids, fetch = await fetched(server, since=NOON + timedelta(seconds=2))
    assert ids == [2, 3, 4, 5]
    assert fetch.is_complete
    assert fetch.is_resumable
    assert fetch.epoch == "epoch-1"


async def test_a_plain_server_is_read_newest_first_and_handed_over_oldest_first() -> None:
    server = a_server_with(7, features=())
    ids, fetch = await fetched(server, since=NOON + timedelta(seconds=4))
    assert ids == [4, 5, 6, 7]
    assert server.pages_served == 3  # no further than needed
    assert fetch.is_complete
    assert not fetch.is_resumable


async def test_on_a_plain_server_a_row_that_moves_meanwhile_costs_no_other_row() -> None:
    server = a_server_with(6, features=())

    def row_moves(page: int) -> None:
        if page == 1:
            server.commit(1)

    server.before_page = row_moves
    ids, _ = await fetched(server)
    assert set(range(2, 7)) <= set(ids)
    assert len(ids) == len(set(ids))


async def test_a_server_that_does_not_sort_is_seen_through() -> None:
    server = FakeServer(features=())
    rows = [an_alert(id=1), an_alert(id=2, updated_at=NOON + timedelta(hours=1))]
    page = {
        "alerts": [row.model_dump(mode="json") for row in rows],
        "pagination": {"page": 1, "size": 2, "total": 2, "total_pages": 1},
    }
    server.rest_answers.extend([httpx.Response(404), httpx.Response(200, json=page)])
    ids, fetch = await fetched(server)
    assert ids == [1, 2]
    assert not fetch.is_complete
