from pathlib import Path
from typing import Any

import pytest

from ir_client.wire.incidents import (
    Incident,
    IncidentEntry,
    IncidentList,
    IncidentPage,
    IncidentStats,
    IncidentTimeline,
)
from tests.support.server import AppClient, FakeClock, an_alert_body, app_client

Headers = dict[str, str]


@pytest.fixture
async def admin(server: AppClient) -> Headers:
    return await server.login()


async def make(server: AppClient, headers: Headers, **fields: Any) -> Incident:
    body = {"title": "Bad thing", "severity": "high"} | fields
    answer = await server.http.post("/incidents", headers=headers, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"'
    return Incident.model_validate_json(answer.content)


async def listed(server: AppClient, headers: Headers, **params: Any) -> list[int]:
    answer = await server.http.get("/incidents/", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    page = IncidentPage.model_validate_json(answer.content)
    return [incident.id for incident in page.incidents]


async def test_an_incident_is_made_worked_on_and_closed(
    server: AppClient, admin: Headers, clock: FakeClock
) -> None:
    await server.ingest(an_alert_body())
    made = await make(server, admin, alert_ids=[1])
    assert (made.incident_id, made.alert_count, made.priority) == ("INC-2026-000001", 1, "P2")
    path = f"/incidents/{made.incident_id}"
    changed = await server.http.put(
        path, headers=admin | {"If-Match": '"1"'}, json={"priority": "P1", "category": "malware"}
    )
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    noted = await server.http.post(f"{path}/notes", headers=admin, json={"content": "hm"})
    assert noted.status_code == 201
    entry = IncidentEntry.model_validate_json(noted.content)
    assert (entry.action, entry.notes, entry.is_internal) == ("noted", "hm", False)
    moved = await server.http.put(
        f"/incidents/{made.id}/status", headers=admin, json={"status": "closed", "notes": "done"}
    )
    closed = Incident.model_validate_json(moved.content)
    assert (closed.status, closed.closed_at, closed.revision) == ("closed", clock.now, 4)
    answer = await server.http.get(f"{path}/timeline", headers=admin)
    lines = IncidentTimeline.model_validate_json(answer.content).timeline
    assert [line.action for line in lines] == ["created", "updated", "noted", "status_changed"]
    whole = Incident.model_validate_json((await server.http.get(path, headers=admin)).content)
    assert [line["id"] for line in whole.incident_timeline] == [line.id for line in lines]


async def test_lists_narrow_by_every_filter(server: AppClient, admin: Headers) -> None:
    dana = await server.login_as("analyst")
    me = (await server.http.get("/auth/me", headers=dana)).json()["id"]
    one = await make(server, admin, title="Bär on WS-17", severity="low", tags=["Crown"])
    two = await make(server, dana, description="100%_sure", status="closed", priority="P1")
    three = await make(server, admin, category="phishing", assigned_analyst_id=me)
    both = [three.id, one.id]
    assert await listed(server, admin) == [three.id, two.id, one.id]
    assert await listed(server, admin, search="bÄR on") == [one.id]
    assert await listed(server, admin, search="crown") == [one.id]
    assert await listed(server, admin, search="PHISH") == [three.id]
    assert await listed(server, admin, search=two.incident_id.lower()) == [two.id]
    assert await listed(server, admin, search="%_") == [two.id]
    assert await listed(server, admin, search="%x") == []
    assert await listed(server, admin, severity="low") == [one.id]
    assert await listed(server, admin, severity=["low", "high"], status="new,assigned") == both
    assert await listed(server, admin, status=["new", "assigned"]) == both
    assert await listed(server, admin, priority="P1") == [two.id]
    assert await listed(server, admin, owner_id=me) == [two.id]
    assert await listed(server, admin, assigned_analyst_id=me) == [three.id]


async def test_a_changed_title_is_found_and_the_old_one_is_not(
    server: AppClient, admin: Headers
) -> None:
    made = await make(server, admin)
    await server.http.put(f"/incidents/{made.id}", headers=admin, json={"title": "Something"})
    assert await listed(server, admin, search="bad thing") == []
    assert await listed(server, admin, search="something") == [made.id]


async def test_pages_hold_every_incident_once(server: AppClient, admin: Headers) -> None:
    ids = [(await make(server, admin)).id for _ in range(5)]
    found = [one for page in (1, 2, 3) for one in await listed(server, admin, page=page, size=2)]
    assert found == ids[::-1]
    answer = await server.http.get("/incidents", headers=admin, params={"size": 2, "page": 3})
    pagination = IncidentPage.model_validate_json(answer.content).pagination
    assert (pagination.total, pagination.total_pages, pagination.total_exact) == (5, 3, True)
    assert await listed(server, admin, page=4, size=2) == []


async def test_a_list_that_makes_no_sense_is_refused(server: AppClient, admin: Headers) -> None:
    senseless: list[dict[str, Any]] = [
        {"size": 101},
        {"size": 0},
        {"page": 0},
        {"status": "gone"},
        {"status": "new,gone"},
        {"priority": "P5"},
        {"owner_id": 0},
        {"owner_id": 2**63},
        {"search": "x" * 201},
        {"search": "a\0b"},
        {"colour": "red"},
    ]
    for params in senseless:
        answer = await server.http.get("/incidents", headers=admin, params=params)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), params


async def test_owned_incidents_are_ones_own_open_ones_unless_asked_otherwise(
    server: AppClient, admin: Headers
) -> None:
    dana = await server.login_as("analyst")
    await make(server, admin)
    first, second = await make(server, dana), await make(server, dana)
    await server.http.put(
        f"/incidents/{first.id}/status", headers=dana, json={"status": "resolved"}
    )

    async def owned(**params: Any) -> list[int]:
        answer = await server.http.get("/incidents/owned", headers=dana, params=params)
        return [one.id for one in IncidentList.model_validate_json(answer.content).incidents]

    assert await owned() == [second.id]
    assert await owned(status="resolved, new") == [second.id, first.id]
    assert await owned(status=["resolved", "closed"]) == [first.id]
    refused = await server.http.get("/incidents/owned", headers=dana, params={"status": "gone"})
    assert refused.status_code == 422


async def test_stats_count_what_one_may_see(
    server: AppClient, admin: Headers, clock: FakeClock
) -> None:
    dana = await server.login_as("analyst")
    late = await make(server, admin, severity="critical")
    done = await make(server, dana, severity="low")
    for status in ("active", "resolved"):
        clock.advance(minutes=10)
        await server.http.put(f"/incidents/{done.id}/status", headers=dana, json={"status": status})

    async def counted(headers: Headers) -> IncidentStats:
        answer = await server.http.get("/incidents/stats", headers=headers)
        return IncidentStats.model_validate_json(answer.content)

    stats = await counted(admin)
    assert (stats.total, stats.open, stats.overdue, stats.unassigned) == (2, 1, 1, 1)
    assert stats.by_status == {"new": 1, "resolved": 1}
    assert (stats.by_severity, stats.by_priority) == ({"critical": 1}, {"P1": 1})
    assert stats.average_time_to_first_response == 10
    assert stats.average_time_to_resolution == 20
    assert (await counted(dana)).by_status == {"resolved": 1}
    shown = await server.http.get(f"/incidents/{late.id}", headers=admin)
    assert shown.json()["sla_breached"] is True


async def test_nothing_is_counted_where_there_is_nothing(server: AppClient, admin: Headers) -> None:
    answer = await server.http.get("/incidents/stats", headers=admin)
    assert IncidentStats.model_validate_json(answer.content) == IncidentStats()


NOBODYS_NAMES = ("99", "INC-nope", "INC-2026-000001 ", "%00", "9" * 30, "%F0")


async def test_what_is_not_there_is_404(server: AppClient, admin: Headers) -> None:
    await make(server, admin)
    tries = [
        one
        for name in NOBODYS_NAMES
        for one in (
            ("GET", name, None),
            ("GET", f"{name}/timeline", None),
            ("PUT", name, {"title": "x"}),
            ("PUT", f"{name}/status", {"status": "closed"}),
            ("POST", f"{name}/notes", {"content": "x"}),
        )
    ]
    for method, path, body in tries:
        answer = await server.http.request(method, f"/incidents/{path}", headers=admin, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_an_incident_that_one_may_not_see_is_404_and_is_counted_nowhere(
    server: AppClient, admin: Headers
) -> None:
    dana = await server.login_as("analyst")
    hidden = await make(server, admin)
    answer = await server.http.get(f"/incidents/{hidden.id}", headers=dana)
    assert answer.status_code == 404
    assert await listed(server, dana) == []


BROKEN: list[tuple[dict[str, Any], list[Any]]] = [
    ({"severity": "high"}, ["body", "title"]),
    ({"title": "", "severity": "high"}, ["body", "title"]),
    ({"title": "x", "severity": "apocalyptic"}, ["body", "severity"]),
    ({"title": "x", "severity": "high", "status": "triaged"}, ["body", "status"]),
    ({"title": "x", "severity": "high", "alert_ids": [99]}, ["body", "alert_ids"]),
    ({"title": "x", "severity": "high", "alert_ids": ["1"]}, ["body", "alert_ids", 0]),
    ({"title": "x", "severity": "high", "incident_id": "INC-1"}, ["body", "incident_id"]),
]


async def test_an_incident_that_breaks_the_contract_is_refused(
    server: AppClient, admin: Headers
) -> None:
    for body, place in BROKEN:
        answer = await server.http.post("/incidents", headers=admin, json=body)
        assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, place)
    assert await listed(server, admin) == []


async def test_fields_that_nobody_may_set_are_refused(server: AppClient, admin: Headers) -> None:
    made = await make(server, admin)
    path = f"/incidents/{made.id}"
    for field in ("id", "incident_id", "created_at", "revision", "sla_breached", "alert_ids"):
        body = {field: 1, "status": "closed"}
        answer = await server.http.put(path, headers=admin, json=body)
        assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", field])
    assert (await server.http.get(path, headers=admin)).json()["status"] == "new"


async def test_a_conflict_carries_the_incident_as_it_is(server: AppClient, admin: Headers) -> None:
    made = await make(server, admin)
    await server.http.put(f"/incidents/{made.id}", headers=admin, json={"title": "Worse"})
    answer = await server.http.put(
        f"/incidents/{made.id}", headers=admin | {"If-Match": "1"}, json={"title": "Better"}
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_since")
    assert answer.json()["current"]["title"] == "Worse"


async def test_endpoint_tokens_read_what_they_may_and_change_nothing(
    server: AppClient, admin: Headers
) -> None:
    await server.ingest(an_alert_body())
    seen = await make(server, admin, alert_ids=[1])
    hidden = await make(server, admin)
    assert await listed(server, server.token) == [seen.id]
    answer = await server.http.get(f"/incidents/{hidden.id}", headers=server.token)
    assert answer.status_code == 404
    for method, path in (
        ("POST", "/incidents"),
        ("GET", "/incidents/owned"),
        ("PUT", f"/incidents/{seen.id}"),
        ("PUT", f"/incidents/{seen.id}/status"),
        ("POST", f"/incidents/{seen.id}/notes"),
    ):
        answer = await server.http.request(method, path, headers=server.token, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


async def test_nobody_unknown_gets_anything(server: AppClient) -> None:
    for method, path in (
        ("GET", "/incidents"),
        ("POST", "/incidents"),
        ("GET", "/incidents/owned"),
        ("GET", "/incidents/stats"),
        ("GET", "/incidents/1"),
        ("GET", "/incidents/1/timeline"),
        ("PUT", "/incidents/1"),
        ("PUT", "/incidents/1/status"),
        ("POST", "/incidents/1/notes"),
    ):
        assert (await server.http.request(method, path)).status_code == 401, path


async def test_an_incident_that_is_asked_for_twice_is_made_once(
    server: AppClient, admin: Headers
) -> None:
    keyed = admin | {"Idempotency-Key": "once"}
    first = await make(server, keyed)
    second = await make(server, keyed)
    assert second == first
    assert await listed(server, admin) == [first.id]


async def test_deadlines_follow_the_settings(tmp_path: Path) -> None:
    settings = {
        "sla_response_minutes": (1, 2, 3, 4),
        "sla_resolution_minutes": (10, 20, 30, 40),
    }
    async with app_client(tmp_path, **settings) as server:
        admin = await server.login()
        made = await make(server, admin, severity="critical")
        assert made.response_sla_deadline is not None
        assert made.resolution_sla_deadline is not None
        assert (made.response_sla_deadline - made.created_at).total_seconds() == 60
        assert (made.resolution_sla_deadline - made.created_at).total_seconds() == 600
        await server.ingest(an_alert_body(severity="high"))
        taken = await server.http.post("/alerts/1/ownership", headers=admin)
        owned = Incident.model_validate(taken.json()["incident"])
        assert owned.response_sla_deadline is not None
        assert (owned.response_sla_deadline - owned.created_at).total_seconds() == 120
