"""From a stream of bytes to drafts, each with the line that it starts on.

Decides which format maps a record and whether the server would take the draft at all: its size
and the depth of its JSON. A record that fails is one `Rejected`; reading goes on behind it.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

from . import rejects
from .alert_format import AlertFormat
from .outcomes import Rejected, Skipped, quoted
from .places import Place
from .records import BrokenRecord, RecordAt, read_records
from .registry import AUTO, FORMATS, format_named, recognise

MAX_ALERT_BYTES = 1024 * 1024

# A request may be 32 deep; the envelope, its list, the alert and `raw_alert_data` take four.
_MAX_RECORD_DEPTH = 28


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one record.

    `line` is where it starts, `format_name` the format that it was read as, if it is one of ours.
    `encoded` is the draft as JSON, as `client.alerts.ingest` takes it too. `record` is what was
    read, `text` how it was written where nothing could be read. `after` is the place behind the
    record; of an envelope, only the last reading has one.
    """

    line: int
    outcome: AlertDraft | Skipped | Rejected
    format_name: str | None = None
    encoded: bytes = field(default=b"", repr=False)
    record: object = field(default=None, repr=False)
    text: str = field(default="", repr=False)
    after: Place | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Bytes of the draft as JSON."""
        return len(self.encoded)


def read_drafts(
    stream: BinaryIO,
    format_name: str = AUTO,
    formats: Sequence[AlertFormat] = FORMATS,
    *,
    place: Place | None = None,
) -> Iterator[Reading]:
    """Read every record of `stream`; `auto` recognises its format, among `formats`, by itself.

    Raises LookupError for an unknown format. What is wrong with the stream itself (truncated,
    not JSON) is a `Rejected` like any other. With the `place` that an earlier run came to
    (`Reading.after`), reading goes on there.
    """
    among = formats if format_name == AUTO else (format_named(format_name, formats),)
    return _readings(stream, among, place, is_named=format_name != AUTO)


def _readings(
    stream: BinaryIO, among: Sequence[AlertFormat], place: Place | None, *, is_named: bool
) -> Iterator[Reading]:
    for found in read_records(stream, place):
        after = found.after
        if isinstance(found, BrokenRecord):
            yield Reading(found.line, Rejected(found.reason), text=found.text, after=after)
            continue
        if (rejected := rejects.unwrap(found.record)) is not None:
            yield from _again(rejected, found, among, is_named=is_named)
            continue
        known, parts = _unwrapped(found.record, among)
        for number, part in enumerate(parts, start=1):
            is_last = number == len(parts)
            yield _read_one(
                found.line, part, known, among, is_named=is_named, after=after if is_last else None
            )


def _again(
    rejected: bytes, found: RecordAt, among: Sequence[AlertFormat], *, is_named: bool
) -> Iterator[Reading]:
    """What was rejected by another run and is fed in again; its line is that of this file."""
    readings = _readings(io.BytesIO(rejected), among, None, is_named=is_named)
    last: Reading | None = None
    for reading in readings:
        if last is not None:
            yield replace(last, line=found.line, after=None)
        last = reading
    if last is not None:
        yield replace(last, line=found.line, after=found.after)


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
    after: Place | None,
) -> Reading:
    def rejected(reason: str) -> Reading:
        return Reading(line, Rejected(reason), name, record=record, after=after)

    name = None if known is None else known.name
    if not isinstance(record, dict):
        return rejected(f"an alert is an object, not {quoted(record)}")
    if _is_deeper(record, _MAX_RECORD_DEPTH):
        return rejected(f"nested deeper than {_MAX_RECORD_DEPTH} levels; flatten it")
    known = known or (among[0] if is_named else recognise(record, among))
    if known is None:
        return rejected(_unrecognised(record, among))
    name = known.name
    draft = known.draft(record)
    if not isinstance(draft, AlertDraft):
        return Reading(line, draft, name, record=record, after=after)
    encoded = draft.model_dump_json(exclude_unset=True).encode()
    if len(encoded) > MAX_ALERT_BYTES:
        return rejected(_too_large(len(encoded)))
    return Reading(line, draft, name, encoded, record, after=after)


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
