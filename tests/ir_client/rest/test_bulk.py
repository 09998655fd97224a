"""Any number of drafts, in batches, with an item for each in their order."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client import BulkItem, BulkReport, IRClient, errors
from ir_client.rest.bulk import BulkStatus, items_of
from ir_client.testing import FakeServer
from ir_client.wire.alerts import AlertDraft, IngestReport, IngestResult
from tests.support.builders import a_draft

pytestmark = pytest.mark.looptime


def drafts(count: int) -> Iterator[AlertDraft]:
    return (a_draft(external_alert_id=f"edr-{number}") for number in range(count))


def batches_sent(server: FakeServer) -> list[int]:
    return [
        len(json.loads(request.content)["alerts"])
        for request in server.requests
        if request.url.path.endswith("/ingest")
    ]


def statuses(items: tuple[BulkItem, ...]) -> list[BulkStatus]:
    return [item.status for item in items]


class Plant:
    """A server that takes its time, refuses batches above a size, and fails some."""

    def __init__(self, *, takes: int = 1000, fails: frozenset[int] = frozenset()) -> None:
        self.server = FakeServer(features=())
        self.takes = takes
        self.fails = fails
        self.under_way = self.most_under_way = 0
        self.seconds = random.Random(7)

    def client(self) -> IRClient:
        client = self.server.client()
        client._handler = httpx.MockTransport(self.handle)
        return client

    async def handle(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/ingest"):
            return await self.server.handle(request)
        alerts = json.loads(request.content)["alerts"]
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            await asyncio.sleep(self.seconds.uniform(0.1, 5))
        finally:
            self.under_way -= 1
        if len(alerts) > self.takes:
            return httpx.Response(413)
        if any(int(one["external_alert_id"].removeprefix("edr-")) in self.fails for one in alerts):
            return httpx.Response(500)
        return await self.server.handle(request)


async def test_each_draft_has_its_item_in_order_whichever_batch_is_answered_first() -> None:
    plant = Plant()
    async with plant.client() as client:
        report = await client.alerts.ingest_many("edr", drafts(95), batch_size=10, concurrency=4)
    assert [item.index for item in report.items] == list(range(95))
    assert (report.created, report.total) == (95, 95)
    for item in report.items:
        assert item.id is not None
        assert plant.server.alerts[item.id].external_alert_id == f"edr-{item.index}"
    assert sorted(batches_sent(plant.server)) == [5] + [10] * 9
    assert plant.most_under_way == 4


async def test_duplicates_and_invalid_drafts_are_told_apart() -> None:
    server = FakeServer()
    mixed: list[Any] = [*drafts(3), {"title": "no alert"}, *drafts(1)]
    async with server.client() as client:
        report = await client.alerts.ingest_many("edr", mixed, batch_size=2)
    assert statuses(report.items) == ["created"] * 3 + ["invalid", "duplicate"]
    assert report.items[4].id == report.items[0].id
    assert report.items[3].error
    assert (report.created, report.duplicates, report.invalid) == (3, 1, 1)


async def test_drafts_are_read_no_faster_than_batches_leave() -> None:
    plant = Plant()
    read = 0
    settled: list[BulkItem] = []
    most_in_flight = 0

    async def feed() -> AsyncIterator[AlertDraft]:
        nonlocal read, most_in_flight
        for draft in drafts(500):
            read += 1
            most_in_flight = max(most_in_flight, read - len(settled))
            yield draft

    async with plant.client() as client:
        report = await client.alerts.ingest_many(
            "edr", feed(), batch_size=10, concurrency=3, on_item=settled.append
        )
    # Those on their way, and the batch that is being gathered; items are handed over, not kept.
    assert most_in_flight <= (3 + 1) * 10 + 10
    assert report.items == ()
    assert [item.index for item in settled] == list(range(500))
    assert report.created == 500


async def test_progress_is_told_as_batches_settle() -> None:
    told: list[BulkReport] = []
    async with FakeServer().client() as client:
        await client.alerts.ingest_many(
            "edr", drafts(25), batch_size=10, concurrency=1, on_progress=told.append
        )
    assert [one.created for one in told] == [10, 20, 25]
    assert told[0].items == ()


async def test_a_batch_that_is_too_large_is_halved_down_to_the_draft_that_is() -> None:
    plant = Plant(takes=3)
    async with plant.client() as client:
        report = await client.alerts.ingest_many("edr", drafts(20), batch_size=10)
    assert statuses(report.items) == ["created"] * 20
    plant = Plant(takes=0)
    async with plant.client() as client:
        report = await client.alerts.ingest_many("edr", drafts(4), batch_size=4)
    assert statuses(report.items) == ["invalid"] * 4


async def test_a_batch_that_does_not_get_through_ends_it_or_is_told() -> None:
    plant = Plant(fails=frozenset({15}))
    async with plant.client() as client:
        with pytest.raises(errors.ServerError):
            await client.alerts.ingest_many("edr", drafts(50), batch_size=10)
        report = await client.alerts.ingest_many(
            "edr", drafts(50), batch_size=10, on_error="collect"
        )
    assert statuses(report.items)[10:20] == ["failed"] * 10
    assert report.failed == 10
    assert report.created + report.duplicates == 40
    assert all(item.error for item in report.items if item.status == "failed")


async def test_a_token_that_is_refused_ends_it_all_the_same() -> None:
    server = FakeServer()
    async with server.client() as client:
        await client.meta()
        await client.auth.me()
        server.rest_answers.extend([httpx.Response(403)] * 5)
        with pytest.raises(errors.PermissionDenied):
            await client.alerts.ingest_many("edr", drafts(5000), on_error="collect")
    assert len(batches_sent(server)) <= 5


async def test_a_cancelled_ingest_leaves_a_client_that_sends_the_rest() -> None:
    plant = Plant()
    async with plant.client() as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(7):
                await client.alerts.ingest_many("edr", drafts(100), batch_size=10, concurrency=2)
        assert 0 < len(plant.server.alerts) < 100
        report = await client.alerts.ingest_many("edr", drafts(100), batch_size=10)
    assert report.created + report.duplicates == 100
    assert sorted(alert.external_alert_id for alert in plant.server.alerts.values()) == sorted(
        f"edr-{number}" for number in range(100)
    )


async def test_a_source_that_fails_ends_it_with_its_error() -> None:
    async def feed() -> AsyncIterator[AlertDraft]:
        for draft in drafts(15):
            yield draft
        raise ZeroDivisionError

    async with FakeServer().client() as client:
        with pytest.raises(ZeroDivisionError):
            await client.alerts.ingest_many("edr", feed(), batch_size=10)
        with pytest.raises(TypeError, match="cannot be sent"):
            await client.alerts.ingest_many("edr", [{"title": object()}])
        assert (await client.auth.me()).username == "dana"


async def test_nothing_to_send_is_nothing_sent() -> None:
    server = FakeServer()
    async with server.client() as client:
        assert await client.alerts.ingest_many("edr", []) == BulkReport()
    assert batches_sent(server) == []


@pytest.mark.parametrize(
    "wrong",
    [{"batch_size": 0}, {"batch_size": 1001}, {"concurrency": 0}, {"on_error": "ignore"}],
)
async def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    async with FakeServer().client() as client:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            await client.alerts.ingest_many("edr", drafts(1), **wrong)


@pytest.mark.parametrize("wrong", [None, 7, "alerts.json", {"title": "t"}, next(iter(drafts(1)))])
async def test_what_is_no_row_of_drafts_is_refused(wrong: Any) -> None:
    async with FakeServer().client() as client:
        with pytest.raises(TypeError, match="drafts are alerts one after another"):
            await client.alerts.ingest_many("edr", wrong)


# What a server says of a batch.


def a_report(processed: int, failed: int, **fields: Any) -> IngestReport:
    return IngestReport(
        success=processed > 0, processed_count=processed, failed_count=failed, **fields
    )


def test_a_plain_server_that_took_all_names_the_alerts_in_order() -> None:
    items = items_of(a_report(2, 0, created_alert_ids=(8, 9)), 5, 2)
    assert items == [BulkItem(5, "created", 8), BulkItem(6, "created", 9)]
    assert items_of(a_report(1, 0), 0, 1) == [BulkItem(0, "created")]


def test_a_plain_server_that_took_none_says_why_for_each() -> None:
    report = a_report(0, 2, errors=("Duplicate alert", "bad severity"))
    assert items_of(report, 0, 2) == [
        BulkItem(0, "duplicate"),
        BulkItem(1, "invalid", error="bad severity"),
    ]


def test_what_a_plain_server_does_not_say_is_unclear() -> None:
    items = items_of(a_report(1, 2, errors=("bad severity",)), 0, 3)
    assert [item.status for item in items] == ["unclear"] * 3
    assert items[0].error == "1 of 3 were taken: bad severity"


@given(
    st.lists(st.sampled_from(["created", "duplicate", "invalid", "something new", None])),
    st.randoms(use_true_random=False),
)
def test_every_draft_has_one_item_whatever_the_server_names(
    told: list[str | None], order: random.Random
) -> None:
    results = [
        IngestResult(index=n, status=status, id=n) for n, status in enumerate(told) if status
    ]
    order.shuffle(results)
    report = a_report(len(told), 0, results=tuple(results))
    items = items_of(report, 100, len(told))
    assert [item.index for item in items] == list(range(100, 100 + len(told)))
    if results:
        expected = {"created": "created", "duplicate": "duplicate", None: "unclear"}
        assert [item.status for item in items] == [expected.get(one, "invalid") for one in told]
