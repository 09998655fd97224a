"""Changing many alerts, as requests and answers."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ir_client import AlertUpdate, IRClient, TokenCredentials, errors
from ir_client.query import QueryError

CLOSE = AlertUpdate(status="closed")


class Desk:
    """A server that changes what it is asked to, and keeps what it was asked."""

    def __init__(self, *, features: Sequence[str] | None) -> None:
        self.features = features
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/meta"):
            if self.features is None:
                return httpx.Response(404)
            return httpx.Response(200, json={"name": "x", "features": list(self.features)})
        assert (request.method, request.url.path) == ("PUT", "/api/v1/alerts/bulk/update")
        self.asked.append(json.loads(request.content))
        self.keys.append(request.headers.get("Idempotency-Key"))
        count = len(self.asked[-1].get("alert_ids", "?"))
        return httpx.Response(200, json={"success": True, "updated_count": count})

    def client(self) -> IRClient:
        credentials = TokenCredentials(SecretStr("ire_x"))
        handler = httpx.MockTransport(self)
        return IRClient("http://test", credentials=credentials, handler=handler)


FULL = ("bulk_update", "idempotency_key")


async def test_ids_and_what_is_expected_of_them_go_out_in_one_request() -> None:
    desk = Desk(features=FULL)
    async with desk.client() as client:
        report = await client.alerts.bulk_update(CLOSE, alert_ids=iter([7, 9]), expected={7: 3})
    assert report.updated_count == 2
    updates = {"status": "closed"}
    assert desk.asked == [{"updates": updates, "expected": {"7": 3}, "alert_ids": [7, 9]}]
    assert desk.keys[0] is not None


async def test_a_query_is_read_before_it_is_sent() -> None:
    desk = Desk(features=FULL)
    async with desk.client() as client:
        await client.alerts.bulk_update(CLOSE, query="severity: low  and status:new")
        with pytest.raises(QueryError):
            await client.alerts.bulk_update(CLOSE, query="severity: (")
    (asked,) = desk.asked
    assert asked["query"] == "severity: low and status: new"


async def test_more_than_a_server_takes_is_sent_in_parts_each_with_its_key() -> None:
    desk = Desk(features=FULL)
    async with desk.client() as client:
        ids = range(1, 10_002)
        report = await client.alerts.bulk_update(CLOSE, alert_ids=ids, idempotency_key="k")
    assert [len(asked["alert_ids"]) for asked in desk.asked] == [10_000, 1]
    assert (report.updated_count, desk.keys) == (10_001, ["k", "k-10000"])


async def test_a_plain_server_is_asked_for_a_hundred_at_a_time_and_gets_nothing_else() -> None:
    desk = Desk(features=None)
    async with desk.client() as client:
        report = await client.alerts.bulk_update(CLOSE, alert_ids=range(1, 202))
        assert (report.success, report.updated_count) == (True, 201)
        sizes = [len(asked["alert_ids"]) for asked in desk.asked]
        assert (sizes, desk.keys) == ([100, 100, 1], [None] * 3)
        assert {name for asked in desk.asked for name in asked} == {"alert_ids", "updates"}
        for needed in ({"query": "status: new"}, {"alert_ids": [7], "expected": {7: 1}}):
            with pytest.raises(errors.MissingFeature):
                await client.alerts.bulk_update(CLOSE, **needed)
    assert len(desk.asked) == 3


async def test_nothing_is_asked_for_no_alerts_and_for_two_kinds_of_them() -> None:
    desk = Desk(features=FULL)
    async with desk.client() as client:
        assert (await client.alerts.bulk_update(CLOSE, alert_ids=[])).success
        for about in ({}, {"alert_ids": [1], "query": "status: new"}):
            with pytest.raises(ValueError, match="not both"):
                await client.alerts.bulk_update(CLOSE, **about)
    assert desk.asked == []
