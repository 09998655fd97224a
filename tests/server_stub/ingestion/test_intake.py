from collections.abc import Sequence
from typing import Any

import pytest

from ir_client.wire.auth import EndpointToken, EndpointTokenCreate
from server_stub.errors import Forbidden, Invalid
from server_stub.ingestion import Intake
from server_stub.ingestion.intake import Ingested
from server_stub.security import TokenPrincipal
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.endpoint_tokens import (
    NewEndpointToken,
    add_endpoint_token,
)
from tests.support.server import MANAGER, FakeClock, an_alert_body


async def a_token(database: Database, clock: FakeClock, **fields: Any) -> TokenPrincipal:
    new = NewEndpointToken(EndpointTokenCreate(token_name="siem", **fields), "hash", None)
    token: EndpointToken = await database.write(
        lambda connection: add_endpoint_token(connection, new, now=clock.now)
    )
    return TokenPrincipal(token)


@pytest.fixture
def intake(database: Database, clock: FakeClock) -> Intake:
    return Intake(database, clock, max_alert_bytes=5_000)


@pytest.fixture
async def token(database: Database, clock: FakeClock) -> TokenPrincipal:
    return await a_token(database, clock)


async def ingest(intake: Intake, token: TokenPrincipal, records: Sequence[object]) -> Ingested:
    return await intake.ingest(token, "edr", records, suspicious=False, check_sizes=False)


async def test_each_alert_gets_its_own_answer(intake: Intake, token: TokenPrincipal) -> None:
    records = [
        an_alert_body(),
        an_alert_body(severity="catastrophic"),
        an_alert_body(),
        "no alert",
        an_alert_body(external_alert_id="ext-2"),
    ]
    ingested = await ingest(intake, token, records)
    report = ingested.report
    assert [one.status for one in report.results] == [
        "created",
        "invalid",
        "duplicate",
        "invalid",
        "created",
    ]
    assert [one.id for one in report.results] == [1, None, 1, None, 2]
    assert (report.success, report.processed_count, report.failed_count) == (True, 2, 3)
    assert report.created_alert_ids == ingested.created_ids == (1, 2)
    assert ingested.seen_again_ids == (1,)
    assert len(report.errors) == 3


async def test_when_nothing_is_new_nothing_succeeds(intake: Intake, token: TokenPrincipal) -> None:
    await ingest(intake, token, [an_alert_body()])
    report = (await ingest(intake, token, [an_alert_body(), {}])).report
    assert (report.success, report.processed_count, report.failed_count) == (False, 0, 2)


async def test_a_large_request_is_answered_in_order(intake: Intake, token: TokenPrincipal) -> None:
    records = [an_alert_body(external_alert_id=f"{number}") for number in range(300)]
    report = (await ingest(intake, token, records)).report
    assert [one.index for one in report.results] == list(range(300))
    assert report.created_alert_ids == tuple(range(1, 301))


async def test_alerts_belong_to_the_team_of_the_token(
    intake: Intake, database: Database, clock: FakeClock
) -> None:
    token = await a_token(database, clock, team="blue")
    await ingest(intake, token, [an_alert_body()])
    assert (await Alerts(database, clock).get(1, viewer=MANAGER)).team == "blue"


async def test_a_source_that_is_not_allowed_is_refused_alone_or_as_a_whole(
    intake: Intake, database: Database, clock: FakeClock
) -> None:
    token = await a_token(database, clock, allowed_sources=["edr"])
    foreign = an_alert_body(source="ids")
    report = (await ingest(intake, token, [an_alert_body(), foreign])).report
    assert [one.status for one in report.results] == ["created", "invalid"]
    with pytest.raises(Forbidden):
        await ingest(intake, token, [foreign, foreign])


async def test_a_single_alert_is_new_once(intake: Intake, token: TokenPrincipal) -> None:
    record = an_alert_body(source="ids")
    first = await intake.create(token, record, suspicious=False)
    again = await intake.create(token, record, suspicious=False)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.alert.model().occurrences == 2


async def test_a_single_alert_that_is_refused_says_where_in_the_body(
    intake: Intake, token: TokenPrincipal
) -> None:
    with pytest.raises(Invalid) as caught:
        await intake.create(token, an_alert_body(source="ids", title=""), suspicious=False)
    assert caught.value.fields[0].loc == ("body", "title")
