"""A client that knows only protocol 1 as it was first promised, against a real server process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.contract.frozen_client import BrokenContractError, FrozenClient, Rest
from tests.support.live_server import LiveServer

_numbers: Iterator[int] = count(1)


class World:
    """A running server, someone signed in, and a sensor that may create alerts."""

    def __init__(self, server: LiveServer, token: str) -> None:
        self.url = server.url
        self.token = token
        self.user = Rest(server.url, token)
        self.sensor = Rest(server.url, server.ingest_token)

    def client(self) -> FrozenClient:
        return FrozenClient(self.url, self.token)

    async def post_alert(self, **fields: Any) -> int:
        """One alert by the single endpoint; its id."""
        status, alert = await self.sensor.call("POST", "/alerts/single", an_alert(**fields))
        assert status in (200, 201), alert
        alert_id: int = alert["id"]
        return alert_id


def an_alert(**fields: Any) -> dict[str, Any]:
    return {
        "external_alert_id": f"frozen-{next(_numbers)}",
        "title": "Beacon",
        "severity": "high",
        "source": "ids",
        "threat_type": "malware",
        "detected_at": "2026-03-01T12:00:00Z",
        **fields,
    }


@pytest.fixture
async def world(shared_live_server: LiveServer) -> World:
    rest = Rest(shared_live_server.url)
    token = await rest.login("admin", shared_live_server.admin_password)
    return World(shared_live_server, token)


@pytest.fixture
async def client(world: World) -> AsyncIterator[FrozenClient]:
    async with world.client() as client:
        await client.listen_for("recent_alerts")
        yield client


async def test_it_is_greeted_with_initial_data_and_then_recent_alerts(world: World) -> None:
    alert_id = await world.post_alert()
    async with world.client() as client:
        await client.listen_for("recent_alerts")
        assert client.heard == ["initial_data", "recent_alerts"]
        assert alert_id in [alert["id"] for alert in client.recent]


async def test_it_hears_of_a_single_alert(world: World, client: FrozenClient) -> None:
    alert_id = await world.post_alert(title="Only this one")
    while alert_id not in client.alerts:
        await client.listen_once()
    assert client.alerts[alert_id]["title"] == "Only this one"
    assert "new_alert" in client.heard


async def test_it_hears_of_a_bulk_ingest_and_reads_its_report(
    world: World, client: FrozenClient
) -> None:
    known = an_alert()
    body = {
        "source_system": "ids",
        "ingestion_timestamp": "2026-03-01T12:00:00Z",
        "alerts": [known, known, an_alert(severity="apocalyptic"), an_alert()],
    }
    status, report = await world.sensor.call("POST", "/alerts/ingest", body)
    assert status == 200
    assert (report["success"], report["processed_count"], report["failed_count"]) == (True, 2, 2)
    assert len(report["errors"]) == 2
    assert report["ingestion_id"]
    while not set(report["created_alert_ids"]) <= set(client.alerts):
        await client.listen_once()


async def test_it_hears_of_a_put(world: World, client: FrozenClient) -> None:
    alert_id = await world.post_alert()
    # A change that overtakes the news of its alert is told with that news.
    while alert_id not in client.alerts:
        await client.listen_once()
    status, alert = await world.user.call(
        "PUT", f"/alerts/{alert_id}", {"status": "resolved", "analyst_comments": "done"}
    )
    assert (status, alert["status"]) == (200, "resolved")
    while client.alerts.get(alert_id, {}).get("status") != "resolved":
        await client.listen_once()
    assert client.alerts[alert_id]["resolution_at"]
    assert "alert_updated" in client.heard


async def test_its_ping_is_answered(client: FrozenClient) -> None:
    await client.send(type="ping")
    await client.listen_for("pong")


@pytest.mark.parametrize("name", ["take_ownership", "take_alert_ownership"])
@pytest.mark.parametrize("bare", [True, False])
async def test_it_takes_an_alert_in_every_spelling(
    world: World, client: FrozenClient, name: str, bare: bool
) -> None:
    alert_id = await world.post_alert()
    arguments = {"alert_id": alert_id, "notes": "mine"}
    await client.send(type=name, **(arguments if bare else {"data": arguments}))
    await client.listen_for("alert_ownership_taken")
    (_, answer) = client.answers[-1]
    assert answer["alert_id"] == alert_id
    while answer["incident"]["id"] not in client.incidents:
        await client.listen_once()
    assert client.incidents[answer["incident"]["id"]]["alert_ids"] == [alert_id]


async def test_it_asks_and_is_answered(world: World, client: FrozenClient) -> None:
    alert_id = await world.post_alert()
    await client.send(type="get_alert_details", alert_id=alert_id)
    await client.listen_for("alert_details")
    await client.send(type="update_alert_status", data={"alert_id": alert_id, "status": "closed"})
    await client.listen_for("alert_status_updated")
    await client.send(type="get_owned_incidents")
    await client.listen_for("owned_incidents")
    await client.send(type="get_recent_alerts")
    await client.listen_for("recent_alerts")
    details, status, _owned = client.answers
    assert details[1]["id"] == alert_id
    assert status[1] == {"alert_id": alert_id, "status": "closed"}


async def test_it_watches_an_incident(world: World, client: FrozenClient) -> None:
    first, second = await world.post_alert(), await world.post_alert()
    await client.send(type="take_ownership", alert_id=first)
    await client.listen_for("alert_ownership_taken")
    incident = client.answers[-1][1]["incident"]
    await client.send(type="unwatch_incident", incident_id=incident["id"])
    await client.send(type="watch_incident", data={"incident_id": incident["incident_id"]})
    await client.send(type="ping")
    await client.listen_for("pong")
    await world.user.call("PUT", f"/alerts/{second}", {"incident_id": incident["incident_id"]})
    await client.listen_for("incident_updated")
    assert set(client.incidents[incident["id"]]["alert_ids"]) == {first, second}


async def test_its_mistakes_are_answered_by_errors_and_it_stays(client: FrozenClient) -> None:
    await client.send(type="do_something_else")
    await client.send(type="get_alert_details", alert_id=10**9)
    await client.send(type="ping")
    await client.listen_for("pong")
    assert len(client.errors) == 2


@pytest.mark.parametrize("token", [None, "", "garbage"])
async def test_without_a_good_token_it_is_closed_with_4001_after_the_handshake(
    world: World, token: str | None
) -> None:
    async with FrozenClient(world.url, token) as client:
        with pytest.raises(ConnectionClosed) as closed:
            await client.listen_once()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4001


async def test_it_lists_alerts_at_the_address_with_a_slash(world: World) -> None:
    alert_id = await world.post_alert(title="Find me by my name")
    status, page = await world.user.call(
        "GET", "/alerts/?search=find%20me&severity=high&severity=low&page=1&size=10"
    )
    assert status == 200
    assert [alert["id"] for alert in page["alerts"]] == [alert_id]
    assert {"page", "size", "total", "total_pages"} <= set(page["pagination"])
    assert "filters_applied" in page


async def test_it_hears_nothing_that_protocol_1_does_not_have(
    world: World, client: FrozenClient
) -> None:
    """A busy minute of everything that others do; the frozen client checks each frame."""
    for _ in range(20):
        alert_id = await world.post_alert()
        await world.user.call("PUT", f"/alerts/{alert_id}", {"tags": ["x"], "team": "blue"})
        await world.user.call("POST", f"/alerts/{alert_id}/comments", {"content": "hm"})
    last = await world.post_alert(title="last")
    while last not in client.alerts:
        await client.listen_once()


async def test_after_a_crash_of_the_server_it_finds_everything_again(
    live_server: LiveServer,
) -> None:
    token = await Rest(live_server.url).login("admin", live_server.admin_password)
    world = World(live_server, token)
    async with world.client() as client:
        await client.listen_for("recent_alerts")
        ids = [await world.post_alert() for _ in range(5)]
        live_server.kill()
        with pytest.raises(ConnectionClosed):
            await client.listen_for("the end")
    await asyncio.to_thread(live_server.restart)
    async with world.client() as client:
        await client.listen_for("recent_alerts")
        assert set(ids) <= {alert["id"] for alert in client.recent}


async def test_it_notices_what_breaks_the_contract() -> None:
    client = FrozenClient("http://nowhere", "token")
    for frame_type, data in [
        ("hello", {}),
        ("new_alert", {"id": 1}),
        ("alert_status_updated", {"alert_id": 1, "status": "gone"}),
    ]:
        with pytest.raises(BrokenContractError):
            client._take_in(frame_type, data)
