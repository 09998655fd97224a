"""What a connection is told and what its commands do. Real sockets, one server for all."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from tests.support.server import an_alert_body
from tests.support.stream_server import StreamClient, StreamServer, stream_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

_numbers: Iterator[int] = count(1)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    async with stream_server(tmp_path_factory.mktemp("stream")) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def admin(server: StreamServer) -> dict[str, str]:
    return await server.login()


async def analyst(server: StreamServer, *teams: str, role: str = "analyst") -> dict[str, str]:
    return await server.login_as(role, name=f"user-{next(_numbers)}", teams=list(teams))


async def an_alert(server: StreamServer, team: str | None = None, **fields: Any) -> int:
    """A new alert, of `team`'s endpoint token if one is named; its id."""
    headers = server.token if team is None else await team_token(server, team)
    body = an_alert_body(external_alert_id=f"ext-{next(_numbers)}", **fields)
    answer = await server.ingest(body, headers=headers)
    assert answer.json()["success"], answer.text
    alert_id: int = answer.json()["created_alert_ids"][0]
    return alert_id


async def team_token(server: StreamServer, team: str) -> dict[str, str]:
    answer = await server.http.post(
        "/endpoint-tokens",
        json={"token_name": f"token-{next(_numbers)}", "team": team},
        headers=await server.login(),
    )
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def news_of(client: StreamClient, alert_id: int, *types: str) -> dict[str, Any]:
    """The next frame of these types about this alert."""
    while True:
        frame = await client.next_of(*types)
        if frame["data"]["id"] == alert_id:
            data: dict[str, Any] = frame["data"]
            return data


async def test_the_greeting_says_who_one_is_and_what_there_is(server: StreamServer) -> None:
    headers = await analyst(server)
    alert_id, taken_id = await an_alert(server), await an_alert(server)
    await server.http.post(f"/alerts/{taken_id}/ownership", headers=headers)
    async with server.raw_connection(additional_headers=headers) as client:
        greeting, recent = (await client.next())["data"], await client.next()
    assert set(greeting) == {
        "user",
        "owned_incidents",
        "recent_incidents",
        "recent_alerts",
        "connection_time",
    }
    assert greeting["user"]["username"].startswith("user-")
    (owned,) = greeting["owned_incidents"]
    assert owned["alert_ids"] == [taken_id]
    assert owned["id"] in [incident["id"] for incident in greeting["recent_incidents"]]
    shown = [alert["id"] for alert in greeting["recent_alerts"]]
    assert alert_id in shown
    assert taken_id not in shown
    assert recent == {"type": "recent_alerts", "data": {"alerts": greeting["recent_alerts"]}}


async def test_recent_alerts_fit_into_a_frame_that_common_clients_take(
    server: StreamServer, admin: dict[str, str]
) -> None:
    big = {"blob": "x" * 300_000}
    last = 0
    for _ in range(5):
        last = await an_alert(server, enrichment_data=big)
    async with server.connected(admin) as client:
        await client.send("get_recent_alerts")
        alerts = (await client.next_of("recent_alerts"))["data"]["alerts"]
    assert alerts[0]["id"] == last
    assert len(alerts) == 1
    for number in range(1, last + 1):
        await server.http.put(f"/alerts/{number}", json={"status": "closed"}, headers=admin)


async def test_incidents_fit_into_a_frame_that_common_clients_take(server: StreamServer) -> None:
    headers = await analyst(server)
    body = {"title": "Long", "severity": "low", "description": "x" * 60_000}
    made = [
        (await server.http.post("/incidents", json=body, headers=headers)).json()["id"]
        for _ in range(10)
    ]
    async with server.raw_connection(additional_headers=headers) as client:
        greeting = (await client.next())["data"]
        await client.send("get_owned_incidents")
        owned = (await client.next_of("owned_incidents"))["data"]["incidents"]
    assert [one["id"] for one in greeting["owned_incidents"]] == made[:-3:-1]
    assert [one["id"] for one in greeting["recent_incidents"]] == made[:-3:-1]
    assert [one["id"] for one in owned] == made[:-9:-1]


