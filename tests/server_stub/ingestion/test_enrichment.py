from datetime import timedelta

import pytest

from ir_client.wire.alerts import Alert
from server_stub.ingestion import Enrichment
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.events import Events
from tests.support.builders import NOON
from tests.support.server import MANAGER, FakeClock, a_row, store

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
