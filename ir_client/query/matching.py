"""Decide whether an alert is what a query asks for. Pure: the time is an argument.

A tree becomes functions once, so that matching many alerts costs no more walking of the tree.
What is said here is what SQL has to say as well; a test compares them alert by alert.
"""

import operator as operators
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, assert_never

from ..wire.values import is_open, severity_rank
from .addresses import address_key, family_range, key_range
from .fields import Field, Kind
from .patterns import Pattern, finder, fold_ascii
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
    Number,
    Operator,
    Quantity,
    Value,
)

if TYPE_CHECKING:
    from ..wire.alerts import Alert

# What the server's search looks through, in its order.
SEARCHED_FIELDS = (
    "external_alert_id",
    "source",
    "title",
    "description",
    "rule_id",
    "rule_name",
    "source_ip",
    "destination_ip",
    "affected_hostname",
    "affected_user",
)
SEARCHED_LISTS = ("tags", "mitre_techniques")
OVERDUE_AFTER = timedelta(hours=24)

_COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


@dataclass
class Subject:
    """An alert that is asked about, who asks, and when; `raw` is what its sender sent."""

    alert: "Alert"
    now: datetime
    me: int | None
    raw: Mapping[str, Any] | None

    @cached_property
    def search_text(self) -> str:
        """The alert's texts in one, without case."""
        return search_text_of(self.alert)


_searched_in = operators.attrgetter(*SEARCHED_FIELDS)


def search_text_of(alert: "Alert") -> str:
    """The texts of an alert that bare words look through, in one, without case."""
    texts = [text for text in _searched_in(alert) if text]
    for name in SEARCHED_LISTS:
        texts += filter(None, getattr(alert, name))
    return "\n".join(texts).casefold()


Test = Callable[[Subject], bool]
"""Whether a subject is what is asked for."""
_ValueTest = Callable[[Any, Subject], bool]


def test_of(node: Node) -> Test:
    """The question that a tree asks, as a function."""
    match node:
        case AllOf(parts):
            return _every([test_of(part) for part in parts])
        case AnyOf(parts):
            return _some([test_of(part) for part in parts])
        case Not(part):
            test = test_of(part)
            return lambda subject: not test(subject)
        case Bare(pattern):
            found = finder(pattern, whole=False)
            return lambda subject: found(subject.search_text)
        case Exists(field):
            return _exists(field)
        case Is(field, value):
            return _any_value(field, _equals(field, value))
        case Compare(field, operator, value):
            return _any_value(field, _compares(operator, value))
        case _:
            assert_never(node)


def values_at(document: object, path: Iterable[str]) -> list[Any]:
    """What is at `path` in a JSON object: nothing, one value, or those of a list."""
    for key in path:
        if not isinstance(document, Mapping) or key not in document:
            return []
        document = document[key]
    return document if isinstance(document, list) else [document]


def _every(tests: list[Test]) -> Test:
    return lambda subject: all(test(subject) for test in tests)


def _some(tests: list[Test]) -> Test:
    return lambda subject: any(test(subject) for test in tests)


def _any_value(field: Field, test: _ValueTest) -> Test:
    read = _reader(field)
    return lambda subject: any(test(value, subject) for value in read(subject))


def _exists(field: Field) -> Test:
    read = _reader(field)
    return lambda subject: any(value not in (None, "", [], {}) for value in read(subject))


def _reader(field: Field) -> Callable[[Subject], Iterable[Any]]:
    """Reads the values of a field; None is none."""
    if field.name == "raw":
        return lambda subject: values_at(subject.raw, field.path)
    if field.kind is Kind.OPEN:
        return lambda subject: values_at(subject.alert.enrichment_data, field.path)
    if field.name == "is_open":
        return lambda subject: (is_open(subject.alert.status),)
    if field.name == "is_overdue":
        return lambda subject: (_is_overdue(subject),)
    read = operators.attrgetter(*field.attributes)
    if len(field.attributes) > 1:
        return lambda subject: [value for value in read(subject.alert) if value is not None]
    return lambda subject: _as_values(read(subject.alert))


