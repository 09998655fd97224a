"""Write a syntax tree as a query that reads as the same tree."""

from collections.abc import Sequence
from itertools import groupby
from typing import assert_never

from .addresses import network_text
from .fields import Field
from .patterns import Pattern, quoted
from .tree import (
    Address,
    AllOf,
    AnyOf,
    Bare,
    Compare,
    Exists,
    Flag,
    Is,
    Loose,
    Me,
    Moment,
    Node,
    Not,
    Quantity,
    Value,
)
from .values import means_itself


def printed(node: Node) -> str:
    """The whole tree."""
    match node:
        case AnyOf(parts):
            return " or ".join(_alternatives(parts))
        case AllOf(parts):
            return " and ".join(_inner(part) for part in parts)
        case Not(part):
            return f"not {_inner(part)}"
        case Is(field, value):
            return f"{field}: {_value(value, field)}"
        case Compare(field, operator, value):
            return f"{field} {operator} {_value(value, field)}"
        case Exists(field):
            return f"{field}: *"
        case Bare(pattern):
            return str(pattern)
        case _:
            assert_never(node)


def _inner(node: Node) -> str:
    """A part that stands beside `and` or behind `not`."""
    alternatives = _alternatives(node.parts) if isinstance(node, AnyOf) else []
    if len(alternatives) > 1 or isinstance(node, AllOf):
        return f"({printed(node)})"
    return printed(node)


def _alternatives(parts: Sequence[Node]) -> list[str]:
    """The parts of an `or`; neighbours that ask about one field share its name."""
    written: list[str] = []
    for field, group in groupby(parts, key=lambda part: part.field if type(part) is Is else None):
        alike = list(group)
        values = [_value(part.value, part.field) for part in alike if isinstance(part, Is)]
        if field is None or len(alike) == 1:
            written += map(printed, alike)
        else:
            written.append(f"{field}: ({' or '.join(values)})")
    return written


def _value(value: Value, field: Field) -> str:
    match value:
        case Pattern():
            return _pattern(value, field)
        case Quantity(number):
            return repr(number)
        case Flag(on):
            return "true" if on else "false"
        case Address(network):
            return network_text(network)
        case Moment(time):
            return str(time)
        case Me():
            return "me"
        case Loose(text):
            return text
        case _:
            assert_never(value)


def _pattern(pattern: Pattern, field: Field) -> str:
    literal = pattern.literal
    if literal is None or means_itself(literal, field):
        return str(pattern)
    return quoted(literal)
