"""Write a record and its draft as JSON, each part of them once.

A draft keeps its record whole, and that is most of it. msgspec takes a third of the time that the
model's own serialiser takes, and says the same: times are UTC by then. Numbers of more than 64
bits are the one thing it does not write.
"""

import msgspec
from pydantic import TypeAdapter
from pydantic_core import to_json

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

# A request may be 32 deep; the envelope, its list, the alert and `raw_alert_data` take four.
MAX_RECORD_DEPTH = 28

_draft_json = TypeAdapter(AlertDraft)


def record_as_json(record: JsonObject) -> bytes | None:
    """The record; None if it is nested deeper than a request may be."""
    try:
        encoded = msgspec.json.encode(record)
    except RecursionError:
        return None
    except OverflowError:
        return None if _is_too_deep(record) else to_json(record, inf_nan_mode="null")
    # Each level has a bracket of its own: only who has many can be deep.
    is_flat = encoded.count(b"{") + encoded.count(b"[") <= MAX_RECORD_DEPTH
    return encoded if is_flat or not _is_too_deep(record) else None


def draft_as_json(draft: AlertDraft, record: JsonObject, encoded_record: bytes) -> bytes:
    """The fields of a draft that are set, with the record that it was made of as it is written."""
    are_set = draft.model_fields_set
    fields = {name: value for name, value in draft.__dict__.items() if name in are_set}
    if draft.raw_alert_data == record:
        fields["raw_alert_data"] = msgspec.Raw(encoded_record)
    try:
        return msgspec.json.encode(fields)
    except (OverflowError, RecursionError):
        return _draft_json.dump_json(draft, exclude_unset=True)


def _is_too_deep(record: JsonObject) -> bool:
    level: list[object] = [record]
    for _ in range(MAX_RECORD_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)  # type: ignore[attr-defined] # lists and dicts alone
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True
