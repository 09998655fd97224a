"""Files of some megabytes in each format that we read, repeated from samples.

The samples are real records of others, where they lie beside the project, else our own small ones
(of Zeek too, whose real ones have masked times and are rejected, and of Security Hub, where most
are archived and skipped).
A file is in the shape that its source writes: JSON lines, a table, or lines of text.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from ir_client.formats import AlertFormat, RecordAt, read_records

_OWN = Path("tests/ir_client/formats/samples")
_REAL = Path("../shared/samples")
_REAL_FOLDERS = {
    "suricata": "suricata_eve",
    "ocsf": "ocsf",
    "guardduty": "guardduty",
    "sentinel": "defender_sentinel",
    "crowdstrike": "crowdstrike",
    "sentinelone": "sentinelone",
    "splunk": "splunk_notable",
    "falco": "falco",
}
_TEXT_SUFFIXES = frozenset({".csv", ".log", ".txt"})


@dataclass(frozen=True, slots=True)
class FormatFile:
    """What a source might have written, and the plainest way to take it apart."""

    data: bytes
    plainest: str
    take_apart: Callable[[bytes], int]


def file_of(known: AlertFormat, *, size: int) -> FormatFile:
    """A file of at least `size` bytes."""
    samples = _samples(known)
    if samples[0].suffix == ".csv":
        header, *rows = _csv_lines(samples[0])
        return FormatFile(header + _repeated(rows, size), "csv.reader", _rows)
    if samples[0].suffix == ".log":
        text = samples[0].read_bytes().splitlines(keepends=True)
        head = [line for line in text if line.startswith(b"#") and not line.startswith(b"#close")]
        rows = [line for line in text if not line.startswith(b"#")]
        return FormatFile(b"".join(head) + _repeated(rows, size), "lines split at tabs", _fields)
    if samples[0].suffix == ".txt":
        lines = [line for one in samples for line in one.read_bytes().splitlines(keepends=True)]
        return FormatFile(_repeated(lines, size), "lines split at |", _pieces)
    lines = [line for one in samples for line in _json_lines(one, known)]
    return FormatFile(_repeated(lines, size), "json.loads", _objects)


def _samples(known: AlertFormat) -> list[Path]:
    folder = _REAL / _REAL_FOLDERS.get(known.name, known.name)
    own = [*_OWN.glob(f"{known.name}.*"), *_OWN.glob(f"{known.name}-*")]
    found = [*folder.glob("*")] if folder.is_dir() and known.name in _REAL_FOLDERS else own
    files = sorted(path for path in found if not path.name.endswith(".golden.json"))
    texts = [path for path in files if path.suffix in _TEXT_SUFFIXES]
    # Zeek's TSV changes its columns from file to file: the largest has the most rows.
    return sorted(texts, key=lambda path: -path.stat().st_size) or files


def _json_lines(path: Path, known: AlertFormat) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for found in read_records(stream):
            if isinstance(found, RecordAt):
                inside = known.unwrap(found.record)
                for record in [found.record] if inside is None else inside:
                    yield json.dumps(record).encode() + b"\n"


def _csv_lines(path: Path) -> list[bytes]:
    with path.open(newline="") as stream:
        lines = []
        for row in csv.reader(stream):
            text = io.StringIO()
            csv.writer(text).writerow(row)
            lines.append(text.getvalue().encode())
        return lines


def _repeated(lines: list[bytes], size: int) -> bytes:
    held, length = [], 0
    for line in cycle(lines):
        if length >= size:
            return b"".join(held)
        held.append(line)
        length += len(line)
    raise ValueError("no lines to repeat")


def _objects(data: bytes) -> int:
    return sum(1 for line in io.BytesIO(data) if json.loads(line) is not None)


def _rows(data: bytes) -> int:
    return sum(1 for _ in csv.reader(io.TextIOWrapper(io.BytesIO(data), newline=""))) - 1


def _fields(data: bytes) -> int:
    lines = io.TextIOWrapper(io.BytesIO(data))
    return sum(1 for line in lines if not line.startswith("#") and line.split("\t"))


def _pieces(data: bytes) -> int:
    return sum(1 for line in io.TextIOWrapper(io.BytesIO(data)) if line.split("|"))
