import io
import json
from typing import Any

from ir_client.formats import Reading, read_drafts
from ir_console.cli.intake.items import Item

EVE = {"event_type": "alert", "timestamp": "2026-03-24T14:37:19Z", "alert": {"severity": 1}}
OURS = {"external_alert_id": "x", "title": "T", "severity": "high"}


def the_reading_of(record: dict[str, Any]) -> Reading:
    (reading,) = read_drafts(io.BytesIO(json.dumps(record).encode()))
    return reading


def test_a_record_is_whole_whether_its_draft_keeps_it_or_not() -> None:
    for record in (EVE, OURS, OURS | {"raw_alert_data": {"other": 1}}, EVE | {"flow_id": 2**70}):
        assert Item.of(the_reading_of(record)).record() == record


def test_a_record_that_its_draft_keeps_is_held_once() -> None:
    item = Item.of(the_reading_of(EVE | {"payload": "x" * 5000}))
    assert 5000 < item.weight < 2 * 5000


def test_a_record_that_is_rejected_is_kept() -> None:
    broken = EVE | {"alert": None}
    item = Item.of(the_reading_of(broken))
    assert item.reason
    assert item.record() == broken
