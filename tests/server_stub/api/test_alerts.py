import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from ir_client.wire.alerts import Alert, AlertPage, IngestReport, Timeline
from ir_client.wire.incidents import Ownership
from server_stub.api.services import Announcements
from tests.support.server import AppClient, FakeClock, an_alert_body

MISSING = "/alerts/99"


@pytest.fixture
async def admin(server: AppClient) -> dict[str, str]:
    return await server.login()


async def test_an_alert_goes_in_and_is_taken_and_closed(
    server: AppClient, admin: dict[str, str]
) -> None:
    report = IngestReport.model_validate_json((await server.ingest(an_alert_body())).content)
    (alert_id,) = report.created_alert_ids
    listed = await server.http.get("/alerts/", headers=admin)
    assert [alert.id for alert in AlertPage.model_validate_json(listed.content).alerts] == [
        alert_id
    ]
    taken = await server.http.post(f"/alerts/{alert_id}/ownership", headers=admin)
    owned = Ownership.model_validate_json(taken.content)
    assert (owned.alert.status, owned.incident.alert_ids) == ("investigating", (alert_id,))
    closed = await server.http.put(
        f"/alerts/{alert_id}",
        headers=admin | {"If-Match": f'"{owned.alert.revision}"'},
        json={"status": "closed"},
    )
    assert Alert.model_validate_json(closed.content).status == "closed"
    assert closed.headers["ETag"] == '"3"'
    said = await server.http.post(
        f"/alerts/{alert_id}/comments", headers=admin, json={"content": "done"}
    )
    assert said.status_code == 201
    answer = await server.http.get(f"/alerts/{alert_id}/timeline", headers=admin)
    actions = [one.action for one in Timeline.model_validate_json(answer.content).timeline]
    assert actions == ["created", "owned", "updated", "commented"]


async def test_a_single_alert_is_created_once(server: AppClient) -> None:
    body = an_alert_body(source="edr")
    created = await server.http.post("/alerts/single", headers=server.token, json=body)
    again = await server.http.post("/alerts/single", headers=server.token, json=body)
    assert (created.status_code, created.json()["id"]) == (201, 1)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    seen = await server.http.get("/alerts/1", headers=server.token)
    assert seen.json()["occurrences"] == 2


