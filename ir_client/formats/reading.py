"""From a stream of bytes to drafts, each with the line that it starts on.

Decides which format maps a record and whether the server would take the draft at all: its size
and the depth of its JSON. A record that fails is one `Rejected`; reading goes on behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .outcomes import Rejected, Skipped, quoted
from .records import BrokenRecord, RecordAt, read_records
from .registry import AUTO, FORMATS, format_named, recognise

MAX_ALERT_BYTES = 1024 * 1024

# A request may be 32 deep; the envelope, its list, the alert and `raw_alert_data` take four.
_MAX_RECORD_DEPTH = 28


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one record: the line it starts on, and the bytes of its draft."""

    line: int
    outcome: AlertDraft | Skipped | Rejected
    size: int = 0


def read_drafts(
    stream: BinaryIO, format_name: str = AUTO, formats: Sequence[AlertFormat] = FORMATS
) -> Iterator[Reading]:
    """Read every record of `stream`; `auto` recognises its format, among `formats`, by itself.

    Raises LookupError for an unknown format. What is wrong with the stream itself (truncated,
    not JSON) is a `Rejected` like any other.
    """
    among = formats if format_name == AUTO else (format_named(format_name, formats),)
    return _readings(stream, among, is_named=format_name != AUTO)


def _readings(
    stream: BinaryIO, among: Sequence[AlertFormat], *, is_named: bool
) -> Iterator[Reading]:
    for found in read_records(stream):
        match found:
            case BrokenRecord(line=line, reason=reason):
                yield Reading(line, Rejected(reason))
            case RecordAt(line=line, record=record):
                known, parts = _unwrapped(record, among)
                for part in parts:
                    yield _read_one(line, part, known, among, is_named=is_named)


def _unwrapped(
    record: JsonObject, among: Sequence[AlertFormat]
) -> tuple[AlertFormat | None, list[object]]:
    """The records in an envelope and their format; a bare record is alone."""
    for known in among:
        if (parts := known.unwrap(record)) is not None:
            return known, parts
    return None, [record]


def _read_one(
    line: int,
    record: object,
    known: AlertFormat | None,
    among: Sequence[AlertFormat],
    *,
    is_named: bool,
) -> Reading:
    if not isinstance(record, dict):
        return Reading(line, Rejected(f"an alert is an object, not {quoted(record)}"))
    if _is_deeper(record, _MAX_RECORD_DEPTH):
        return Reading(line, Rejected(f"nested deeper than {_MAX_RECORD_DEPTH} levels; flatten it"))
    known = known or (among[0] if is_named else recognise(record, among))
    if known is None:
        return Reading(line, Rejected(_unrecognised(record, among)))
    draft = known.draft(record)
    if not isinstance(draft, AlertDraft):
        return Reading(line, draft)
    size = len(draft.model_dump_json(exclude_none=True).encode())
    if size > MAX_ALERT_BYTES:
        return Reading(line, Rejected(_too_large(size)))
    return Reading(line, draft, size)


def _unrecognised(record: JsonObject, among: Sequence[AlertFormat]) -> str:
    names = ", ".join(known.name for known in among)
    keys = ", ".join(quoted(key) for key in list(record)[:3]) or "nothing"
    return f"no known format (it has {keys}, ...); name one of {names} with --format"


def _too_large(size: int) -> str:
    return (
        f"{size / 1024 / 1024:.1f} MiB as an alert; the server takes {MAX_ALERT_BYTES >> 20} MiB: "
        "leave payloads and packets out of the record"
    )


def _is_deeper(record: JsonObject, limit: int) -> bool:
    level: list[object] = [record]
    for _ in range(limit):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    match value:
        case dict():
            inner: list[object] = list(value.values())
        case list():
            inner = value
        case _:
            inner = []
    return [one for one in inner if isinstance(one, dict | list)]