def _as_values(value: Any) -> Iterable[Any]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def _is_overdue(subject: Subject) -> bool:
    alert = subject.alert
    try:
        return is_open(alert.status) and alert.received_at < subject.now - OVERDUE_AFTER
    except OverflowError:
        return False


def _equals(field: Field, value: Value) -> _ValueTest:
    match value:
        case Pattern():
            return _like(field, value)
        case Quantity(number):
            return lambda found, _: found == number
        case Flag(on):
            return lambda found, _: found is on
        case Address(network):
            return _within(*key_range(network))
        case Moment(time):
            return lambda found, subject: _is_in_span(found, *time.span(subject.now))
        case Me():
            return lambda found, subject: found == subject.me
        case Loose(text, meaning):
            return _spells(text, meaning)
        case _:
            assert_never(value)


def _like(field: Field, pattern: Pattern) -> _ValueTest:
    like = finder(pattern.folded(fold_ascii), whole=field.kind is not Kind.TEXT)
    if field.kind is Kind.PERSON:
        return lambda _, subject: _is_named(subject.alert, like)
    return lambda found, _: isinstance(found, str) and like(fold_ascii(found))


def _is_named(alert: "Alert", like: Callable[[str], bool]) -> bool:
    analyst = alert.assigned_analyst
    return analyst is not None and like(fold_ascii(analyst.username))


def _spells(text: str, meaning: Number | bool) -> _ValueTest:
    folded = fold_ascii(text)

    def test(found: Any, _: Subject) -> bool:
        if isinstance(found, str):
            return fold_ascii(found) == folded
        # True is 1 in Python, and in no JSON.
        alike = isinstance(found, bool) == isinstance(meaning, bool)
        return alike and isinstance(found, int | float) and found == meaning

    return test


def _within(first: str, last: str) -> _ValueTest:
    def test(found: Any, _: Subject) -> bool:
        key = address_key(found)
        return key is not None and first <= key <= last

    return test


def _is_in_span(found: datetime, start: datetime, end: datetime) -> bool:
    return start <= found < end


def _compares(operator: Operator, value: Value) -> _ValueTest:
    compare = _COMPARE[operator]
    match value:
        case Quantity(number):
            return lambda found, _: _is_number(found) and compare(found, number)
        case Moment(time):
            return lambda found, subject: _is_beside(operator, found, *time.span(subject.now))
        case Address(network):
            first, last = range_beside(operator, *key_range(network), *family_range(network))
            return _within(first, last)
        case Pattern(parts):
            # Rank 0 is the highest.
            rank = severity_rank(str(parts[0]))
            return lambda found, _: compare(rank, severity_rank(found))
        case _:
            raise TypeError(f"{value!r} has no order")


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _is_beside(operator: Operator, found: datetime, start: datetime, end: datetime) -> bool:
    match operator:
        case "<":
            return found < start
        case "<=":
            return found < end
        case ">":
            return found >= end
        case ">=":
            return found >= start


def range_beside(
    operator: Operator, first: str, last: str, lowest: str, highest: str
) -> tuple[str, str]:
    """The keys before, up to, after or from a network, of its own version only.

    A range whose end lies before its beginning is empty: no address is before the first one.
    """
    match operator:
        case "<":
            return lowest, _neighbour(first, -1)
        case "<=":
            return lowest, last
        case ">":
            return _neighbour(last, +1), highest
        case ">=":
            return first, highest


def _neighbour(key: str, step: int) -> str:
    version, digits = key[0], key[1:]
    number = int(digits, 16) + step
    if number < 0:
        return ""
    # One digit more at the very end, which sorts after all keys of the version.
    return f"{version}{number:0{len(digits)}x}" if number < 16 ** len(digits) else f"{version}g"
