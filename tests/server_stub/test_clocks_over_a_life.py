"""The contract's sentences on clocks, reopening, disposition and overdue, over one alert's life."""

from datetime import datetime
from typing import Any

from ir_client.wire.alerts import Alert
from tests.support.server import AppClient, FakeClock, an_alert_body


async def moved(server: AppClient, **fields: Any) -> Alert:
    answer = await server.http.put("/alerts/1", headers=await server.login(), json=fields)
    assert answer.status_code == 200, answer.text
    return Alert.model_validate_json(answer.content)


async def overdue(server: AppClient) -> list[int]:
    path = "/alerts?overdue_only=true"
    answer = await server.http.get(path, headers=await server.login())
    return [one["id"] for one in answer.json()["alerts"]]


def clocks(alert: Alert) -> tuple[datetime | None, ...]:
    return (
        alert.first_response_at,
        alert.containment_at,
        alert.resolution_at,
        alert.closed_at,
    )


async def test_an_alert_is_answered_contained_closed_reopened_and_closed_again(
    server: AppClient, clock: FakeClock
) -> None:
    await server.ingest(an_alert_body())
    received = clock.now
    clock.advance(minutes=10)
    answered = clock.now
    assert clocks(await moved(server, status="triaged")) == (answered, None, None, None)
    clock.advance(minutes=10)
    contained = clock.now
    assert clocks(await moved(server, status="contained")) == (answered, contained, None, None)
    clock.advance(minutes=10)
    reason = {"disposition": "benign", "disposition_reason": "a backup"}
    closed = await moved(server, status="false_positive", **reason)
    assert clocks(closed) == (answered, contained, clock.now, clock.now)
    assert (closed.false_positive, closed.disposition) == (True, "benign")
    assert (closed.time_to_first_response, closed.time_to_resolution) == (10.0, 30.0)
    still_closed_at = clock.now
    clock.advance(minutes=10)
    filed = await moved(server, status="closed")
    assert (filed.closed_at, filed.false_positive) == (still_closed_at, False)
    reopened = await moved(server, status="new")
    assert clocks(reopened) == (answered, contained, None, None)
    assert (reopened.time_to_resolution, reopened.disposition) == (None, "benign")
    clock.advance(days=1)
    assert await overdue(server) == [1]
    assert (await moved(server, disposition=None)).is_overdue
    late = await moved(server, status="resolved")
    assert (late.is_overdue, late.first_response_at) == (False, answered)
    assert late.resolution_at == clock.now > received
    assert await overdue(server) == []
