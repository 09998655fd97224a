"""Read what SIEMs and sensors write, as drafts of our alerts.

    with open("eve.json", "rb") as stream:
        for reading in read_drafts(stream):
            match reading.outcome:
                case AlertDraft() as draft: ...
                case Skipped(reason) | Rejected(reason): ...

A format is a pure function from one record to a draft; `read_drafts` finds the records in a
stream of bytes and never stops at a bad one. Files are opened, and alerts sent, by others.

A format of your own is an `AlertFormat`, mostly with an `AlertMapping` that says where the fields
come from: docs/formats.md shows one, and how a package brings it along.
"""

from .alert_format import AlertFormat
from .envelopes import opening
from .found import BrokenRecord, RecordAt
from .mapping import AlertMapping
from .mapping_file import format_from_document
from .mapping_keys import MappingFileError
from .outcomes import RecordError, Rejected, Skipped
from .places import Place
from .reading import MAX_ALERT_BYTES, Reading, read_drafts
from .records import MAX_RECORD_CHARACTERS, read_records
from .registry import AUTO, FORMATS, format_named, recognise
from .rejects import rejected_line
from .sources import (
    At,
    ByAttack,
    FieldSource,
    FirstOf,
    Fixed,
    Scale,
    Sentence,
    Share,
    Words,
    Worked,
)

__all__ = [
    "AUTO",
    "FORMATS",
    "MAX_ALERT_BYTES",
    "MAX_RECORD_CHARACTERS",
    "AlertFormat",
    "AlertMapping",
    "At",
    "BrokenRecord",
    "ByAttack",
    "FieldSource",
    "FirstOf",
    "Fixed",
    "MappingFileError",
    "Place",
    "Reading",
    "RecordAt",
    "RecordError",
    "Rejected",
    "Scale",
    "Sentence",
    "Share",
    "Skipped",
    "Words",
    "Worked",
    "format_from_document",
    "format_named",
    "opening",
    "read_drafts",
    "read_records",
    "recognise",
    "rejected_line",
]
