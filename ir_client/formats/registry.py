"""The formats we read, and which of them a record is written in."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

from . import native, suricata
from .outcomes import RecordError, Rejected, Skipped, why_invalid


@dataclass(frozen=True, slots=True)
class AlertFormat:
    """A format: how its records are known, and how one of them becomes a draft.

    `map_record` is pure; it raises RecordError or pydantic's ValidationError for a record that
    should be an alert and cannot be one.
    """

    name: str
    title: str
    recognises: Callable[[JsonObject], bool]
    map_record: Callable[[JsonObject], AlertDraft | Skipped]

    def draft(self, record: JsonObject) -> AlertDraft | Skipped | Rejected:
        """Map `record`; never raises for what it holds."""
        try:
            return self.map_record(record)
        except ValidationError as error:
            return Rejected(why_invalid(error))
        except RecordError as error:
            return Rejected(str(error))


AUTO = "auto"

# The order matters: the first format that recognises a record has it.
FORMATS: tuple[AlertFormat, ...] = (
    AlertFormat("suricata", "Suricata EVE", suricata.recognises, suricata.draft_from),
    AlertFormat("native", "IR Central", native.recognises, native.draft_from),
)


def format_named(name: str) -> AlertFormat:
    """The format of that name; raises LookupError naming those there are."""
    for known in FORMATS:
        if known.name == name:
            return known
    raise LookupError(f"no format {name!r}; there are {', '.join(f.name for f in FORMATS)}")


def recognise(record: JsonObject) -> AlertFormat | None:
    """The format that `record` is written in, if it is one of ours."""
    return next((known for known in FORMATS if known.recognises(record)), None)