async def test_abuse_49_a_conflict_carries_the_alert_as_it_is(
    server: AppClient, admin: dict[str, str]
) -> None:
    await server.ingest(an_alert_body())
    await server.http.put("/alerts/1", headers=admin, json={"status": "triaged"})
    answer = await server.http.put(
        "/alerts/1", headers=admin | {"If-Match": "1"}, json={"status": "closed"}
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_since")
    assert answer.json()["current"]["status"] == "triaged"


@pytest.mark.parametrize("given", ["7", '"7"', 'W/"7"', " 7 ", "*"])
async def test_a_revision_may_be_written_in_several_ways(
    server: AppClient, admin: dict[str, str], given: str
) -> None:
    await server.ingest(an_alert_body())
    answer = await server.http.put(
        "/alerts/1", headers=admin | {"If-Match": given}, json={"status": "triaged"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("given", ["", "x", "-1", '"1", "2"', "1.5", "9" * 40])
async def test_what_is_no_revision_is_refused_and_not_ignored(
    server: AppClient, admin: dict[str, str], given: str
) -> None:
    await server.ingest(an_alert_body())
    answer = await server.http.put(
        "/alerts/1", headers=admin | {"If-Match": given}, json={"status": "triaged"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "field", ["id", "created_at", "owner", "revision", "is_admin", "title", "occurrences"]
)
async def test_abuse_48_fields_that_nobody_may_set_are_refused(
    server: AppClient, admin: dict[str, str], field: str
) -> None:
    await server.ingest(an_alert_body())
    answer = await server.http.put("/alerts/1", headers=admin, json={field: 1, "status": "closed"})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", field])
    assert (await server.http.get("/alerts/1", headers=admin)).json()["status"] == "new"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense-0123456789"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/alerts/ingest"),
        ("POST", "/alerts/single"),
        ("GET", "/alerts"),
        ("GET", "/alerts/1"),
        ("PUT", "/alerts/1"),
        ("GET", "/alerts/1/timeline"),
        ("POST", "/alerts/1/comments"),
        ("POST", "/alerts/1/ownership"),
        ("GET", "/auth/me"),
        ("POST", "/auth/logout"),
        ("GET", "/auth/users"),
        ("POST", "/auth/users"),
        ("GET", "/endpoint-tokens"),
        ("POST", "/endpoint-tokens"),
    ],
)
async def test_abuse_28_without_credentials_nothing_is_open(
    server: AppClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await server.http.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_users_create_no_alerts_and_tokens_do_only_what_they_were_made_for(
    server: AppClient, admin: dict[str, str]
) -> None:
    assert (await server.ingest(an_alert_body(), headers=admin)).status_code == 403
    await server.ingest(an_alert_body())
    for method, path in (("PUT", "/alerts/1"), ("POST", "/alerts/1/ownership")):
        answer = await server.http.request(method, path, headers=server.token, json={})
        assert answer.status_code == 403, path
    made = await server.http.post(
        "/endpoint-tokens",
        headers=admin,
        json={"token_name": "soar", "can_create_alerts": False, "can_update_alerts": True},
    )
    soar = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await server.ingest(an_alert_body(), headers=soar)).status_code == 403
    assert (await server.http.get("/alerts", headers=soar)).status_code == 403
    changed = await server.http.put("/alerts/1", headers=soar, json={"status": "triaged"})
    assert changed.status_code == 200


async def test_abuse_51_what_one_may_not_see_is_not_there(
    server: AppClient, admin: dict[str, str]
) -> None:
    made = await server.http.post(
        "/endpoint-tokens", headers=admin, json={"token_name": "blue", "team": "blue"}
    )
    await server.ingest(
        an_alert_body(), headers={"Authorization": f"Bearer {made.json()['token']}"}
    )
    dana = await server.login_as("senior_analyst", teams=["red"])
    hidden = [
        await server.http.request(method, path, headers=dana, json=body)
        for method, path, body in (
            ("GET", "/alerts/1", None),
            ("PUT", "/alerts/1", {"status": "closed"}),
            ("GET", "/alerts/1/timeline", None),
            ("POST", "/alerts/1/comments", {"content": "x"}),
            ("POST", "/alerts/1/ownership", {}),
        )
    ]
    missing = await server.http.get(MISSING, headers=dana)
    assert {(one.status_code, one.text) for one in hidden} == {(404, missing.text)}
    assert (await server.http.get("/alerts", headers=dana)).json()["pagination"]["total"] == 0


async def test_analysts_take_an_alert_once_however_many_try(server: AppClient) -> None:
    await server.ingest(an_alert_body())
    people = [await server.login_as("analyst", name=f"dana{number}") for number in range(5)]
    answers = await asyncio.gather(
        *(server.http.post("/alerts/1/ownership", headers=one) for one in people)
    )
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409]
    codes = {one.json()["code"] for one in answers if one.status_code == 409}
    assert codes == {"already_owned"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "validation_failed"),
        ({"source_system": "edr", "alerts": []}, 422, "validation_failed"),
        ({"source_system": "edr", "alerts": {}}, 422, "validation_failed"),
        ({"source_system": "", "alerts": [{}]}, 422, "validation_failed"),
        ({"source_system": "edr", "alerts": [{}] * 1001}, 422, "validation_failed"),
        ({"source_system": "edr", "alerts": [{}], "extra": 1}, 422, "validation_failed"),
        ([], 422, "validation_failed"),
        (None, 422, "validation_failed"),
    ],
)
async def test_an_ingest_that_is_none_is_refused_as_a_whole(
    server: AppClient, body: Any, status: int, code: str
) -> None:
    answer = await server.http.post(
        "/alerts/ingest",
        content=json.dumps(body),
        headers=server.token | {"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "bad",
    [
        r'{"external_alert_id": "x", "title": "\ud800", "severity": "high"}',
        r'{"external_alert_id": "x", "title": "\u0000", "severity": "high"}',
        '{"external_alert_id": "x", "title": "t", "title": "u", "severity": "high"}',
        '{"external_alert_id": "x", "title": "t", "severity": "high", "source_port": 1e999}',
        '{"external_alert_id": "x", "title": "t", "severity": "high", "raw_alert_data": {"n": '
        + "9" * 30
        + "}}",
        '{"external_alert_id": "x", "title": "t", "severity": "high", "raw_alert_data": {"n": '
        + "[" * 40
        + "]" * 40
        + "}}",
        "[" * 40 + "]" * 40,
        '"text"',
        "null",
    ],
)
async def test_one_bad_alert_never_sinks_the_others(server: AppClient, bad: str) -> None:
    good = json.dumps(an_alert_body())
    answer = await server.http.post(
        "/alerts/ingest",
        content=f'{{"source_system": "edr", "alerts": [{bad}, {good}]}}',
        headers=server.token | {"Content-Type": "application/json"},
    )
    assert answer.status_code == 200
    assert [one["status"] for one in answer.json()["results"]] == ["invalid", "created"]


async def test_an_alert_of_two_megabytes_is_refused_and_the_one_beside_it_is_not(
    server: AppClient,
) -> None:
    huge = an_alert_body(external_alert_id="huge", raw_alert_data={"log": "x" * 2_000_000})
    alone = await server.http.post("/alerts/single", headers=server.token, json=huge)
    assert (alone.status_code, alone.json()["code"]) == (413, "too_large")
    together = await server.ingest(huge, an_alert_body())
    assert [one["status"] for one in together.json()["results"]] == ["invalid", "created"]


async def test_handlers_announce_what_they_did_and_nothing_else(server: AppClient) -> None:
    told: list[tuple[str, tuple[int, ...]]] = []
    server.app.state.services = replace(
        server.services,
        announcements=Announcements(
            created=lambda ids: told.append(("created", tuple(ids))),
            changed=lambda ids: told.append(("changed", tuple(ids))),
            incidents=lambda: told.append(("incidents", ())),
        ),
    )
    admin = await server.login()
    await server.ingest(an_alert_body(), an_alert_body(external_alert_id="2"))
    await server.ingest(an_alert_body())
    await server.http.put("/alerts/2", headers=admin, json={"status": "triaged"})
    await server.http.put(MISSING, headers=admin, json={"status": "triaged"})
    assert [one for one in told if one[1]] == [
        ("created", (1, 2)),
        ("changed", (1,)),
        ("changed", (2,)),
    ]


async def test_abuse_34_an_endpoint_token_may_ask_only_so_often(
    server: AppClient, admin: dict[str, str], clock: FakeClock
) -> None:
    made = await server.http.post(
        "/endpoint-tokens", headers=admin, json={"token_name": "siem", "rate_limit_per_minute": 2}
    )
    siem = {"Authorization": f"Bearer {made.json()['token']}"}
    answers = [
        await server.ingest(an_alert_body(external_alert_id=f"{number}"), headers=siem)
        for number in range(3)
    ]
    assert [one.status_code for one in answers] == [200, 200, 429]
    limited = answers[2]
    assert limited.json()["code"] == "rate_limited"
    assert "2 requests a minute" in limited.json()["detail"]
    clock.advance(seconds=int(limited.headers["Retry-After"]))
    assert (await server.ingest(an_alert_body(), headers=siem)).status_code == 200
    assert (await server.http.get("/alerts", headers=admin)).json()["pagination"]["total"] == 3