async def test_a_new_alert_and_its_change_reach_who_may_see_them(
    server: StreamServer, admin: dict[str, str]
) -> None:
    red, blue = await analyst(server, "red"), await analyst(server, "blue")
    async with (
        server.connected(admin) as boss,
        server.connected(red) as of_red,
        server.connected(blue) as of_blue,
    ):
        alert_id = await an_alert(server, team="red")
        for client in (boss, of_red):
            assert (await news_of(client, alert_id, "new_alert"))["team"] == "red"
        await server.http.put(f"/alerts/{alert_id}", json={"status": "triaged"}, headers=admin)
        for client in (boss, of_red):
            assert (await news_of(client, alert_id, "alert_updated"))["status"] == "triaged"
        assert [frame["data"].get("id") for frame in await of_blue.heard_until_pong()] == []


async def test_an_alert_that_is_handed_over_is_news_to_the_other_team_and_silent_to_the_first(
    server: StreamServer, admin: dict[str, str]
) -> None:
    red, blue = await analyst(server, "red"), await analyst(server, "blue")
    alert_id = await an_alert(server, team="red")
    async with server.connected(red) as of_red, server.connected(blue) as of_blue:
        await server.http.put(f"/alerts/{alert_id}", json={"team": "blue"}, headers=admin)
        assert (await news_of(of_blue, alert_id, "new_alert"))["team"] == "blue"
        frames = await of_red.heard_until_pong()
        assert not [frame for frame in frames if frame["data"].get("team") == "blue"]


async def test_a_new_alert_has_been_processed_when_it_is_told(
    server: StreamServer, admin: dict[str, str]
) -> None:
    async with server.connected(admin) as client:
        alert_id = await an_alert(server, severity="critical", risk_score=None)
        told = await news_of(client, alert_id, "new_alert", "alert_updated")
        while told["risk_score"] is None:
            told = await news_of(client, alert_id, "alert_updated")
        assert told["risk_score"] == 90


async def test_a_comment_and_a_duplicate_are_told_as_updates(
    server: StreamServer, admin: dict[str, str]
) -> None:
    body = an_alert_body(external_alert_id="again")
    answer = await server.ingest(body)
    alert_id = answer.json()["created_alert_ids"][0]
    async with server.connected(admin) as client:
        await server.ingest(body)
        told = await news_of(client, alert_id, "alert_updated")
        while told["occurrences"] != 2:
            told = await news_of(client, alert_id, "alert_updated")
        url = f"/alerts/{alert_id}/comments"
        await server.http.post(url, json={"content": "looking"}, headers=admin)
        assert (await news_of(client, alert_id, "alert_updated"))["revision"] > told["revision"]


async def test_ping_is_answered_by_pong(server: StreamServer, admin: dict[str, str]) -> None:
    async with server.connected(admin) as client:
        await client.send("ping")
        assert await client.next() == {"type": "pong", "data": {}}


async def test_details_are_given_of_what_one_may_see_and_of_nothing_else(
    server: StreamServer,
) -> None:
    visible, hidden = await an_alert(server, team="red"), await an_alert(server, team="blue")
    async with server.connected(await analyst(server, "red")) as client:
        await client.send("get_alert_details", alert_id=visible)
        frame = await client.next_of("alert_details")
        assert (frame["data"]["id"], frame["data"]["team"]) == (visible, "red")
        messages = []
        for alert_id in (hidden, 10**9):
            await client.send("get_alert_details", alert_id=alert_id)
            messages.append((await client.next_of("error"))["data"]["message"])
        assert messages[0] == messages[1]


@pytest.mark.parametrize("name", ["take_ownership", "take_alert_ownership"])
async def test_taking_an_alert_makes_an_incident_that_its_owner_and_the_managers_hear_of(
    server: StreamServer, admin: dict[str, str], name: str
) -> None:
    alert_id = await an_alert(server)
    async with server.connected(await analyst(server)) as taker, server.connected(admin) as boss:
        await taker.send(name, alert_id=alert_id, notes="mine")
        answer = (await taker.next_of("alert_ownership_taken"))["data"]
        assert answer["alert_id"] == alert_id
        created = (await taker.next_of("incident_created"))["data"]
        assert created["incident_id"] == answer["incident"]["incident_id"]
        notice = (await boss.next_of("incident_notification"))["data"]
        assert created["incident_id"] in notice["message"]
        assert notice["incident"]["alert_ids"] == [alert_id]
        told = await news_of(boss, alert_id, "alert_updated")
        while told["status"] != "investigating":
            told = await news_of(boss, alert_id, "alert_updated")
        assert told["incident_id"] == created["incident_id"]
        await boss.send(name, alert_id=alert_id)
        assert "else" in (await boss.next_of("error"))["data"]["message"]


