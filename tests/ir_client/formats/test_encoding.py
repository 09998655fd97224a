import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ir_client.formats.encoding import MAX_RECORD_DEPTH, draft_as_json, record_as_json
from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject
from tests.support.format_samples import FORMATS_BY_NAME, drafts_of

_HUGE = 2**70
_model = TypeAdapter(AlertDraft)


def nested(levels: int) -> JsonObject:
    inner: Any = 1
    for level in range(levels - 1):
        inner = [inner] if level % 2 else {"deeper": inner}
    return {"deep": inner}


def a_draft_of(record: JsonObject, **fields: Any) -> AlertDraft:
    return AlertDraft(
        external_alert_id="x", title="T", severity="high", raw_alert_data=record, **fields
    )


@pytest.mark.parametrize("name", FORMATS_BY_NAME)
def test_a_draft_is_written_as_its_model_says(name: str) -> None:
    drafts = drafts_of(FORMATS_BY_NAME[name])
    assert drafts
    for draft in drafts:
        record = draft.raw_alert_data
        encoded = record_as_json(record)
        assert encoded is not None
        for held in (record, {"another": "record"}):
            written = json.loads(draft_as_json(draft, held, encoded))
            assert written == json.loads(_model.dump_json(draft, exclude_unset=True))


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_is_written_in_utc(moment: datetime) -> None:
    try:
        draft = a_draft_of({}, detected_at=moment)
    except ValueError:
        return  # in UTC it would be no year
    written = json.loads(draft_as_json(draft, {}, b"{}"))
    assert written["detected_at"] == draft.model_dump(mode="json")["detected_at"]


def test_numbers_of_more_than_64_bits_are_kept() -> None:
    record = {"id": _HUGE, "limit": float("inf")}
    encoded = record_as_json(record)
    assert encoded == b'{"id":%d,"limit":null}' % _HUGE
    draft = a_draft_of(record, enrichment_data={"edr": {"id": _HUGE}})
    written = json.loads(draft_as_json(draft, record, encoded))
    assert written["raw_alert_data"]["id"] == _HUGE
    assert written["enrichment_data"] == {"edr": {"id": _HUGE}}


@pytest.mark.parametrize("beside", [{}, {"id": _HUGE}])
def test_a_record_deeper_than_a_request_may_be_is_not_written(beside: JsonObject) -> None:
    assert record_as_json(nested(MAX_RECORD_DEPTH) | beside) is not None
    assert record_as_json(nested(MAX_RECORD_DEPTH + 1) | beside) is None
    assert record_as_json(nested(900) | beside) is None


def test_many_objects_beside_each_other_are_not_deep() -> None:
    record = {"parts": [{"text": "{[" * 40}] * 60}
    encoded = record_as_json(record)
    assert encoded is not None
    assert json.loads(encoded) == record
