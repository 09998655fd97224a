import io
import json
from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.reading import MAX_ALERT_BYTES, Reading, read_drafts
from ir_client.formats.registry import FORMATS
from ir_client.wire.alerts import AlertDraft

NAMES = ", ".join(known.name for known in FORMATS)
BEACON = {"external_alert_id": "ext-1", "title": "Beacon", "severity": "high"}


def read(*rows: Any, format_name: str = "auto") -> list[Reading]:
    content = "\n".join(json.dumps(row) for row in rows)
    return list(read_drafts(io.BytesIO(content.encode()), format_name))


def test_records_of_different_formats_may_share_a_file() -> None:
    readings = read(BEACON, {"event_type": "dns", "timestamp": "x"}, BEACON)
    assert [type(one.outcome) for one in readings] == [AlertDraft, Skipped, AlertDraft]
    assert [one.line for one in readings] == [1, 2, 3]


def test_a_record_of_no_known_format_says_what_to_do() -> None:
    (reading,) = read({"colour": "red"})
    assert isinstance(reading.outcome, Rejected)
    assert "'colour'" in reading.outcome.reason
    assert f"{NAMES} with --format" in reading.outcome.reason


def test_a_named_format_is_used_without_recognition() -> None:
    (reading,) = read({"severity": "high"}, format_name="native")
    assert reading.outcome == Rejected("title: field required")


def test_an_unknown_format_is_refused_before_anything_is_read() -> None:
    with pytest.raises(LookupError, match=f"there are {NAMES}"):
        read_drafts(io.BytesIO(), "none-such")


def test_an_alert_that_the_server_would_refuse_for_its_size_is_rejected() -> None:
    payload = "x" * (2 * 1024 * 1024)
    big, small = read(BEACON | {"payload": payload}, BEACON)
    assert isinstance(big.outcome, Rejected)
    assert big.outcome.reason.startswith("2.0 MiB as an alert; the server takes 1 MiB")
    assert isinstance(small.outcome, AlertDraft)
    assert 0 < small.size < MAX_ALERT_BYTES


def test_a_record_nested_deeper_than_a_request_may_be_is_rejected() -> None:
    def nested(levels: int) -> dict[str, Any]:
        inner: Any = 1
        for _ in range(levels):
            inner = [inner]
        return BEACON | {"deep": inner}

    fits, too_deep = read(nested(27), nested(28))
    assert isinstance(fits.outcome, AlertDraft)
    assert isinstance(too_deep.outcome, Rejected)


def test_an_envelope_gives_its_alerts_and_rejects_what_is_none() -> None:
    readings = read({"source_system": "lab", "alerts": [BEACON, "text"]})
    assert isinstance(readings[0].outcome, AlertDraft)
    assert readings[0].outcome.source_system == "lab"
    assert readings[1].outcome == Rejected("an alert is an object, not 'text'")


def test_a_broken_line_is_rejected_with_its_number() -> None:
    content = json.dumps(BEACON) + "\nnot json\n" + json.dumps(BEACON)
    readings = list(read_drafts(io.BytesIO(content.encode())))
    assert [type(one.outcome) for one in readings] == [AlertDraft, Rejected, AlertDraft]
    assert readings[1].line == 2
