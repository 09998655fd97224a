"""The syntax tree of a query: frozen, comparable, and what SQL and the matcher are made from.

    Node = AllOf | AnyOf | Not | Is | Compare | Exists | Bare

`Is` asks whether a field has a value, `Compare` where a value lies in an order, `Exists` whether
there is one at all, `Bare` looks for a text wherever the server's search looks. A field that holds
several values (tags, `ip`) is asked about each, and any will do. What has no value is neither equal
nor greater nor less: the question is answered with no, and `Not` of it with yes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .addresses import Network
from .fields import Field
from .patterns import Pattern
from .times import Time

Operator = Literal["<", "<=", ">", ">="]
Number = int | float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number."""

    number: Number


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    on: bool


@dataclass(frozen=True, slots=True)
class Address:
    """An address, or all of a network."""

    network: Network


@dataclass(frozen=True, slots=True)
class Moment:
    """A time."""

    time: Time


@dataclass(frozen=True, slots=True)
class Me:
    """Whoever asks."""


@dataclass(frozen=True, slots=True)
class Loose:
    """For JSON: a text, or the number or truth value that it spells."""

    text: str
    meaning: Number | bool


Value = Pattern | Quantity | Flag | Address | Moment | Me | Loose


@dataclass(frozen=True, slots=True)
class Is:
    field: Field
    value: Value


@dataclass(frozen=True, slots=True)
class Compare:
    """`value` is an Address, a Moment, a Quantity, or a literal Pattern of a choice with order."""

    field: Field
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Exists:
    field: Field


@dataclass(frozen=True, slots=True)
class Bare:
    """A text anywhere; `pattern` is case-folded."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Two parts or more, none of them an AllOf."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Two parts or more, none of them an AnyOf."""

    parts: tuple["Node", ...]


Leaf = Is | Compare | Exists | Bare
Node = Leaf | Not | AllOf | AnyOf


def all_of(parts: list[Node]) -> Node:
    """All of one part or more, flat."""
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else [part])
    ]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(parts: list[Node]) -> Node:
    """Any of one part or more, flat."""
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else [part])
    ]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def leaves(root: Node) -> Iterator[tuple[Leaf, int]]:
    """Every question in the tree, with how deep it lies; without recursion."""
    waiting: list[tuple[Node, int]] = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        match node:
            case AllOf(parts) | AnyOf(parts):
                waiting += [(part, depth + 1) for part in parts]
            case Not(part):
                waiting.append((part, depth + 1))
            case _:
                yield node, depth
