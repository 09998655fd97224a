"""Find the JSON records in a stream of bytes, whatever holds them together.

Takes JSON lines, arrays, one object, objects one behind the other, pretty-printed or not, plain or
gzipped, in UTF-8 or in UTF-16 with its mark. Holds one record and one chunk, never the stream.

A broken record is reported with its line, and reading goes on at the next place where a record may
begin: a line with `{` as far in as the broken record had it, or, inside one long line, behind the
brace that closes it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ir_client.wire.base import JsonObject

from .text_window import TextWindow

MAX_RECORD_CHARACTERS = 16 * 1024 * 1024

_CUT_OFF = "the file ends in the middle of this record; is it complete, or still being written?"
_TOO_LONG = f"longer than {MAX_RECORD_CHARACTERS >> 20} MiB; is a closing brace missing?"
_TOO_DEEP = "nested too deeply to be read; flatten it"
_LONG_NUMBER = "a number in it has thousands of digits; write it as a text"

_BETWEEN_RECORDS = re.compile(r"[\s,\[\]\x1e\x00]*")
_SCALAR = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)(?=\s*[,\]])')
_STRING_OR_BRACE = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}]')
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# The longest thing that the end of a window may cut in two: \ud83d, true, -Infinity.
_TAIL = 16
_CUT_VALUE = re.compile(r"[\w\\.+-]*\s*")


class _NotAValueError(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class RecordAt:
    """A record and the line on which it starts, counted from 1."""

    line: int
    record: JsonObject


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """Something that is no JSON object, or a stream that cannot be read on."""

    line: int
    reason: str


def read_records(stream: BinaryIO) -> Iterator[RecordAt | BrokenRecord]:
    """Yield every record of `stream` in order; never raises for what the stream holds."""
    window = TextWindow(stream)
    while window.skip(_BETWEEN_RECORDS):
        if window.text[window.at] == "{":
            yield _next_record(window)
        else:
            yield BrokenRecord(window.line, "not a JSON object; a record starts with {")
            _skip_other(window)
    if window.failure:
        yield BrokenRecord(window.line, window.failure)


def _refuse_constant(name: str) -> object:
    raise _NotAValueError(f"broken JSON: {name} is not a value; write null or a number")


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)


def _next_record(window: TextWindow) -> RecordAt | BrokenRecord:
    line = window.line
    while True:
        try:
            return _whole_record(window)
        except json.JSONDecodeError as error:
            if not _may_be_incomplete(error, window):
                reason = _explain(error, window)
            elif window.pending > MAX_RECORD_CHARACTERS:
                reason = _TOO_LONG
            elif window.grow():
                continue
            else:
                reason = _cut_off(window) if _is_cut(error) else _explain(error, window)
        except RecursionError:
            reason = _TOO_DEEP
        except _NotAValueError as error:
            reason = str(error)
        except ValueError:
            reason = _LONG_NUMBER
        _go_on_behind(window)
        return BrokenRecord(line, reason)


def _whole_record(window: TextWindow) -> RecordAt:
    record, end = _decoder.raw_decode(window.text, window.at)
    if _SURROGATE_ESCAPE.search(window.text, window.at, end):
        # Half a character: legal in JSON, and no encoder would take it any further.
        record = json.loads(_SURROGATE.sub("\ufffd", json.dumps(record, ensure_ascii=False)))
    found = RecordAt(window.line, record)
    window.move_to(end)
    return found


def _may_be_incomplete(error: json.JSONDecodeError, window: TextWindow) -> bool:
    # A raw line break in a string is an error of its own, so an unterminated one reached the end.
    unterminated = error.msg.startswith("Unterminated string")
    return unterminated or error.pos >= len(window.text) - _TAIL


def _is_cut(error: json.JSONDecodeError) -> bool:
    """Whether the stream ended inside the record, rather than soon after what is wrong in it."""
    if error.msg.startswith("Unterminated string"):
        return "\n" not in error.doc[error.pos :]
    return _CUT_VALUE.fullmatch(error.doc, error.pos) is not None


def _explain(error: json.JSONDecodeError, window: TextWindow) -> str:
    what = f"broken JSON: {error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at")
    lines_below = window.text.count("\n", window.at, error.pos)
    if lines_below:
        return f"{what} on line {window.line + lines_below}"
    return f"{what} at character {error.pos - window.at + 1} of the record"


def _cut_off(window: TextWindow) -> str:
    reason, window.failure = window.failure or _CUT_OFF, None
    return reason


def _skip_other(window: TextWindow) -> None:
    """Pass a bare value, as an array may hold between its records, or else the whole line."""
    if scalar := _SCALAR.match(window.text, window.at):
        window.move_to(scalar.end())
    else:
        window.skip_to("\n")


def _go_on_behind(window: TextWindow) -> None:
    """Leave a broken record for the next place where a record may begin."""
    indent = window.indent
    if indent is not None:
        window.skip_to(f"\n{indent}{{")
    elif end := _closing_brace(window):
        window.move_to(end)
    else:
        window.skip_to("\n")


def _closing_brace(window: TextWindow) -> int | None:
    """Where the record that starts here ends if its braces are to be believed."""
    depth = 0
    for token in _STRING_OR_BRACE.finditer(window.text, window.at):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                return token.end()
    return None
