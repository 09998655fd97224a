"""A server that ends between the commit of an alert and its processing, and the next one."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from server_stub.ingestion import Enrichment
from tests.support.server import AppClient, an_alert_body, app_client

SETTINGS: dict[str, Any] = {
    "assign_in_turn": True,
    "risk_severity_scores": (90, 61, 45, 20, 5),
    "correlation_minutes": 5,
}
ON_WS1 = {"rule_id": "r1", "affected_hostname": "ws-1"}


async def processed(server: AppClient) -> list[Any]:
    """All alerts, once none is left undone."""
    enrichment = Enrichment(server.services.database, server.clock)
    async with asyncio.timeout(120):
        while await enrichment.unenriched():  # noqa: ASYNC110 - it is done when storage says so
            await asyncio.sleep(0)
    answer = await server.http.get("/alerts?sort_order=asc", headers=await server.login())
    alerts: list[Any] = answer.json()["alerts"]
    return alerts


async def test_what_was_committed_and_not_processed_is_processed_by_the_next_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()

    async def never_done(_: Enrichment, alert_ids: Sequence[int]) -> None:
        reached.set()
        await asyncio.Event().wait()

    alerts = [
        an_alert_body(**ON_WS1),
        an_alert_body(external_alert_id="2"),
        {"external_alert_id": "3", "title": "t", "severity": "high", **ON_WS1},
    ]
    async with app_client(tmp_path, **SETTINGS) as server:
        await server.login_as("analyst", teams=["red"])
        with monkeypatch.context() as patch:
            patch.setattr(Enrichment, "enrich", never_done)
            body = {"token_name": "red", "team": "red", "can_create_alerts": True}
            made = await server.http.post(
                "/endpoint-tokens", headers=await server.login(), json=body
            )
            red = {"Authorization": f"Bearer {made.json()['token']}"}
            assert (await server.ingest(*alerts, headers=red)).json()["processed_count"] == 3
            await reached.wait()
    async with app_client(tmp_path, **SETTINGS) as server:
        found = await processed(server)
    assert [one["risk_score"] for one in found] == [50.0, 50.0, 61.0]
    assert [one["correlation_id"] for one in found] == ["COR-000001", None, "COR-000001"]
    assert {one["assigned_analyst_id"] for one in found} == {2}
    assert [one["revision"] for one in found] == [2, 2, 2]
    async with app_client(tmp_path, **SETTINGS) as server:
        assert await processed(server) == found
