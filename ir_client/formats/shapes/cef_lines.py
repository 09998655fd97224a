"""ArcSight's Common Event Format: one line of seven header fields and an extension.

    CEF:0|vendor|product|version|event class id|name|severity|key=value key=value

becomes `{"cef": {…}, "extension": {key: value}, "syslog": {…}}`, all values texts, their escapes
undone. What syslog put before the line is under `syslog`, which is missing where there is nothing.
"""

import re

from ir_client.wire.base import JsonObject

from . import syslog
from .key_values import spaced_pairs
from .piped_headers import header_of, unescaped

FIELDS = (
    "version",
    "device_vendor",
    "device_product",
    "device_version",
    "device_event_class_id",
    "name",
    "severity",
)
MARK = re.compile(r"(?:^|(?<=[\s:>\"'\]\ufeff]))CEF: ?(?=\d)")


def starts_in(line: str) -> int | None:
    """Where a CEF event begins in `line`."""
    mark = MARK.search(line, 0, syslog.HEADER_CHARACTERS)
    return mark.start() if mark else None


def record_of(line: str, start: int) -> JsonObject | str:
    """The event that begins at `start`, or what is wrong with it."""
    header = header_of(line[start:], "CEF", FIELDS)
    if isinstance(header, str):
        return header
    named, rest = header
    pairs = spaced_pairs(rest.strip())
    record: JsonObject = {
        "cef": named,
        "extension": {key: unescaped(value) for key, value in pairs.items()},
    }
    before = syslog.fields_before(line[:start])
    return record | {"syslog": before} if before else record
