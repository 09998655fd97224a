"""QRadar's Log Event Extended Format, 1.0 and 2.0: five header fields and attributes.

    LEEF:1.0|vendor|product|version|event id|key=value<tab>key=value
    LEEF:2.0|vendor|product|version|event id|delimiter|key=value…

becomes `{"leef": {…}, "extension": {key: value}, "syslog": {…}}`, all values texts. The delimiter
is a character or its number (`x09`, `0x5E`); without one it is a tab.
"""

import re

from ir_client.wire.base import JsonObject

from . import syslog
from .key_values import delimited_pairs, spaced_pairs
from .piped_headers import header_of

FIELDS = ("version", "vendor", "product", "product_version", "event_id")
MARK = re.compile(r"(?:^|(?<=[\s:>\"'\]\ufeff]))LEEF: ?(?=\d)")

_TAB = "\t"
_NUMBER = re.compile(r"(?:0|\\)?x([0-9a-fA-F]{1,4})")
_DELIMITER_FIELD = re.compile(r"([^|=\w\s]|(?:0|\\)?x[0-9a-fA-F]{1,4}|\t| |)\|")


def starts_in(line: str) -> int | None:
    """Where a LEEF event begins in `line`."""
    mark = MARK.search(line, 0, syslog.HEADER_CHARACTERS)
    return mark.start() if mark else None


def record_of(line: str, start: int) -> JsonObject | str:
    """The event that begins at `start`, or what is wrong with it."""
    header = header_of(line[start:], "LEEF", FIELDS)
    if isinstance(header, str):
        return header
    named, rest = header
    record: JsonObject = {
        "leef": named,
        "extension": _attributes(rest, has_delimiter=named["version"].startswith("2")),
    }
    before = syslog.fields_before(line[:start])
    return record | {"syslog": before} if before else record


def _attributes(text: str, *, has_delimiter: bool) -> JsonObject:
    delimiter = _TAB
    # Some senders of 2.0 leave the field out: then attributes are where it would be.
    if has_delimiter and (field := _DELIMITER_FIELD.match(text)):
        delimiter, text = _character(field[1]), text[field.end() :]
    if delimiter == _TAB and _TAB not in text:
        # Seen in the field: blanks where the tabs should be. With one pair it is the same.
        return spaced_pairs(text.strip())
    if delimiter == " ":
        return spaced_pairs(text.strip())
    return delimited_pairs(text, delimiter)


def _character(field: str) -> str:
    number = _NUMBER.fullmatch(field)
    return chr(int(number[1], 16)) if number else field or _TAB
