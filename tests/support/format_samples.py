"""The small samples of every format, and what becomes of them as the golden files say it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ir_client.formats.alert_format import AlertFormat
from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.reading import read_drafts
from ir_client.formats.records import RecordAt, read_records
from ir_client.formats.registry import FORMATS
from ir_client.wire.alerts import AlertDraft

SAMPLES = Path("tests/ir_client/formats/samples")


def sample_files(known: AlertFormat) -> list[Path]:
    """The files with records of a format: NAME.json, NAME.csv, NAME-envelope.json, …"""
    found = [*SAMPLES.glob(f"{known.name}.*"), *SAMPLES.glob(f"{known.name}-*")]
    return sorted(path for path in found if not path.name.endswith(".golden.json"))


def golden_file(known: AlertFormat) -> Path:
    return SAMPLES / f"{known.name}.golden.json"


def objects_of(known: AlertFormat) -> Iterator[dict[str, Any]]:
    """What the files of a format hold, envelopes unopened."""
    for path in sample_files(known):
        with path.open("rb") as stream:
            for found in read_records(stream):
                assert isinstance(found, RecordAt), (path, found)
                yield found.record


def records_of(known: AlertFormat) -> list[dict[str, Any]]:
    """The records of a format, out of their envelopes."""
    records: list[dict[str, Any]] = []
    for found in objects_of(known):
        inside = known.unwrap(found)
        for record in [found] if inside is None else inside:
            assert isinstance(record, dict), record
            records.append(record)
    return records


def drafts_of(known: AlertFormat) -> list[AlertDraft]:
    outcomes = [known.draft(record) for record in records_of(known)]
    return [outcome for outcome in outcomes if isinstance(outcome, AlertDraft)]


def outcomes_of(known: AlertFormat) -> list[dict[str, Any]]:
    """What becomes of each record, as its golden file has it: read without a format's name."""
    told = []
    for path in sample_files(known):
        with path.open("rb") as stream:
            told += [_told(reading.outcome) for reading in read_drafts(stream)]
    return told


def _told(outcome: AlertDraft | Skipped | Rejected) -> dict[str, Any]:
    match outcome:
        case Skipped(reason=reason):
            return {"skipped": reason}
        case Rejected(reason=reason):
            return {"rejected": reason}
    # The whole record is compared elsewhere; here it would only hide what matters.
    return outcome.model_dump(mode="json", exclude_unset=True, exclude={"raw_alert_data"})


def written(told: list[dict[str, Any]]) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


FORMATS_BY_NAME = {known.name: known for known in FORMATS}
