"""The header that syslog puts before a message: RFC 5424, RFC 3164, and what passes for them.

What a header says becomes a dict: `priority` (an int), `timestamp` (as written), `host`, `app`,
`pid`, `message_id`, `structured_data`; a key only where the header has it.
"""

import re

from ir_client.wire.base import JsonObject

# A header is short; looking further for a message would find one inside another's text.
HEADER_CHARACTERS = 2000

_PRIORITY = r"(?:<(?P<priority>\d{1,3})>)?"
_ISO_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_BSD_TIME = r"[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?(?: [A-Z]{3,4}\b)?:?"
_DATA = r'(?:-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\])+)'

_RFC_5424 = re.compile(
    _PRIORITY + rf"1 (?P<timestamp>-|{_ISO_TIME}) (?P<host>\S+) (?P<app>\S+) (?P<pid>\S+) "
    rf"(?P<message_id>\S+) (?P<structured_data>{_DATA})(?: |$)"
)
_RFC_3164 = re.compile(
    _PRIORITY + rf"\s?(?P<timestamp>{_BSD_TIME}|{_ISO_TIME}|\d{{10}}(?:\.\d+)?) +"
    r"(?:(?P<host>[^\s:\[\]{|]+|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*)(?: +|$))?"
    r"(?:(?P<app>[^\s:\[\]{|]+)(?:\[(?P<pid>[^\]\s]*)\])?(?::\s*|\s+|$))?"
)
_BARE = re.compile(
    r"<(?P<priority>\d{1,3})>(?:(?P<app>[^\s:\[\]{|]+)(?:\[(?P<pid>[^\]\s]*)\])?:\s*)?"
)
_ABSENT = "-"


def header_of(text: str) -> tuple[JsonObject, int] | None:
    """What the header at the begin of `text` says, and where it ends; None without one."""
    for pattern in (_RFC_5424, _RFC_3164, _BARE):
        if match := pattern.match(text):
            return _fields(match), match.end()
    return None


def fields_before(text: str) -> JsonObject:
    """What is before a message: the fields of a header, or `header`, the text, if it is none."""
    if not text.strip():
        return {}
    header = header_of(text)
    return {"header": text.strip()} if header is None else header[0]


def _fields(match: re.Match[str]) -> JsonObject:
    said = {key: value for key, value in match.groupdict().items() if value not in (None, _ABSENT)}
    fields: JsonObject = {
        key: value.rstrip(":") if key == "timestamp" else value for key, value in said.items()
    }
    if "priority" in fields:
        fields["priority"] = int(fields["priority"])
    return fields