async def test_a_status_is_changed_by_command_and_told_to_the_others(
    server: StreamServer, admin: dict[str, str]
) -> None:
    alert_id = await an_alert(server)
    async with server.connected(await analyst(server)) as mover, server.connected(admin) as other:
        await mover.send("update_alert_status", alert_id=alert_id, status="contained")
        frame = await mover.next_of("alert_status_updated")
        assert frame["data"] == {"alert_id": alert_id, "status": "contained"}
        told = await news_of(other, alert_id, "alert_updated")
        while told["status"] != "contained":
            told = await news_of(other, alert_id, "alert_updated")


async def test_owned_incidents_are_listed_and_watched_without_asking(
    server: StreamServer, admin: dict[str, str]
) -> None:
    alert_id = await an_alert(server)
    owner = await analyst(server)
    async with server.connected(owner) as client:
        await client.send("take_ownership", alert_id=alert_id)
        incident = (await client.next_of("alert_ownership_taken"))["data"]["incident"]
        await client.next_of("incident_created")
        await client.send("get_owned_incidents")
        owned = (await client.next_of("owned_incidents"))["data"]["incidents"]
        assert [one["incident_id"] for one in owned] == [incident["incident_id"]]
        await regroup(server, admin, incident["incident_id"])
        updated = (await client.next_of("incident_updated"))["data"]
        assert updated["alert_count"] == 2


async def regroup(server: StreamServer, headers: dict[str, str], incident_id: str) -> None:
    """Put one more alert into an incident."""
    answer = await server.http.put(
        f"/alerts/{await an_alert(server)}", json={"incident_id": incident_id}, headers=headers
    )
    assert answer.status_code == 200, answer.text


async def test_others_hear_of_an_incident_while_they_watch_it(
    server: StreamServer, admin: dict[str, str]
) -> None:
    async with server.connected(admin) as watcher:
        answer = await server.http.post(
            f"/alerts/{await an_alert(server)}/ownership", headers=await analyst(server)
        )
        incident = answer.json()["incident"]
        await watcher.send("watch_incident", incident_id=incident["id"])
        await watcher.heard_until_pong()
        await regroup(server, admin, incident["incident_id"])
        assert (await watcher.next_of("incident_updated"))["data"]["id"] == incident["id"]
        await watcher.send("unwatch_incident", incident_id=incident["incident_id"])
        await watcher.heard_until_pong()
        await regroup(server, admin, incident["incident_id"])
        marker = await an_alert(server)
        seen = [frame async for frame in frames_until(watcher, marker)]
        assert "incident_updated" not in [frame["type"] for frame in seen]


async def frames_until(client: StreamClient, alert_id: int) -> AsyncIterator[dict[str, Any]]:
    """All frames up to the one of this new alert."""
    while (frame := await client.next())["data"].get("id") != alert_id or frame["type"] not in (
        "new_alert",
        "alert_updated",
    ):
        yield frame


async def test_who_watches_an_incident_hears_no_more_of_it_once_its_alert_is_hidden(
    server: StreamServer, admin: dict[str, str]
) -> None:
    watcher = await analyst(server)
    alert_id = await an_alert(server)
    body = {"title": "Bad thing", "severity": "high", "alert_ids": [alert_id]}
    made = (await server.http.post("/incidents", json=body, headers=admin)).json()
    async with server.connected(watcher) as client:
        await client.send("watch_incident", incident_id=made["id"])
        await client.heard_until_pong()
        notes = f"/incidents/{made['id']}/notes"
        await server.http.post(notes, json={"content": "seen"}, headers=admin)
        assert (await client.next_of("incident_updated"))["data"]["revision"] == 2
        await server.http.put(f"/alerts/{alert_id}", json={"team": "red"}, headers=admin)
        await server.http.post(notes, json={"content": "hidden"}, headers=admin)
        # An alert that comes later: by then the changes before it have been told, or will not be.
        later = await an_alert(server)
        while (frame := await client.next())["data"].get("id") != later:
            assert frame["type"] != "incident_updated"


