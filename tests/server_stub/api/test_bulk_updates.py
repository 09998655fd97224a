from typing import Any

import httpx
import pytest

from ir_client.wire.bulk import BulkUpdateReport
from server_stub.errors import Unavailable
from server_stub.storage.database import Database
from tests.support.server import AppClient, FakeClock, a_row, an_alert_body, store

Headers = dict[str, str]

NO_ALERT_COULD_TAKE: list[dict[str, Any]] = [
    {"updates": {"status": "closed"}},
    {"alert_ids": [1], "query": "status: new", "updates": {"status": "closed"}},
    {"alert_ids": [], "updates": {"status": "closed"}},
    {"alert_ids": [1], "updates": {"status": "gone"}},
    {"alert_ids": [1], "updates": {"title": "x"}},
    {"alert_ids": [1], "updates": {"status": None}},
    {"alert_ids": [1], "updates": {"assigned_analyst_id": 99}},
    {"alert_ids": [1], "updates": {"incident_id": "INC-1"}},
    {"alert_ids": [1], "updates": {"parent_alert_id": 99}},
    {"alert_ids": ["1"], "updates": {}},
    {"alert_ids": [1], "updates": {}, "expected": {"1": "x"}},
    {"query": "severity: (", "updates": {}},
    {"alert_ids": list(range(1, 10_002)), "updates": {}},
]


@pytest.fixture
async def admin(server: AppClient) -> Headers:
    return await server.login()


async def bulk(server: AppClient, headers: Headers, **body: Any) -> httpx.Response:
    return await server.http.put("/alerts/bulk/update", headers=headers, json=body)


async def told(server: AppClient, headers: Headers, **body: Any) -> dict[int, str]:
    answer = await bulk(server, headers, **body)
    assert answer.status_code == 200, answer.text
    report = BulkUpdateReport.model_validate_json(answer.content)
    statuses = [one.status for one in report.results]
    assert report.updated_count == statuses.count("updated")
    fine = statuses.count("updated") + statuses.count("unchanged")
    assert report.failed_count == len(statuses) - fine
    assert report.success == (report.failed_count == 0)
    return {one.id: one.status for one in report.results}


async def stored(server: AppClient, count: int, **fields: Any) -> None:
    rows = [a_row(external_alert_id=f"x{number}", **fields) for number in range(count)]
    await store(server.services.database, *rows)


async def alert(server: AppClient, headers: Headers, alert_id: int) -> Any:
    return (await server.http.get(f"/alerts/{alert_id}", headers=headers)).json()


async def events_after(server: AppClient, seq: int) -> list[tuple[str, int | None]]:
    events = await server.services.events.read_after(seq)
    return [(event.kind, event.alert_id) for event in events]


async def test_each_alert_is_changed_as_if_it_were_changed_alone(
    server: AppClient, admin: Headers, clock: FakeClock
) -> None:
    await stored(server, 3)
    change = {"status": "resolved", "tags": ["swept"], "disposition": "benign"}
    await server.http.put("/alerts/1", headers=admin, json=change)
    head = await server.services.events.head()
    assert await told(server, admin, alert_ids=[2, 1, 99], updates=change) == {
        2: "updated",
        1: "unchanged",
        99: "not_found",
    }
    alone, in_bulk = await alert(server, admin, 1), await alert(server, admin, 2)
    varying = {"id", "external_alert_id"}
    assert {k: v for k, v in alone.items() if k not in varying} == {
        k: v for k, v in in_bulk.items() if k not in varying
    }
    assert await events_after(server, head) == [("updated", 2)]
    lines = [
        (await server.http.get(f"/alerts/{number}/timeline", headers=admin)).json()["timeline"][-1]
        for number in (1, 2)
    ]
    assert [(one["changes"], one["action"], one["actor"]) for one in lines[:1]] == [
        (one["changes"], one["action"], one["actor"]) for one in lines[1:]
    ]
    assert (await alert(server, admin, 3))["revision"] == 1


async def test_a_query_means_what_it_matches_for_who_asks(
    server: AppClient, admin: Headers
) -> None:
    await server.ingest(
        an_alert_body(external_alert_id="a", severity="low"),
        an_alert_body(external_alert_id="b", severity="low"),
        an_alert_body(external_alert_id="c", severity="critical"),
    )
    report = await told(server, admin, query="severity: low", updates={"status": "closed"})
    assert set(report.values()) == {"updated"}
    assert len(report) == 2
    query = "severity: low and not status: closed"
    assert await told(server, admin, query=query, updates={"status": "new"}) == {}


