"""Read what SIEMs and sensors write, as drafts of our alerts.

    with open("eve.json", "rb") as stream:
        for reading in read_drafts(stream):
            match reading.outcome:
                case AlertDraft() as draft: ...
                case Skipped(reason) | Rejected(reason): ...

A format is a pure function from one record to a draft; `read_drafts` finds the records in a
stream of bytes and never stops at a bad one. Files are opened, and alerts sent, by others.
"""

from .alert_format import AlertFormat
from .found import BrokenRecord, RecordAt
from .mapping_file import format_from_document
from .mapping_keys import MappingFileError
from .outcomes import Rejected, Skipped
from .places import Place
from .reading import MAX_ALERT_BYTES, Reading, read_drafts
from .records import MAX_RECORD_CHARACTERS, read_records
from .registry import AUTO, FORMATS, format_named, recognise
from .rejects import rejected_line

__all__ = [
    "AUTO",
    "FORMATS",
    "MAX_ALERT_BYTES",
    "MAX_RECORD_CHARACTERS",
    "AlertFormat",
    "BrokenRecord",
    "MappingFileError",
    "Place",
    "Reading",
    "RecordAt",
    "Rejected",
    "Skipped",
    "format_from_document",
    "format_named",
    "read_drafts",
    "read_records",
    "recognise",
    "rejected_line",
]
