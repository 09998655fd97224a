from typing import Any

from ir_client.wire.overview import AlertStats
from tests.support.server import AppClient, FakeClock, an_alert_body

Headers = dict[str, str]


async def three_alerts(server: AppClient, clock: FakeClock) -> Headers:
    """One that nobody saw to for a day, one resolved after half an hour, one that is red's."""
    edr = {"source": "edr", "source_system": "siem-1"}
    await server.ingest(an_alert_body(**edr, severity="critical"))
    clock.advance(hours=24)
    admin = await server.login()
    await server.ingest(an_alert_body(external_alert_id="2", source="mail", severity="low"))
    clock.advance(minutes=10)
    await change(server, admin, 2, status="triaged", assigned_analyst_id=1)
    clock.advance(minutes=20)
    await change(server, admin, 2, status="resolved")
    await server.ingest(an_alert_body(external_alert_id="3", source="vpn"))
    await change(server, admin, 3, team="red")
    return admin


async def change(server: AppClient, headers: Headers, alert_id: int, **fields: Any) -> None:
    answer = await server.http.put(f"/alerts/{alert_id}", headers=headers, json=fields)
    assert answer.status_code == 200, answer.text


async def stats(server: AppClient, headers: Headers) -> AlertStats:
    answer = await server.http.get("/alerts/stats/overview/", headers=headers)
    assert answer.status_code == 200, answer.text
    return AlertStats.model_validate_json(answer.content)


async def test_the_overview_counts_and_averages(server: AppClient, clock: FakeClock) -> None:
    seen = await stats(server, await three_alerts(server, clock))
    assert (seen.total, seen.open, seen.overdue, seen.unassigned) == (3, 2, 1, 2)
    assert seen.by_status == {"new": 2, "resolved": 1}
    assert seen.by_severity == {"critical": 1, "high": 1}
    assert seen.average_time_to_first_response == 10.0
    assert seen.average_time_to_resolution == 30.0


async def test_an_empty_server_has_nothing_to_average(server: AppClient) -> None:
    assert await stats(server, await server.login()) == AlertStats()


async def test_averages_weigh_each_alert_alike(server: AppClient, clock: FakeClock) -> None:
    admin = await server.login()
    names = ("1", "2", "3")
    await server.ingest(*(an_alert_body(external_alert_id=name) for name in names))
    clock.advance(minutes=1)
    await change(server, admin, 1, status="triaged")
    await change(server, admin, 2, status="triaged")
    clock.advance(minutes=9)
    await change(server, admin, 3, status="contained")
    assert (await stats(server, admin)).average_time_to_first_response == 4.0


async def test_abuse_52_counts_and_sources_leave_out_what_one_may_not_see(
    server: AppClient, clock: FakeClock
) -> None:
    admin = await three_alerts(server, clock)
    dana = await server.login_as("analyst")
    assert (await stats(server, dana)).total == 2
    for headers, sources in ((admin, ["edr", "mail", "vpn"]), (dana, ["edr", "mail"])):
        answer = await server.http.get("/alerts/sources", headers=headers)
        assert answer.json() == {"sources": sources}


async def test_a_system_is_named_only_to_who_sees_one_of_its_alerts(
    server: AppClient, clock: FakeClock
) -> None:
    admin = await three_alerts(server, clock)
    await change(server, admin, 1, team="red")
    dana = await server.login_as("analyst")
    for headers, systems in ((admin, ["edr", "siem-1"]), (dana, ["edr"])):
        answer = await server.http.get("/alerts/source-systems", headers=headers)
        assert answer.json() == {"source_systems": systems}


async def test_health_is_open_and_the_rest_is_not(server: AppClient) -> None:
    answer = await server.http.get("/alerts/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})
    for path in ("stats/overview", "sources", "source-systems"):
        assert (await server.http.get(f"/alerts/{path}")).status_code == 401
