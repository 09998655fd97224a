"""What is kept of a record on its way to the server, and no more: a few spans are held at once.

A draft nearly always has its record in it as it was read, and then that is not kept twice.
"""

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from ir_client.formats import Reading, Rejected
from ir_client.wire.alerts import AlertDraft


@dataclass(frozen=True, slots=True)
class Item:
    """A record: its draft as JSON if it is one, the record as JSON if it is not in the draft."""

    line: int
    format_name: str | None
    encoded: bytes = b""
    source: str | None = None
    external_id: str = ""
    reason: str = ""
    """Why it is rejected, if it is."""
    text: str = ""
    _record: bytes = b""

    @classmethod
    def of(cls, reading: Reading) -> "Item":
        """What is kept of a reading that is not skipped."""
        match reading.outcome:
            case AlertDraft() as draft:
                record = reading.record
                return cls(
                    reading.line,
                    reading.format_name,
                    reading.encoded,
                    draft.source_system or draft.source,
                    draft.external_alert_id,
                    _record=b"" if draft.raw_alert_data == record else _as_json(record),
                )
            case Rejected(reason=reason):
                return cls(
                    reading.line,
                    reading.format_name,
                    reason=reason,
                    text=reading.text,
                    _record=b"" if reading.record is None else _as_json(reading.record),
                )
            case other:
                raise ValueError(f"nothing is kept of {other}")

    @property
    def size(self) -> int:
        """Bytes of the draft as JSON."""
        return len(self.encoded)

    @property
    def weight(self) -> int:
        """About how many bytes are held."""
        return len(self.encoded) + len(self._record) + len(self.text)

    def record(self) -> Any:
        """The record; None if nothing could be read."""
        if self._record:
            return json.loads(self._record)
        return json.loads(self.encoded)["raw_alert_data"] if self.encoded else None


def _as_json(record: object) -> bytes:
    try:
        return msgspec.json.encode(record)
    except (OverflowError, RecursionError):
        return json.dumps(record).encode()  # numbers of more than 64 bits
