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
from .encoding import MAX_RECORD_DEPTH, draft_as_json, record_as_json
from .found import BrokenRecord, Finding, RecordAt
from .outcomes import Rejected, Skipped, quoted
from .places import Place
from .records import read_records
from .registry import AUTO, FORMATS, format_named, recognise

MAX_ALERT_BYTES = 1024 * 1024


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
    mapper = _Mapper(among, is_named=format_name != AUTO)
    return (reading for found in read_records(stream, place) for reading in mapper.readings(found))


class _Mapper:
    """Maps what is found; remembers the last record's format, which most often is the next's."""

    def __init__(self, among: Sequence[AlertFormat], *, is_named: bool) -> None:
        self._among = among
        self._is_named = is_named
        self._recent: AlertFormat | None = None
        # Ours do not overlap; others' may, and then the first counts.
        self._others = tuple(known for known in among if known not in FORMATS)

    def readings(self, found: Finding) -> Iterator[Reading]:
        """What becomes of a record, or of each record in an envelope."""
        if isinstance(found, BrokenRecord):
            broken = Rejected(found.reason)
            yield Reading(found.line, broken, text=found.text, after=found.after)
        elif (rejected := rejects.unwrap(found.record)) is not None:
            yield from self._again(rejected, found)
        elif (known := self._known_again(found.record)) is not None:
            yield self._mapped(found.line, found.record, known, found.after)
        else:
            known, parts = self._unwrapped(found.record)
            last = len(parts) - 1
            for number, part in enumerate(parts):
                after = found.after if number == last else None
                yield self._one(found.line, part, known, after)

    def _known_again(self, record: JsonObject) -> AlertFormat | None:
        """The format of the record before this one, if it knows this one too.

        Our own comes last of all, for others may know what it knows.
        """
        recent = self._recent
        if recent is None or recent is self._among[-1] or not recent.recognises(record):
            return None
        if any(known.recognises(record) for known in self._others if known is not recent):
            return None
        return None if recent.unwrap(record) is not None else recent

    def _again(self, rejected: bytes, found: RecordAt) -> Iterator[Reading]:
        """What was rejected by another run and is fed in again; its line is that of this file."""
        inner = [
            reading
            for again in read_records(io.BytesIO(rejected))
            for reading in self.readings(again)
        ]
        last = len(inner) - 1
        for number, reading in enumerate(inner):
            after = found.after if number == last else None
            yield replace(reading, line=found.line, after=after)

    def _unwrapped(self, record: JsonObject) -> tuple[AlertFormat | None, list[object]]:
        """The records in an envelope and their format; a bare record is alone."""
        for known in self._among:
            if (parts := known.unwrap(record)) is not None:
                return known, parts
        return None, [record]

    def _one(
        self, line: int, record: object, known: AlertFormat | None, after: Place | None
    ) -> Reading:
        if not isinstance(record, dict):
            why = f"an alert is an object, not {quoted(record)}"
            name = None if known is None else known.name
            return Reading(line, Rejected(why), name, record=record, after=after)
        known = known or (self._among[0] if self._is_named else recognise(record, self._among))
        if known is None:
            why = _unrecognised(record, self._among)
            return Reading(line, Rejected(why), record=record, after=after)
        self._recent = known
        return self._mapped(line, record, known, after)

    def _mapped(
        self, line: int, record: JsonObject, known: AlertFormat, after: Place | None
    ) -> Reading:
        outcome: AlertDraft | Skipped | Rejected
        encoded = b""
        if (written := record_as_json(record)) is None:
            outcome = Rejected(f"nested deeper than {MAX_RECORD_DEPTH} levels; flatten it")
        else:
            outcome = known.draft(record)
            if isinstance(outcome, AlertDraft):
                encoded = draft_as_json(outcome, record, written)
                if len(encoded) > MAX_ALERT_BYTES:
                    outcome, encoded = Rejected(_too_large(len(encoded))), b""
        return Reading(line, outcome, known.name, encoded, record, after=after)


def _unrecognised(record: JsonObject, among: Sequence[AlertFormat]) -> str:
    names = ", ".join(known.name for known in among)
    keys = ", ".join(quoted(key) for key in list(record)[:3]) or "nothing"
    return f"no known format (it has {keys}, ...); name one of {names} with --format"


def _too_large(size: int) -> str:
    return (
        f"{size / 1024 / 1024:.1f} MiB as an alert; the server takes {MAX_ALERT_BYTES >> 20} MiB: "
        "leave payloads and packets out of the record"
    )