async def test_more_than_ten_thousand_matches_are_refused_whole(
    server: AppClient, admin: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_stub.triage.bulk.MAX_BULK_ALERTS", 2)
    await stored(server, 3)
    answer = await bulk(server, admin, query="status: new", updates={"status": "closed"})
    assert answer.status_code == 422
    assert (await alert(server, admin, 1))["status"] == "new"


async def test_analysts_change_what_is_theirs(server: AppClient, admin: Headers) -> None:
    dana = await server.login_as("analyst")
    me = (await server.http.get("/auth/me", headers=dana)).json()["id"]
    await stored(server, 2)
    await server.http.put("/alerts/1", headers=admin, json={"assigned_analyst_id": me})
    updates = {"status": "triaged"}
    assert await told(server, dana, alert_ids=[1, 2], updates=updates) == {
        1: "updated",
        2: "forbidden",
    }
    assert await told(server, dana, query="status: *", updates=updates) == {1: "unchanged"}
    lee = await server.login_as("senior_analyst", name="lee")
    assert await told(server, lee, alert_ids=[2], updates=updates) == {2: "updated"}
    assert (await bulk(server, server.token, alert_ids=[2], updates=updates)).status_code == 403


async def test_abuse_51_an_alert_of_another_team_is_as_if_it_were_not(
    server: AppClient, admin: Headers
) -> None:
    lee = await server.login_as("senior_analyst")
    await stored(server, 2)
    assert await told(server, lee, alert_ids=[1], updates={"team": "red"}) == {1: "forbidden"}
    assert await told(server, admin, alert_ids=[1], updates={"team": "red"}) == {1: "updated"}
    updates = {"status": "closed"}
    assert await told(server, lee, alert_ids=[1, 2], updates=updates) == {
        1: "not_found",
        2: "updated",
    }
    assert await told(server, lee, query="not status: closed", updates=updates) == {}
    (event,) = [one for one in await server.services.events.read_after(0) if one.seen_before]
    assert (event.alert_id, event.seen_before) == (1, (None, None))


async def test_a_person_is_not_overwritten_unseen(server: AppClient, admin: Headers) -> None:
    await stored(server, 2)
    await server.http.put("/alerts/1", headers=admin, json={"status": "triaged"})
    body = {"alert_ids": [1, 2], "updates": {"status": "closed"}, "expected": {"1": 1, "2": 1}}
    assert await told(server, admin, **body) == {1: "changed_since", 2: "updated"}


async def test_alerts_that_join_an_incident_are_in_its_timeline_and_touch_it_once(
    server: AppClient, admin: Headers
) -> None:
    await stored(server, 3)
    made = {"title": "t", "severity": "high", "alert_ids": [3]}
    name = (await server.http.post("/incidents", headers=admin, json=made)).json()["incident_id"]
    head = await server.services.events.head()
    updates = {"incident_id": name}
    await told(server, admin, alert_ids=[1, 2, 3], updates=updates)
    assert await events_after(server, head) == [
        ("incident_updated", None),
        ("updated", 1),
        ("updated", 2),
    ]
    incident = (await server.http.get(f"/incidents/{name}", headers=admin)).json()
    assert (incident["alert_ids"], incident["revision"]) == ([1, 2, 3], 2)
    added = [line["changes"]["alert_id"]["after"] for line in incident["incident_timeline"][-2:]]
    assert added == [1, 2]


async def test_an_update_that_no_alert_could_take_is_refused_whole(
    server: AppClient, admin: Headers
) -> None:
    await stored(server, 1)
    for body in NO_ALERT_COULD_TAKE:
        answer = await bulk(server, admin, **body)
        code = answer.json()["code"]
        assert (answer.status_code, code) == (422, "validation_failed"), (body, answer.text)
    assert (await alert(server, admin, 1))["revision"] == 1


async def test_what_one_alert_cannot_take_stops_no_other(server: AppClient, admin: Headers) -> None:
    await stored(server, 2)
    await server.http.put("/alerts/1", headers=admin, json={"status": "false_positive"})
    body = {"alert_ids": [1, 2], "updates": {"parent_alert_id": 2, "false_positive": False}}
    assert await told(server, admin, **body) == {1: "invalid", 2: "invalid"}
    body = {"alert_ids": [1, 2], "updates": {"parent_alert_id": 1}}
    assert await told(server, admin, **body) == {1: "invalid", 2: "updated"}


async def test_an_update_that_broke_off_goes_on_where_it_ended(
    server: AppClient, admin: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three transactions for the alerts; the second time, the database fails at the last."""
    monkeypatch.setattr("server_stub.triage.bulk.ALERTS_AT_ONCE", 2)
    await stored(server, 5)
    keyed = admin | {"Idempotency-Key": "sweep"}
    body = {
        "query": "status: new",
        "updates": {"status": "closed"},
        "expected": dict.fromkeys(map(str, range(1, 6)), 1),
    }
    write, writes = Database.write, 0

    async def failing(database: Database, work: Any) -> Any:
        nonlocal writes
        writes += 1
        if writes == 4:
            raise Unavailable("The disk went away.")
        return await write(database, work)

    monkeypatch.setattr(Database, "write", failing)
    assert (await bulk(server, keyed, **body)).status_code == 503
    assert [(await alert(server, admin, number))["status"] for number in range(1, 6)] == [
        *["closed"] * 4,
        "new",
    ]
    again = await bulk(server, keyed, **body)
    assert BulkUpdateReport.model_validate_json(again.content).updated_count == 5
    assert "Idempotency-Replayed" not in again.headers
    once_more = await bulk(server, keyed, **body)
    assert (once_more.content, once_more.headers["Idempotency-Replayed"]) == (again.content, "true")
    assert (await alert(server, admin, 1))["revision"] == 2
    other = await bulk(server, keyed, alert_ids=[1], updates={"status": "new"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
