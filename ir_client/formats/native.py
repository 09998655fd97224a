"""Our own format: a record has the fields of `AlertDraft`, as the REST interface takes them.

An envelope `{"source_system", "alerts": [...]}`, as `POST /alerts/ingest` takes it, holds several.
What the server adds to an alert (`id`, `revision`, ...) is ignored, so alerts that were read from
one server can be ingested into another. The whole record is kept in `raw_alert_data` unless the
record brings its own.
"""

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .identity import record_id


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like one of our alerts."""
    return "severity" in record and ("title" in record or "external_alert_id" in record)


def unwrap(record: JsonObject) -> list[object] | None:
    """The alerts of an ingest envelope or of a listing; None for anything else."""
    alerts = record.get("alerts")
    if recognises(record) or not isinstance(alerts, list):
        return None
    envelope = {key: record[key] for key in ("source_system",) if key in record}
    return [envelope | alert if isinstance(alert, dict) else alert for alert in alerts]


def draft_from(record: JsonObject) -> AlertDraft:
    """Map one record; raises pydantic's ValidationError for what the contract refuses."""
    fields = {key: value for key, value in record.items() if value is not None}
    fields.setdefault("external_alert_id", record_id("record", record))
    fields.setdefault("raw_alert_data", record)
    return AlertDraft.model_validate(fields)


FORMAT = AlertFormat(
    name="native",
    title="IR Central",
    known_by="a severity and a title or external_alert_id",
    recognises=recognises,
    map_record=draft_from,
    unwrap=unwrap,
)
