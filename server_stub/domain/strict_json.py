"""Read JSON that came from outside, and refuse what some store or reader would choke on.

Text that is no JSON at all is malformed as a whole. Values that are JSON by its grammar, but that
we do not keep (numbers out of range, repeated names, characters that are none), are marked, so that
one bad alert among many can be refused without the others.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, NoReturn

MAX_DEPTH = 32

# Only text that holds one of these escapes can hold a lone surrogate or a null character.
_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_MAX_INTEGER_DIGITS = 19
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Stands where a value was that we do not take."""

    reason: str


@dataclass(frozen=True, slots=True)
class ParsedJson:
    """A value, whether something in it may be flawed, and how deep it may be: for `flaw_in`."""

    value: Any
    suspicious: bool
    max_depth: int = MAX_DEPTH


class MalformedJsonError(ValueError):
    """The bytes are no JSON text."""


def parse_json(body: bytes, *, max_depth: int = MAX_DEPTH) -> ParsedJson:
    """Read a JSON text. Raises MalformedJsonError."""
    reader = _Reader()
    try:
        text = body.decode()
        value = reader.decoder.decode(text)
    except (ValueError, RecursionError):
        raise MalformedJsonError from None
    suspicious = reader.found_flaw or _SUSPICIOUS_ESCAPE.search(text) is not None
    return ParsedJson(value, suspicious, max_depth)


def flaw_in(value: object, *, suspicious: bool, max_depth: int = MAX_DEPTH) -> str | None:
    """Why `value` is refused, or None. Looks at every value only if there is cause to."""
    if _is_deeper(value, max_depth):
        return f"Nested more than {max_depth} levels deep"
    return _flaw(value) if suspicious else None


class _Reader:
    """Decodes one text and notes whether anything in it was marked."""

    def __init__(self) -> None:
        self.found_flaw = False
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=self._constant,
        )

    def _mark(self, reason: str) -> Flaw:
        self.found_flaw = True
        return Flaw(reason)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any] | Flaw:
        members = dict(pairs)
        return members if len(members) == len(pairs) else self._mark("A name is given twice")

    def _integer(self, digits: str) -> int | Flaw:
        # Not int(): it takes time that grows with the square of the digits.
        if len(digits) <= _MAX_INTEGER_DIGITS + 1 and (number := int(digits)) in _INT64:
            return number
        return self._mark("A number is out of range")

    def _float(self, digits: str) -> float | Flaw:
        number = float(digits)
        return number if math.isfinite(number) else self._mark("A number is out of range")

    def _constant(self, _name: str) -> NoReturn:
        raise ValueError


def _is_deeper(value: object, levels: int) -> bool:
    """Looks at all of one level at once: it runs for every alert, and most have two."""
    holders = _holders([value])
    for _ in range(levels):
        if not holders:
            return False
        holders = _holders(
            chain.from_iterable(one.values() if type(one) is dict else one for one in holders)
        )
    return bool(holders)


def _holders(values: Iterable[object]) -> list[Any]:
    return [one for one in values if type(one) is dict or type(one) is list]


def _flaw(value: object) -> str | None:
    parts: Iterable[object]
    match value:
        case Flaw():
            return value.reason
        case str():
            return _text_flaw(value)
        case dict():
            parts = (part for member in value.items() for part in member)
        case list():
            parts = value
        case _:
            return None
    return next((flaw for part in parts if (flaw := _flaw(part))), None)


def _text_flaw(text: str) -> str | None:
    if "\0" in text:
        return "A text holds a null character"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "A text holds half a character"
    return None
