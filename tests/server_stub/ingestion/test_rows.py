import json

from server_stub.domain.clocks import instant
from server_stub.ingestion.rows import prepare_alert
from server_stub.storage.alert_rows import DOCUMENT_FIELDS
from tests.support.builders import NOON, a_draft

NOW = instant(NOON)


def test_a_document_holds_every_field_that_is_no_column() -> None:
    row = prepare_alert(a_draft(), team=None, received_at=NOW)
    assert tuple(json.loads(row.document)) == DOCUMENT_FIELDS


def test_an_alert_that_does_not_say_when_was_detected_now() -> None:
    row = prepare_alert(a_draft(detected_at=None), team=None, received_at=NOW)
    assert row.detected_at == NOW


def test_the_senders_record_is_kept_apart_and_only_if_there_is_one() -> None:
    with_record = prepare_alert(a_draft(raw_alert_data={"a": 1}), team=None, received_at=NOW)
    assert with_record.raw == '{"a":1}'
    assert "raw_alert_data" not in with_record.document
    assert prepare_alert(a_draft(), team=None, received_at=NOW).raw is None


def test_a_row_is_keyed_by_team_source_and_external_id() -> None:
    row = prepare_alert(a_draft(source="edr", external_alert_id="7"), team="blue", received_at=NOW)
    assert row.key == ("blue", "edr", "7")