async def test_an_incident_that_one_may_not_see_cannot_be_watched(server: StreamServer) -> None:
    alert_id = await an_alert(server, team="red")
    answer = await server.http.post(
        f"/alerts/{alert_id}/ownership", headers=await analyst(server, "red")
    )
    incident = answer.json()["incident"]
    async with server.connected(await analyst(server, "blue")) as client:
        for name in (incident["id"], incident["incident_id"], "INC-nowhere"):
            await client.send("watch_incident", incident_id=name)
            assert (await client.next_of("error"))["data"]["message"]


async def test_an_endpoint_token_reads_what_its_team_may_see_and_may_not_own(
    server: StreamServer, admin: dict[str, str]
) -> None:
    body = {"token_name": "reader", "can_read_alerts": True, "team": "red"}
    answer = await server.http.post("/endpoint-tokens", json=body, headers=admin)
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    async with server.connected(headers) as client:
        await an_alert(server, team="blue")
        alert_id = await an_alert(server, team="red")
        assert (await client.next_of("new_alert"))["data"]["id"] == alert_id
        for command in ("take_ownership", "update_alert_status"):
            await client.send(command, alert_id=alert_id, status="closed")
            assert (await client.next_of("error"))["data"]["message"]
        await client.send("get_owned_incidents")
        assert (await client.next_of("owned_incidents"))["data"] == {"incidents": []}


@pytest.mark.parametrize("frame", ["nonsense", "{}", '{"type":"format"}', b'{"type":"ping"}', ""])
async def test_a_mistake_gets_an_error_frame_and_the_connection_goes_on(
    server: StreamServer, admin: dict[str, str], frame: str | bytes
) -> None:
    async with server.connected(admin) as client:
        await client.connection.send(frame)
        error = await client.next_of("error")
        assert list(error["data"]) == ["message"]
        assert await client.heard_until_pong() == []


async def test_a_flood_of_mistakes_gets_1008(server: StreamServer, admin: dict[str, str]) -> None:
    async with server.connected(admin) as client:
        for _ in range(150):
            await client.connection.send("nonsense")
        assert await client.close_code() == 1008


async def test_abuse_21_a_flood_of_commands_gets_errors_and_then_1008(
    server: StreamServer, admin: dict[str, str]
) -> None:
    async with server.connected(admin) as client:
        for _ in range(400):
            await client.connection.send('{"type": "ping"}')
        assert await client.close_code() == 1008


async def test_changes_of_an_incident_by_rest_reach_its_owner_and_who_watches_it(
    server: StreamServer,
) -> None:
    admin = await server.login()
    dana = await server.login_as("analyst", name="worker")
    body = {"title": "Bad thing", "severity": "high", "alert_ids": [await an_alert(server)]}
    async with server.connected(dana) as owner, server.connected(admin) as boss:
        made = (await server.http.post("/incidents", json=body, headers=dana)).json()
        assert (await owner.next_of("incident_created"))["data"]["id"] == made["id"]
        notice = (await boss.next_of("incident_notification"))["data"]
        assert notice["incident"]["incident_id"] == made["incident_id"]
        await boss.send("watch_incident", incident_id=made["incident_id"])
        await boss.heard_until_pong()
        path = f"/incidents/{made['id']}"
        await server.http.put(f"{path}/status", json={"status": "active"}, headers=admin)
        for client in (owner, boss):
            told = (await client.next_of("incident_updated"))["data"]
            assert (told["status"], told["revision"]) == ("active", 2)
        await server.http.post(f"{path}/notes", json={"content": "hm"}, headers=dana)
        told = (await boss.next_of("incident_updated"))["data"]
        assert told["incident_timeline"][-1]["notes"] == "hm"
        await owner.next_of("incident_updated")
        admin_id = (await server.http.get("/auth/me", headers=admin)).json()["id"]
        await server.http.put(path, json={"owner_id": admin_id}, headers=dana)
        told = (await owner.next_of("incident_updated"))["data"]
        assert (told["owner_id"], told["incident_timeline"][-1]["actor"]) == (admin_id, "worker")
        await server.http.post(f"{path}/notes", json={"content": "mine now"}, headers=admin)
        assert "incident_updated" not in [one["type"] for one in await owner.heard_until_pong()]
