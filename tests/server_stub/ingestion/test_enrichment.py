from datetime import timedelta

import pytest

from ir_client.wire.alerts import Alert, AlertUpdate
from server_stub.domain.risk import RiskWeights
from server_stub.ingestion import Enrichment, EnrichmentRules
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.events import Events
from server_stub.storage.users import change_user
from server_stub.triage import Triage
from tests.support.builders import NOON
from tests.support.server import MANAGER, FakeClock, a_row, store, store_user

ON_WS1 = {"rule_id": "r1", "affected_hostname": "ws-1"}


@pytest.fixture
def enrichment(database: Database, clock: FakeClock) -> Enrichment:
    return Enrichment(database, clock)


async def alert(database: Database, clock: FakeClock, alert_id: int) -> Alert:
    return (await Alerts(database, clock).get(alert_id, viewer=MANAGER)).model()


async def test_a_missing_risk_score_is_filled_in_and_a_given_one_is_kept(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    await store(
        database,
        a_row(severity="critical", confidence_score=0.5),
        a_row(external_alert_id="2", risk_score=3.0),
    )
    assert await enrichment.enrich([1, 2]) == (1,)
    assert (await alert(database, clock, 1)).risk_score == 67.5
    assert (await alert(database, clock, 2)).risk_score == 3.0


async def test_alerts_of_one_rule_and_host_within_an_hour_belong_together(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    for number, minutes in enumerate((0, 59, 118, 179)):
        row = a_row(external_alert_id=f"{number}", **ON_WS1)
        (one,) = await store(database, row, now=NOON + timedelta(minutes=minutes))
        await enrichment.enrich([one.id])
    groups = [(await alert(database, clock, number)).correlation_id for number in (1, 2, 3, 4)]
    assert groups == ["COR-000001", "COR-000001", "COR-000001", "COR-000004"]


async def test_alerts_of_one_batch_find_each_other(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    await store(
        database,
        a_row(**ON_WS1),
        a_row(external_alert_id="2", rule_id="r1", affected_hostname="ws-2"),
        a_row(external_alert_id="3", **ON_WS1),
        a_row(external_alert_id="4"),
    )
    await enrichment.enrich([4, 3, 2, 1])
    groups = [(await alert(database, clock, number)).correlation_id for number in (1, 2, 3, 4)]
    assert groups == ["COR-000001", "COR-000002", "COR-000001", None]


async def test_each_alert_of_a_batch_joins_what_was_stored_before_it(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    on_ws2 = {"rule_id": "r1", "affected_hostname": 'ws-2 "é" \\'}
    await store(database, a_row(**ON_WS1), a_row(external_alert_id="2", **on_ws2))
    await enrichment.enrich([1, 2])
    for number, minutes, fields in ((3, 10, on_ws2), (4, 20, ON_WS1), (5, 90, ON_WS1)):
        row = a_row(external_alert_id=f"{number}", **fields)
        await store(database, row, now=NOON + timedelta(minutes=minutes))
    await enrichment.enrich([3, 4, 5])
    groups = [(await alert(database, clock, number)).correlation_id for number in (3, 4, 5)]
    assert groups == ["COR-000002", "COR-000001", "COR-000005"]


async def test_a_group_that_the_sender_named_is_joined(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    await store(
        database,
        a_row(correlation_id="case-7", **ON_WS1),
        a_row(external_alert_id="2", **ON_WS1),
    )
    await enrichment.enrich([1, 2])
    assert (await alert(database, clock, 2)).correlation_id == "case-7"


async def test_doing_it_again_changes_nothing(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    await store(database, a_row(**ON_WS1))
    await enrichment.enrich([1])
    before = await alert(database, clock, 1)
    clock.advance(minutes=1)
    assert await enrichment.enrich([1]) == ()
    assert await alert(database, clock, 1) == before


async def test_it_is_the_server_that_did_it_and_no_person(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    await store(database, a_row(**ON_WS1))
    await enrichment.enrich([1])
    alerts = Alerts(database, clock)
    entry = (await alerts.timeline(1, viewer=MANAGER))[-1]
    assert (entry.actor.kind, entry.action, entry.revision) == ("system", "updated", 2)
    assert set(entry.changes) == {"risk_score", "correlation_id"}
    assert (await alerts.get(1, viewer=MANAGER)).human_revision == 0
    events = await Events(database, epoch="epoch").read_after(1)
    assert [(one.kind, one.revision) for one in events] == [("updated", 2)]


async def test_what_a_dead_server_left_undone_is_found(
    enrichment: Enrichment, database: Database
) -> None:
    await store(database, a_row(), a_row(external_alert_id="2"))
    await enrichment.enrich([1])
    assert await enrichment.unenriched() == (2,)


async def test_alerts_that_are_not_there_are_left_out(enrichment: Enrichment) -> None:
    assert await enrichment.enrich([7, 8]) == ()


async def test_an_alert_that_only_lacks_its_group_is_found_too(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    complete = a_row(external_alert_id="2", risk_score=3.0)
    await store(database, a_row(risk_score=3.0, **ON_WS1), complete)
    assert await enrichment.unenriched() == (1,)
    await enrichment.enrich([1, 2])
    assert (await alert(database, clock, 1)).correlation_id == "COR-000001"
    assert await enrichment.unenriched() == ()


async def test_the_mark_is_found_by_an_index(database: Database) -> None:
    plan = await database.read(
        lambda connection: connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM alerts WHERE processed IS 0 ORDER BY id LIMIT 9"
        ).all()
    )
    assert "ix_alerts_unprocessed" in str(plan)


async def test_an_older_alert_that_was_left_undone_joins_those_that_came_later(
    enrichment: Enrichment, database: Database, clock: FakeClock
) -> None:
    for number, minutes in enumerate((0, 30, 50)):
        row = a_row(external_alert_id=f"{number}", **ON_WS1)
        await store(database, row, now=NOON + timedelta(minutes=minutes))
    await enrichment.enrich([2])
    await enrichment.enrich([1, 3])
    groups = {(await alert(database, clock, number)).correlation_id for number in (1, 2, 3)}
    assert groups == {"COR-000002"}


@pytest.mark.parametrize(
    ("minutes", "groups"),
    [(10, ["COR-000001", "COR-000001", "COR-000003"]), (0, [None, None, None])],
)
async def test_the_window_is_a_setting(
    database: Database, clock: FakeClock, minutes: int, groups: list[str | None]
) -> None:
    enrichment = Enrichment(database, clock, EnrichmentRules(timedelta(minutes=minutes)))
    for number, at in enumerate((0, 10, 21)):
        row = a_row(external_alert_id=f"{number}", **ON_WS1)
        await store(database, row, now=NOON + timedelta(minutes=at))
    await enrichment.enrich([1, 2, 3])
    found = [(await alert(database, clock, number)).correlation_id for number in (1, 2, 3)]
    assert found == groups


async def test_what_counts_for_how_much_is_a_setting(database: Database, clock: FakeClock) -> None:
    weights = RiskWeights(severity=(80, 60, 40, 20, 10), criticality=(2, 1, 1, 0.5), doubt=1.0)
    enrichment = Enrichment(database, clock, EnrichmentRules(weights=weights))
    row = a_row(severity="medium", asset_criticality="Critical", confidence_score=0.25)
    await store(database, row)
    await enrichment.enrich([1])
    assert (await alert(database, clock, 1)).risk_score == 20.0


async def assigned_in_turn(database: Database, clock: FakeClock, *alert_ids: int) -> list[object]:
    # Made anew each time, as after a restart: the turn is not in its memory.
    await Enrichment(database, clock, EnrichmentRules(assigns_in_turn=True)).enrich(alert_ids)
    return [(await alert(database, clock, one)).assigned_analyst_id for one in alert_ids]


async def test_the_analysts_of_a_team_get_its_alerts_in_turn(
    database: Database, clock: FakeClock
) -> None:
    dana = await store_user(database, "dana", teams=("red",))
    await store_user(database, "kim", teams=("blue",))
    lee = await store_user(database, "lee", teams=("red", "blue"), role="senior_analyst")
    await store_user(database, "boss", teams=("red",), role="manager")
    rows = [a_row(external_alert_id=f"{number}", team="red") for number in range(4)]
    await store(database, *rows, a_row(external_alert_id="all"), a_row(team="nobody's"))
    assert await assigned_in_turn(database, clock, 1, 2) == [dana.id, lee.id]
    assert await assigned_in_turn(database, clock, 3) == [dana.id]
    assert await assigned_in_turn(database, clock, 4, 5, 6) == [lee.id, None, None]
    assert await assigned_in_turn(database, clock, 1, 2, 3) == [dana.id, lee.id, dana.id]
    entry = (await Alerts(database, clock).timeline(1, viewer=MANAGER))[-1]
    assert (entry.actor.kind, entry.changes["assigned_analyst_id"].after) == ("system", dana.id)
    events = await Events(database, epoch="epoch").read_after(6)
    assert [one.seen_before for one in events[:2]] == [("red", None)] * 2


async def test_who_left_gets_no_alert_and_one_that_has_someone_keeps_it(
    database: Database, clock: FakeClock
) -> None:
    dana = await store_user(database, "dana", teams=("red",))
    lee = await store_user(database, "lee", teams=("red",))
    await store(database, *(a_row(external_alert_id=f"{n}", team="red") for n in range(3)))
    assert await assigned_in_turn(database, clock, 1) == [dana.id]
    await database.write(lambda connection: change_user(connection, lee.id, {"is_active": False}))
    assert await assigned_in_turn(database, clock, 2) == [dana.id]
    await Triage(database, clock).update(MANAGER, 3, AlertUpdate(assigned_analyst_id=dana.id))
    before = await alert(database, clock, 3)
    await assigned_in_turn(database, clock, 3)
    after = await alert(database, clock, 3)
    assert (after.assigned_analyst_id, after.status) == (dana.id, before.status)
