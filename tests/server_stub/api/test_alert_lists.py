from typing import Any

import pytest

from ir_client.wire.alerts import AlertPage
from tests.support.server import AppClient, FakeClock, an_alert_body


@pytest.fixture
async def admin(server: AppClient) -> dict[str, str]:
    return await server.login()


async def test_a_page_says_where_it_stands(server: AppClient) -> None:
    await server.ingest(*(an_alert_body(external_alert_id=f"{number}") for number in range(7)))
    answer = await server.http.get(
        "/alerts", headers=server.token, params={"size": 3, "page": 3, "severity": "high"}
    )
    page = AlertPage.model_validate_json(answer.content)
    assert [alert.id for alert in page.alerts] == [1]
    assert page.pagination.model_dump() == {
        "page": 3,
        "size": 3,
        "total": 7,
        "total_pages": 3,
        "total_exact": True,
    }
    assert page.filters_applied == {"severity": ["high"]}
    assert page.next_cursor is None
    assert answer.headers["X-Stream-Seq"] == "7"
    log, _, sight = answer.headers["X-Stream-Epoch"].partition(".")
    assert log == server.services.events.epoch
    assert sight


async def test_a_cursor_continues_a_list_in_its_order(server: AppClient) -> None:
    await server.ingest(*(an_alert_body(external_alert_id=f"{number}") for number in range(5)))
    order = {"sort_by": "received_at", "sort_order": "asc", "size": 2}
    first = (await server.http.get("/alerts", headers=server.token, params=order)).json()
    cursor = first["next_cursor"]
    second = (
        await server.http.get("/alerts", headers=server.token, params={"size": 2, "cursor": cursor})
    ).json()
    assert [alert["id"] for alert in first["alerts"] + second["alerts"]] == [1, 2, 3, 4]
    for clash in ({"page": 2}, {"sort_by": "severity"}, {"sort_order": "desc"}):
        answer = await server.http.get(
            "/alerts", headers=server.token, params={"cursor": cursor} | clash
        )
        assert answer.status_code == 422


