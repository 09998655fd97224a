"""Read what stands behind a field's name as the value that the field's kind has."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network

from .addresses import read_network
from .complaints import MisreadError, Place
from .fields import Field, Kind
from .patterns import Pattern, fold_ascii, read_pattern, unquoted
from .times import read_time
from .tree import Address, Flag, Loose, Me, Moment, Number, Operator, Quantity, Value

MAX_VALUE_LENGTH = 200
MAX_WILDCARDS = 10
# Beyond it a database's floating point cannot tell neighbours apart.
MAX_NUMBER = 2**53 - 1

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Written:
    """A value as it stands in the query."""

    text: str
    place: Place

    @property
    def is_quoted(self) -> bool:
        return self.text.startswith('"')

    @property
    def plain(self) -> str:
        """What is written, without its quotes."""
        return unquoted(self.text) if self.is_quoted else self.text

    def pattern(self) -> Pattern:
        """The text, within the limits of a text to look for."""
        plain = self.plain
        if not plain:
            raise self.complaint("An empty text finds nothing", "Write `field: *` for any value.")
        if len(plain) > MAX_VALUE_LENGTH:
            hint = f"Shorten it to {MAX_VALUE_LENGTH} characters."
            raise self.complaint("This text is too long", hint)
        pattern = Pattern.literal_of(plain) if self.is_quoted else read_pattern(plain)
        if sum(not isinstance(part, str) for part in pattern.parts) > MAX_WILDCARDS:
            hint = f"Use at most {MAX_WILDCARDS} `*` and `?` in one text."
            raise self.complaint("This text has too many wildcards", hint)
        return pattern

    def complaint(self, message: str, hint: str) -> MisreadError:
        return MisreadError(message, hint, self.place)


def read_value(field: Field, written: Written) -> Value:
    """What `field: written` asks for. Raises MisreadError."""
    return _READERS[field.kind](field, written)


def read_bound(field: Field, operator: Operator, written: Written) -> Value:
    """What `field > written` compares with. Raises MisreadError."""
    has_order = field.has_order or field.kind in {
        Kind.NUMBER,
        Kind.TIME,
        Kind.ADDRESS,
        Kind.OPEN,
    }
    if not has_order:
        hint = f"Write `{field.name}: …`; numbers, times, addresses and severity have one."
        raise written.complaint(f"`{field}` has no order for `{operator}`", hint)
    kind = Kind.NUMBER if field.kind is Kind.OPEN else field.kind
    value = _READERS[kind](field, written)
    if isinstance(value, Pattern) and value.literal not in field.choices:
        hint = f"Write one of them whole: {', '.join(field.choices)}."
        if not field.choices:
            hint = "Write one address or network, such as 10.0.0.0/8."
        raise written.complaint(f"`{written.plain}` has no place in an order", hint)
    return value


def means_itself(literal: str, field: Field) -> bool:
    """Whether a text behind `field:` is read as that text, and not as what it spells."""
    match field.kind:
        case Kind.CHOICE:
            return literal in field.choices
        case Kind.OPEN:
            return _meaning(literal) is None
        case Kind.PERSON:
            return literal.lower() != "me" and read_number(literal) is None
        case _:
            return True


def read_number(text: str) -> Number | None:
    """The number that a text spells, if we take it."""
    if _NUMBER.fullmatch(text) is None:
        return None
    number = float(text)
    if not math.isfinite(number) or abs(number) > MAX_NUMBER:
        return None
    return int(number) if number.is_integer() else number


def _meaning(text: str) -> Number | bool | None:
    flag = _FLAGS.get(text.lower())
    return read_number(text) if flag is None else flag


def _choice(field: Field, written: Written) -> Value:
    pattern = written.pattern().folded(fold_ascii)
    literal = pattern.literal
    if written.is_quoted or literal is None or literal in field.choices:
        return pattern
    close = get_close_matches(literal.replace("-", "_"), field.choices, n=1)
    hint = f"It is one of {', '.join(field.choices)}; quote it if your server has others."
    if field.name == "status" and literal == "open":
        hint = "Write `is_open: true`."
    elif close:
        hint = f"Did you mean `{close[0]}`? {hint}"
    raise written.complaint(f"`{written.plain}` is no {field}", hint)


def _text(_: Field, written: Written) -> Value:
    return written.pattern()


def _quantity(_: Field, written: Written) -> Value:
    number = read_number(written.plain)
    if number is None:
        hint = "Write a number, such as `risk_score: 70` or `risk_score > 70`."
        raise written.complaint(f"`{written.plain}` is no number", hint)
    return Quantity(number)


def _moment(_: Field, written: Written) -> Value:
    try:
        return Moment(read_time(written.plain))
    except ValueError:
        hint = "Write now, now-1h (s m h d w), 2026-11-23 or 2026-11-23T10:15:00Z."
        raise written.complaint(f"`{written.plain}` is no time", hint) from None


def _address(_: Field, written: Written) -> Value:
    plain = written.plain
    pattern = written.pattern()
    if pattern.literal is None:
        return pattern
    try:
        return Address(read_network(plain))
    except ValueError:
        hint = "Write 10.0.0.7, 10.0.0.0/8, 10.0.*, or the same in IPv6."
    try:
        hint = f"Did you mean {ip_network(plain, strict=False)}?"
    except ValueError:
        raise written.complaint(f"`{plain}` is no address or network", hint) from None
    raise written.complaint(f"`{plain}` has bits outside its network", hint)


def _flag(field: Field, written: Written) -> Value:
    on = _FLAGS.get(written.plain.lower())
    if on is None:
        raise written.complaint(
            f"`{field}` is either true or false", f"Write `{field}: true` or `{field}: false`."
        )
    return Flag(on)


def _person(_: Field, written: Written) -> Value:
    if not written.is_quoted and written.text.lower() == "me":
        return Me()
    number = None if written.is_quoted else read_number(written.text)
    return written.pattern() if number is None else Quantity(number)


def _open(_: Field, written: Written) -> Value:
    pattern = written.pattern()
    meaning = None if written.is_quoted else _meaning(written.text)
    return pattern if meaning is None else Loose(written.text, meaning)


_READERS: dict[Kind, Callable[[Field, Written], Value]] = {
    Kind.CHOICE: _choice,
    Kind.NAME: _text,
    Kind.TEXT: _text,
    Kind.NUMBER: _quantity,
    Kind.TIME: _moment,
    Kind.ADDRESS: _address,
    Kind.FLAG: _flag,
    Kind.PERSON: _person,
    Kind.OPEN: _open,
}
