import json
from datetime import timedelta

from ir_client.wire.alerts import Alert
from server_stub.storage.alert_rows import alert_search_text
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from tests.support.builders import NOON, a_draft
from tests.support.server import MANAGER, FakeClock, a_row, store


async def test_every_field_of_the_contract_is_sent(database: Database, clock: FakeClock) -> None:
    (stored,) = await store(database, a_row())
    sent = json.loads((await Alerts(database, clock).get(stored.id, viewer=MANAGER)).json)
    assert set(sent) == set(Alert.model_fields)


async def test_what_a_sender_says_is_what_is_sent(database: Database, clock: FakeClock) -> None:
    said = {
        "title": 'Bär "quoted" \\ \n 漢字 😀',
        "description": "what happened",
        "threat_type": "malware",
        "rule_id": "r1",
        "source_ip": "10.0.0.1",
        "source_port": 443,
        "affected_hostname": "ws-1",
        "confidence_score": 0.25,
        "risk_score": 33.5,
        "correlation_id": "c1",
        "enrichment_data": {"deep": [1, {"x": None}]},
        "tags": ("a", "b"),
        "mitre_techniques": ("T1059",),
        "detected_at": NOON - timedelta(hours=2),
    }
    (stored,) = await store(database, a_row(**said))
    alert = (await Alerts(database, clock).get(stored.id, viewer=MANAGER)).model()
    assert alert.model_dump(include=set(said)) == said


async def test_texts_are_sent_as_they_were_whatever_they_hold(
    database: Database, clock: FakeClock
) -> None:
    odd = "".join(map(chr, range(1, 32))) + '"\\/\x7f\u2028\U0001f600'
    said = {"external_alert_id": odd, "source": odd, "correlation_id": odd, "title": odd}
    (stored,) = await store(database, a_row(**said))
    sent = json.loads((await Alerts(database, clock).get(stored.id, viewer=MANAGER)).json)
    assert {name: sent[name] for name in said} == said


async def test_numbers_are_sent_with_all_their_digits(database: Database, clock: FakeClock) -> None:
    (stored,) = await store(database, a_row(risk_score=33.333333333333336))
    sent = json.loads((await Alerts(database, clock).get(stored.id, viewer=MANAGER)).json)
    assert (sent["risk_score"], sent["reported"]) == (33.333333333333336, False)


async def test_times_are_written_in_utc_with_a_zone(database: Database, clock: FakeClock) -> None:
    (stored,) = await store(database, a_row())
    sent = json.loads((await Alerts(database, clock).get(stored.id, viewer=MANAGER)).json)
    times = ("detected_at", "received_at", "created_at", "updated_at", "last_seen_at")
    assert {sent[name] for name in times} == {"2026-03-01T12:00:00.000000Z"}


async def test_an_alert_becomes_overdue_by_the_clock_alone(
    database: Database, clock: FakeClock
) -> None:
    (stored,) = await store(database, a_row())
    alerts = Alerts(database, clock)
    assert (await alerts.get(stored.id, viewer=MANAGER)).model().is_overdue is False
    clock.advance(hours=25)
    assert (await alerts.get(stored.id, viewer=MANAGER)).model().is_overdue is True


def test_a_search_looks_through_names_and_ids_without_case() -> None:
    draft = a_draft(title="STRASSE", affected_hostname="WS-1", tags=("VIP",))
    text = alert_search_text(draft.__dict__, "EXT-9", "EDR")
    assert all(word in text for word in ("strasse", "ws-1", "vip", "ext-9", "edr"))
