"""ArcSight's Common Event Format: one line of seven header fields and an extension.

    CEF:0|vendor|product|version|event class id|name|severity|key=value key=value

becomes `{"cef": {…}, "extension": {key: value}, "syslog": {…}}`, all values texts, their escapes
undone. What syslog put before the line is under `syslog`, which is missing where there is nothing.
"""

import re

from ir_client.wire.base import JsonObject

from . import syslog
from .key_values import spaced_pairs

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

_UNESCAPED_PIPE = re.compile(r"((?:[^\\|]|\\.)*+)\|", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\|=nr])")
_MEANING = {"n": "\n", "r": "\r"}


def starts_in(line: str) -> int | None:
    """Where a CEF event begins in `line`."""
    mark = MARK.search(line, 0, syslog.HEADER_CHARACTERS)
    return mark.start() if mark else None


def record_of(line: str, start: int) -> JsonObject | str:
    """The event that begins at `start`, or what is wrong with it."""
    fields, rest = header_fields(line[start:], len(FIELDS))
    if len(fields) < len(FIELDS):
        return (
            f"a CEF header has {len(FIELDS)} fields, each with a | behind it; "
            f"this one has {len(fields)}"
        )
    named = dict(zip(FIELDS, fields, strict=True))
    named["version"] = named["version"].partition(":")[2].strip()
    pairs = spaced_pairs(rest.strip())
    record: JsonObject = {
        "cef": {key: unescaped(value).strip() for key, value in named.items()},
        "extension": {key: unescaped(value) for key, value in pairs.items()},
    }
    before = syslog.fields_before(line[:start])
    return record | {"syslog": before} if before else record


def header_fields(text: str, count: int) -> tuple[list[str], str]:
    """The first `count` fields that end with a pipe, and what is behind them."""
    fields: list[str] = []
    at = 0
    while len(fields) < count and (field := _UNESCAPED_PIPE.match(text, at)):
        fields.append(field[1])
        at = field.end()
    return fields, text[at:]


def unescaped(text: str) -> str:
    """`text` without the backslashes of CEF; one before anything else stays, as in paths."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda escape: _MEANING.get(escape[1], escape[1]), text)