async def test_updated_after_includes_its_own_moment(
    server: AppClient, admin: dict[str, str], clock: FakeClock
) -> None:
    await server.ingest(an_alert_body(), an_alert_body(external_alert_id="2"))
    clock.advance(minutes=1)
    await server.http.put("/alerts/1", headers=admin, json={"status": "triaged"})

    async def found(moment: str) -> list[int]:
        answer = await server.http.get("/alerts", headers=admin, params={"updated_after": moment})
        return [alert["id"] for alert in answer.json()["alerts"]]

    assert await found("2026-03-01T12:01:00Z") == [1]
    assert await found("2026-03-01T13:01:00+01:00") == [1]
    assert await found("2026-03-01 12:00:00") == [2, 1]
    assert await found("2026-03-01T12:01:00.000001Z") == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"size": 0},
        {"size": 501},
        {"size": "many"},
        {"page": 0},
        {"page": -1},
        {"page": 10**30},
        {"sort_by": "password_hash"},
        {"sort_order": "sideways"},
        {"severity": "catastrophic"},
        {"status": "asleep"},
        {"search": "x" * 201},
        {"updated_after": "yesterday"},
        {"updated_after": "9999-12-31T23:59:59-14:00"},
        {"assigned_analyst_id": 2**63},
        {"assigned_analyst_id": 0},
        {"cursor": "hunter2"},
        {"cursor": "😀"},
        {"search": "a\0"},
        {"source": "\0"},
        {"limit": 5},
    ],
    ids=str,
)
async def test_abuse_54_a_parameter_that_means_nothing_is_refused(
    server: AppClient, parameters: dict[str, Any]
) -> None:
    answer = await server.http.get("/alerts", headers=server.token, params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["detail"][0]["loc"][0] == "query"


@pytest.mark.parametrize("path", ["/alerts/0", "/alerts/-1", "/alerts/x", f"/alerts/{2**63}"])
async def test_what_is_no_id_is_refused(server: AppClient, path: str) -> None:
    answer = await server.http.get(path, headers=server.token)
    assert answer.status_code == 422


async def test_abuse_53_a_search_takes_everything_literally(server: AppClient) -> None:
    await server.ingest(
        an_alert_body(external_alert_id="1", title="100% \\ done"),
        an_alert_body(external_alert_id="2", title="1000 done"),
    )

    async def found(text: str) -> int:
        answer = await server.http.get("/alerts", headers=server.token, params={"search": text})
        total: int = answer.json()["pagination"]["total"]
        return total

    assert [await found(text) for text in ("100%", "%", "\\", "_", "DONE", "")] == [
        1,
        1,
        1,
        0,
        2,
        2,
    ]


async def test_a_query_narrows_a_list_and_its_total(
    server: AppClient, admin: dict[str, str]
) -> None:
    await server.ingest(
        an_alert_body(external_alert_id="1", source_ip="10.1.2.3", tags=["vip"]),
        an_alert_body(external_alert_id="2", source_ip="192.0.2.1", tags=["vip"]),
        an_alert_body(external_alert_id="3", source_ip="10.9.9.9", severity="low"),
        an_alert_body(external_alert_id="4", raw_alert_data={"event": {"kind": "signal"}}),
    )
    await server.http.post("/alerts/2/ownership", headers=admin, json={})

    async def found(query: str) -> list[int]:
        answer = await server.http.get("/alerts", headers=admin, params={"query": query})
        page = AlertPage.model_validate_json(answer.content)
        assert page.pagination.total == len(page.alerts)
        assert page.filters_applied == {"query": query}
        return sorted(alert.id for alert in page.alerts)

    assert await found("severity: high and source_ip: 10.0.0.0/8") == [1]
    assert await found("tags: vip and not assignee: me") == [1]
    assert await found("assignee: (me or admin)") == [2]
    assert await found("raw.event.kind: signal") == [4]
    assert await found("received_at > now-1h") == [1, 2, 3, 4]
    assert await found("") == [1, 2, 3, 4]


async def test_a_query_finds_nothing_that_one_may_not_see(server: AppClient) -> None:
    await server.ingest(an_alert_body())
    viewer = await server.login_as("analyst")
    await server.http.put("/alerts/1", headers=await server.login(), json={"team": "blue"})
    for query in ("", "not severity: low", "team: blue or team: *"):
        answer = await server.http.get("/alerts", headers=viewer, params={"query": query})
        assert answer.json()["alerts"] == []
        assert answer.json()["pagination"]["total"] == 0


async def test_a_token_that_reads_is_nobodys_me(server: AppClient, admin: dict[str, str]) -> None:
    await server.ingest(an_alert_body())
    await server.http.post("/alerts/1/ownership", headers=admin, json={})
    answer = await server.http.get(
        "/alerts", headers=server.token, params={"query": "assignee: me"}
    )
    assert answer.json()["alerts"] == []


async def test_a_query_goes_on_by_cursor(server: AppClient, admin: dict[str, str]) -> None:
    await server.ingest(*(an_alert_body(external_alert_id=f"{number}") for number in range(5)))
    params: dict[str, Any] = {"query": "severity: high and not id: 3", "size": 3}
    first = (await server.http.get("/alerts", headers=admin, params=params)).json()
    params["cursor"] = first["next_cursor"]
    second = (await server.http.get("/alerts", headers=admin, params=params)).json()
    assert [one["id"] for one in first["alerts"] + second["alerts"]] == [5, 4, 2, 1]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("severity: hihg-s3cret", 11),
        ("s3cret: x", 1),
        ("raw.s3cret > x", 14),
        ("a and (s3cret", 7),
        ("!s3cret", 1),
        ("s3cret > x", 1),
        ("received_at: s3cret", 14),
        ("(a or b) s3cret)", 16),
        ("severity: (low s3cret)", 16),
    ],
)
async def test_a_query_that_cannot_be_read_is_pointed_at_and_never_quoted(
    server: AppClient, admin: dict[str, str], query: str, place: int
) -> None:
    answer = await server.http.get("/alerts", headers=admin, params={"query": query})
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert problem["loc"] == ["query", "query"]
    assert problem["msg"].startswith(f"Cannot be read at character {place}. ")
    assert "s3cret" not in answer.text


async def test_a_query_has_a_length(server: AppClient, admin: dict[str, str]) -> None:
    for query in ("a" * 2_001, "a\0"):
        answer = await server.http.get("/alerts", headers=admin, params={"query": query})
        assert answer.status_code == 422
