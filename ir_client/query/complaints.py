"""Say what is wrong with a query, where, and what to write instead.

The reader raises `MisreadError`, which knows the place; `parse` adds the text and makes of it a
QueryError. What the grammar stumbles over is explained by what stands there and what stood before.
Messages quote the text; hints never do, so that a server may send them.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .fields import Kind, field_named

if TYPE_CHECKING:
    from lark import Token, UnexpectedInput

KEYWORDS = frozenset({"and", "or", "not"})
_SPELLED = {"&&": "and", "||": "or", "&": "and", "|": "or"}
_NAME_AT_END = re.compile(r"([\w@-]+)\s*:?\s*$")
_VALUE_BEHIND = re.compile(r"[=<>!\s]*([\w-]+)")
_SAMPLES = {Kind.ADDRESS: "10.0.0.0/8", Kind.FLAG: "true", Kind.PERSON: "me"}
_WAITING = frozenset({"_AND", "_OR", "_NOT", "_MINUS", "_COLON", "OP", "LPAR"})


@dataclass(frozen=True, slots=True)
class Place:
    """Part of a text: where it begins and how long it is."""

    start: int
    length: int


class MisreadError(ValueError):
    """Something that cannot be read, at a place."""

    def __init__(self, message: str, hint: str, place: Place) -> None:
        super().__init__(message)
        self.hint = hint
        self.place = place


def place_of(token: "Token") -> Place:
    return Place(token.start_pos or 0, len(token))


def unread(text: str, error: "UnexpectedInput") -> MisreadError:
    """Why the grammar stopped there."""
    start = min(max(error.pos_in_stream or 0, 0), len(text))
    waiting = _waiting(error)
    token: Token | None = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        return _ended(text, waiting)
    here = Place(start, 1)
    if token is None and text.startswith('"', start):
        return MisreadError("This quote is never closed", 'Add a `"` where the text ends.', here)
    if text.startswith(")", start):
        return _closing(here, waiting)
    if complaint := _strange(text, here, waiting):
        return complaint
    word = text[start:].split(None, 1)[0].partition(")")[0] or text[start]
    hint = "Write `severity: (critical or high)`; quote a value that holds blanks."
    place = Place(start, len(word))
    return MisreadError(f"`or` or `and` is missing before `{word}`", hint, place)


def misplaced(word: str, place: Place) -> MisreadError | None:
    """A complaint about a word that joins others, here or in another language."""
    if word in _SPELLED:
        right = _SPELLED[word]
        return MisreadError(f"`{word}` is written `{right}` here", f"Write `{right}`.", place)
    if word.startswith("!"):
        hint = "Write `not` and a blank; quote it to search for an exclamation mark."
        return MisreadError("`!` is written `not` here", hint, place)
    if word.lower() == "not":
        hint = 'Write `not status: closed`, or quote the word itself: "not".'
        return MisreadError("`not` stands before the field", hint, place)
    if word.lower() in KEYWORDS:
        hint = "Write what belongs there, or quote the word to search for it."
        return MisreadError(f"Something is missing before `{word}`", hint, place)
    return None


def _waiting(error: "UnexpectedInput") -> "Token | None":
    """The word that waits for more; None where what came before is whole, or nothing came."""
    parser = error.interactive_parser
    values = parser.parser_state.value_stack if parser is not None else []
    # Only tokens have a type: what was put together of several has none.
    is_waiting = values and getattr(values[-1], "type", None) in _WAITING
    return values[-1] if is_waiting else None


def _ended(text: str, waiting: "Token | None") -> MisreadError:
    end = Place(len(text), 1)
    if waiting is None or waiting.type == "LPAR":
        here = Place(_unclosed(text), 1)
        return MisreadError("This parenthesis is never closed", "Add a `)`.", here)
    if waiting.type in {"_COLON", "OP"}:
        hint = "Write what it should be, or `field: *` for any value."
        return MisreadError(f"A value is missing after `{waiting}`", hint, end)
    hint = f"Finish it, or drop the `{waiting}`."
    return MisreadError(f"Something is missing after `{waiting}`", hint, end)


def _closing(here: Place, waiting: "Token | None") -> MisreadError:
    if waiting is None:
        hint = "Drop it, or add a `(` before."
        return MisreadError("This parenthesis was never opened", hint, here)
    return MisreadError("Something is missing before `)`", "Write it, or drop the `()`.", here)


def _strange(text: str, here: Place, waiting: "Token | None") -> MisreadError | None:
    """A complaint about a character that never stands where it does."""
    char = text[here.start]
    after = waiting.type if waiting is not None else ""
    if char in "“”":
        return MisreadError("These quotes quote nothing", 'Use straight ones: "', here)
    if char == "=" or (char in "<>" and after == "_COLON"):
        hint = _how_to_ask(text[: here.start], text[here.start :])
        return MisreadError(f"`{char}` does not belong here", hint, here)
    if char in ":<>":
        hint = 'Quote a text that holds it: "C:\\Windows", "http://example.org".'
        return MisreadError(f"A field's name must stand before `{char}`", hint, here)
    if char == "\\":
        return MisreadError("A backslash at the end protects nothing", "Write `\\\\`.", here)
    if char == "(" and after == "OP":
        hint = "Write `risk_score > 70 and risk_score < 90`."
        return MisreadError("A comparison takes one value", hint, here)
    return None


def _how_to_ask(before: str, behind: str) -> str:
    """How the field is asked for that `before` ends with. Says only words that are ours."""
    name = _NAME_AT_END.search(before)
    field = field_named(name[1]) if name is not None else None
    if name is None or field is None:
        return "Write `status: closed`, `not status: closed`, or `risk_score >= 70`."
    asked = name[1].lower()
    match field.kind:
        case Kind.CHOICE:
            meant = _VALUE_BEHIND.match(behind)
            typed = meant[1].lower() if meant is not None else ""
            value = typed if typed in field.choices else field.choices[0]
            ordered = f", `{asked} >= {value}`" if field.has_order else ""
            return f"Write `{asked}: {value}`{ordered}, or `not {asked}: {value}`."
        case Kind.NUMBER:
            return f"Write `{asked}: 70`, or `{asked} >= 70`."
        case Kind.TIME:
            return f"Write `{asked} > now-1h`, or `{asked}: 2026-11-23`."
    return f"Write `{asked}: {_SAMPLES.get(field.kind, '…')}`."


def _unclosed(text: str) -> int:
    """Where the innermost parenthesis opens that is never closed; quotes and `\\(` aside."""
    opened: list[int] = []
    is_quoted = False
    for found in re.finditer(r"\\.|[\"()]", text, re.DOTALL):
        mark = found.group()
        is_quoted ^= mark == '"'
        if mark == "(" and not is_quoted:
            opened.append(found.start())
        elif mark == ")" and not is_quoted and opened:
            opened.pop()
    return opened[-1] if opened else len(text)
