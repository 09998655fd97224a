"""A line of text that is a record by itself: CEF, LEEF, or JSON behind a syslog header."""

import re

from ir_client.wire.base import JsonObject

from . import cef_lines, leef_lines, syslog
from .json_records import object_in

NOT_ONE = (
    "no record: not a JSON object, nor CEF or LEEF, nor a row below a header (CSV, Zeek); "
    "is it a line of another file?"
)
_BRACE = re.compile(r"\{")


def record_of(line: str) -> JsonObject | str:
    """The record that `line` is, or why it is none."""
    if (start := cef_lines.starts_in(line)) is not None:
        return cef_lines.record_of(line, start)
    if (start := leef_lines.starts_in(line)) is not None:
        return leef_lines.record_of(line, start)
    if syslog.header_of(line) is not None and (brace := _BRACE.search(line)):
        record = object_in(line[brace.start() :])
        return "broken JSON behind a syslog header" if record is None else record
    return NOT_ONE
