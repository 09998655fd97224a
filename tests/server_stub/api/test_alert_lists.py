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
async def test_a_parameter_that_means_nothing_is_refused(
    server: AppClient, parameters: dict[str, Any]
) -> None:
    answer = await server.http.get("/alerts", headers=server.token, params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["detail"][0]["loc"][0] == "query"


@pytest.mark.parametrize("path", ["/alerts/0", "/alerts/-1", "/alerts/x", f"/alerts/{2**63}"])
async def test_what_is_no_id_is_refused(server: AppClient, path: str) -> None:
    answer = await server.http.get(path, headers=server.token)
    assert answer.status_code == 422


async def test_a_search_takes_everything_literally(server: AppClient) -> None:
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
