"""What a format is: how its records are known, and how one of them becomes a draft."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

from .mapping import AlertMapping
from .outcomes import RecordError, Rejected, Skipped, why_invalid


def _holds_one(record: JsonObject) -> list[object] | None:  # noqa: ARG001 # a format's
    return None


@dataclass(frozen=True, slots=True)
class AlertFormat:
    """A format: how its records are known, and how one of them becomes a draft.

    `recognises` and `map_record` are pure; `map_record` raises RecordError or pydantic's
    ValidationError for a record that should be an alert and cannot be one. `known_by` completes
    "recognised, since it has …". `unwrap` gives the records of an envelope, None for a record.
    `mapping` is there for formats that are data, and is what the documentation shows.
    """

    name: str
    title: str
    known_by: str
    recognises: Callable[[JsonObject], bool]
    map_record: Callable[[JsonObject], AlertDraft | Skipped]
    unwrap: Callable[[JsonObject], list[object] | None] = _holds_one
    mapping: AlertMapping | None = None

    def draft(self, record: JsonObject) -> AlertDraft | Skipped | Rejected:
        """Map `record`; never raises for what it holds."""
        try:
            return self.map_record(record)
        except ValidationError as error:
            return Rejected(why_invalid(error))
        except RecordError as error:
            return Rejected(str(error))
