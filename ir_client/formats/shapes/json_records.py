"""JSON objects: one a line, in an array, one behind the other, pretty-printed or not.

A broken object is passed for the next place where a record may begin: a line with `{` as far in as
the broken one had it, a line of another shape, or, inside one long line, behind the brace that
closes it.
"""

import json
import re

import msgspec

from ir_client.wire.base import JsonObject

from ..text_window import MAX_RECORD_CHARACTERS, TextWindow

_CUT_OFF = "the file ends in the middle of this record; is it complete, or still being written?"
_TOO_LONG = f"longer than {MAX_RECORD_CHARACTERS >> 20} MiB; is a closing brace missing?"
_TOO_DEEP = "nested too deeply to be read; flatten it"
_LONG_NUMBER = "a number in it has thousands of digits; write it as a text"

_SCALAR = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)(?=\s*[,\]])')
_STRING_OR_BRACE = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}]')
_HALF_CHARACTER = re.compile("\\\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Lines that begin a record of another shape, wherever a broken object may have its end.
_OTHER_SHAPES = r"<\d{1,3}>|#separator |[^\n]{0,300}?\b(?:CEF|LEEF):\d"

# The longest thing that the end of a window may cut in two: \ud83d, true, -Infinity.
_TAIL = 16
_CUT_VALUE = re.compile(r"[\w\\.+-]*\s*")


class _NotAValueError(ValueError):
    pass


def _refuse_constant(name: str) -> object:
    raise _NotAValueError(f"broken JSON: {name} is not a value; write null or a number")


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
_quick_decoder = msgspec.json.Decoder(JsonObject)
# A line that is no object is read twice, which is to cost next to nothing.
_QUICK_CHARACTERS = 64 * 1024


def next_object(window: TextWindow) -> JsonObject | str:
    """The object at `window`, which is passed; or why there is none, and the place is left."""
    while True:
        try:
            return _whole_object(window)
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
        return reason


def object_in(text: str) -> JsonObject | None:
    """The object that `text` is, with nothing behind it."""
    try:
        record, end = _decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or text[end:].strip():
        return None
    return record


def skip_other(window: TextWindow) -> None:
    """Pass a bare value, as an array may hold between its records, or else the whole line."""
    if scalar := _SCALAR.match(window.text, window.at):
        window.move_to(scalar.end())
    else:
        window.skip_line()


def encodable(record: JsonObject, text: str) -> JsonObject:
    """`record`, read from `text`, without what no encoder would take any further.

    Half a character is legal in JSON, as an escape, and bytes that are no UTF-8 were read as one.
    """
    # Seeing that there is no escape at all costs a tenth of looking for these.
    if (text.isascii() and "\\u" not in text) or not _HALF_CHARACTER.search(text):
        return record
    cleaned: JsonObject = json.loads(
        _SURROGATE.sub("\ufffd", json.dumps(record, ensure_ascii=False))
    )
    return cleaned


def _whole_object(window: TextWindow) -> JsonObject:
    record: JsonObject
    end = window.text.find("\n", window.at, window.at + _QUICK_CHARACTERS)
    if end > 0:
        # The place behind a record does not depend on how much of the stream was there to be seen.
        line = window.text[window.at : end].rstrip(" \t\r")
        if (quick := _object_of_line(line)) is not None:
            window.move_to(window.at + len(line))
            return quick
    record, end = _decoder.raw_decode(window.text, window.at)
    window.move_to(end)
    return record


def _object_of_line(line: str) -> JsonObject | None:
    """The object that a line is, in a third of the time; None for all that has to be looked at."""
    try:
        return _quick_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


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


def _go_on_behind(window: TextWindow) -> None:
    """Leave a broken object for the next place where a record may begin."""
    indent = window.indent
    if indent is not None:
        window.skip_to(re.compile(rf"\n(?:{re.escape(indent)}\{{|{_OTHER_SHAPES})"))
    elif end := _closing_brace(window):
        window.move_to(end)
    else:
        window.skip_line()


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
