"""The filter language as conditions: what `Query.matches` says of an alert, said in SQL.

A question about a value that is not there is NULL in SQL and no in the language. Both are not
yes, so it only matters below `not`: there, and only there, NULL becomes no. A test asks both
sides of generated alerts. For SQLite, where `lower()` and `LIKE` fold A-Z only, as the language
does; names and addresses that have a column of their own are compared there. See
decisions/0010.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import (
    Column,
    ColumnElement,
    Exists,
    TableValuedAlias,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from ir_client.query.addresses import family_range, key_range
from ir_client.query.fields import Field, Kind
from ir_client.query.matching import range_beside
from ir_client.query.parsing import Query
from ir_client.query.patterns import Pattern, Wild, fold_ascii
from ir_client.query.tree import (
    Address,
    AllOf,
    AnyOf,
    Bare,
    Compare,
    Flag,
    Is,
    Loose,
    Me,
    Moment,
    Node,
    Not,
    Operator,
    Quantity,
    Value,
)
from ir_client.query.tree import Exists as IsThere
from ir_client.wire.base import rfc3339
from ir_client.wire.values import CLOSED_STATUSES, severity_rank
from server_stub.domain.clocks import instant, overdue_before
from server_stub.storage.schema import ADDRESS_KEYS, FOLDED, alerts, raw_alerts, users
from server_stub.storage.search_prefilter import LIKE_SPECIAL, may_read

Condition = ColumnElement[bool]
_Value = ColumnElement[Any]

_LISTS = frozenset({"tags", "mitre_techniques", "reported_to"})
_SAME_AS = {"created_at": "received_at"}
_NUMBERS = ("integer", "real")

_COMPARE: Mapping[Operator, Callable[[_Value, Any], Condition]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}
_SEVERER: Mapping[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Asked:
    """When something is asked, and by which user."""

    now: datetime
    me: int | None


def query_condition(query: Query, *, now: datetime, me: int | None) -> Condition:
    """The alerts that `query` asks for."""
    return true() if query.root is None else node_condition(query.root, Asked(now, me))


def node_condition(node: Node, asked: Asked) -> Condition:
    match node:
        case AllOf(parts):
            return and_(*(node_condition(part, asked) for part in parts))
        case AnyOf(parts):
            return or_(*(node_condition(part, asked) for part in parts))
        case Not(part):
            return not_(func.coalesce(node_condition(part, asked), false()))
        case Bare(pattern):
            return _like(alerts.c.search_text, pattern, whole=False)
        case IsThere(field):
            return _is_there(field)
        case Is(field, value):
            return _is(field, value, asked)
        case Compare(field, operator, value):
            return _compares(field, operator, value, asked)
        case _:
            assert_never(node)


def _is_there(field: Field) -> Condition:
    match field.kind:
        case Kind.OPEN:
            return _is_there_in_json(field)
        case Kind.FLAG:
            return true()
        case _:
            return _any(field, lambda value: and_(value.is_not(None), value != ""))


def _is(field: Field, value: Value, asked: Asked) -> Condition:
    match value:
        case Pattern():
            return _reads(field, value)
        case Quantity(number):
            return _any(field, lambda found: found == number)
        case Flag(on):
            return _flag(field, asked) if on else not_(_flag(field, asked))
        case Me():
            return false() if asked.me is None else alerts.c.assigned_analyst_id == asked.me
        case Address(network):
            first, last = key_range(network)
            return _any_address(field, lambda key: _lies_between(key, first, last))
        case Moment(time):
            start, end = time.span(asked.now)
            return _any_time(
                field, lambda found, written: and_(found >= written(start), found < written(end))
            )
        case Loose(text, meaning):
            return _spells(field, text, meaning)
        case _:
            assert_never(value)


def _compares(field: Field, operator: Operator, value: Value, asked: Asked) -> Condition:
    compare = _COMPARE[operator]
    match value:
        case Quantity(number) if field.kind is Kind.OPEN:
            return _any_in_json(
                field, lambda one: and_(one.c.type.in_(_NUMBERS), compare(one.c.value, number))
            )
        case Quantity(number):
            return _any(field, lambda found: compare(found, number))
        case Moment(time):
            start, end = time.span(asked.now)
            bound, reached = {
                "<": (start, "<"),
                "<=": (end, "<"),
                ">": (end, ">="),
                ">=": (start, ">="),
            }[operator]
            reaches = _COMPARE[reached]  # type: ignore[index] # mypy sees only that they are texts
            return _any_time(field, lambda found, written: reaches(found, written(bound)))
        case Address(network):
            first, last = range_beside(operator, *key_range(network), *family_range(network))
            return _any_address(field, lambda key: key.between(first, last))
        case Pattern(parts):
            rank = severity_rank(str(parts[0]))
            return _COMPARE[_SEVERER[operator]](alerts.c.severity_rank, rank)
        case _:
            raise TypeError(f"{value!r} has no order")


def _flag(field: Field, asked: Asked) -> Condition:
    is_open = alerts.c.status.not_in(CLOSED_STATUSES)
    match field.name:
        case "is_open":
            return is_open
        case "is_overdue":
            return and_(is_open, alerts.c.received_at < overdue_before(asked.now))
        case "false_positive":
            return alerts.c.status == "false_positive"
        case "reported":
            return alerts.c.reported.is_(True)
        case _:
            return func.coalesce(_stored(field.name), 0) == 1


def _reads(field: Field, pattern: Pattern) -> Condition:
    match field.kind:
        case Kind.CHOICE if pattern.literal is not None:
            if field.has_order:
                # The indexes have the rank; unknown ones share one, and none is stored.
                return alerts.c.severity_rank == severity_rank(pattern.literal)
            # As it is stored: an index can answer.
            return _any(field, lambda found: found == pattern.literal)
        case Kind.PERSON:
            named = users.alias()
            is_named = _like(named.c.username, pattern, whole=True)
            return alerts.c.assigned_analyst_id.in_(select(named.c.id).where(is_named))
        case Kind.OPEN:
            return _any_in_json(
                field,
                lambda one: and_(one.c.type == "text", _like(one.c.value, pattern, whole=True)),
            )
        case kind:
            whole = kind is not Kind.TEXT
            reads = _any(field, lambda found: _like(found, pattern, whole=whole))
            may = may_read(field, pattern)
            return reads if may is None else and_(may, reads)


def _spells(field: Field, text: str, meaning: float | bool) -> Condition:
    def spells(one: TableValuedAlias) -> Condition:
        is_text = and_(one.c.type == "text", func.lower(one.c.value) == fold_ascii(text))
        if isinstance(meaning, bool):
            return or_(is_text, one.c.type == ("true" if meaning else "false"))
        return or_(is_text, and_(one.c.type.in_(_NUMBERS), one.c.value == meaning))

    return _any_in_json(field, spells)


def _like(found: _Value, pattern: Pattern, *, whole: bool) -> Condition:
    literal = pattern.literal
    if literal is not None and whole:
        is_folded = any(found is column for column in FOLDED.values())
        return (found if is_folded else func.lower(found)) == fold_ascii(literal)
    signs = {Wild.MANY: "%", Wild.ONE: "_"}
    text = "".join(
        signs[part] if isinstance(part, Wild) else part.translate(LIKE_SPECIAL)
        for part in pattern.parts
    )
    return found.like(text if whole else f"%{text}%", escape="\\")


def _any_address(field: Field, test: Callable[[_Value], Condition]) -> Condition:
    return or_(*(test(ADDRESS_KEYS[attribute]) for attribute in field.attributes))


def _lies_between(key: _Value, first: str, last: str) -> Condition:
    return key == first if first == last else key.between(first, last)


def _stored(attribute: str) -> _Value:
    """A value of an alert: a column, or a part of the document."""
    name = _SAME_AS.get(attribute, attribute)
    if name in FOLDED:
        return FOLDED[name]
    if name in alerts.c:
        return alerts.c[name]
    return func.json_extract(alerts.c.document, _json_path([name]))


def _any(field: Field, test: Callable[[_Value], Condition]) -> Condition:
    """Whether a value of the field passes; NULL where there is none."""
    tests: list[Condition] = []
    for attribute in field.attributes:
        if attribute in _LISTS:
            one = _elements(alerts.c.document, _json_path([attribute]))
            tests.append(_among(one, test(one.c.value)))
        else:
            tests.append(test(_stored(attribute)))
    return or_(*tests)


def _any_time(
    field: Field, test: Callable[[_Value, Callable[[datetime], str]], Condition]
) -> Condition:
    """Whether the time passes, which is given with the way in which it is written."""
    found = _stored(field.name)
    if isinstance(found, Column):
        return test(found, instant)
    # Documents hold times with or without a fraction; without their `Z` they sort as they are.
    return test(func.rtrim(found, "Z"), lambda moment: rfc3339(moment).removesuffix("Z"))


def _any_in_json(field: Field, test: Callable[[TableValuedAlias], Condition]) -> Condition:
    """Whether the value in an open field, or one of its list, passes."""
    source, path = _json_of(field)
    one = _elements(source, path)
    # The members of an object would come like the elements of a list.
    is_object = func.coalesce(func.json_type(source, path), "") == "object"
    return and_(not_(is_object), _among(one, test(one)))


def _is_there_in_json(field: Field) -> Condition:
    source, path = _json_of(field)
    is_something = _any_in_json(
        field,
        lambda one: and_(
            one.c.type != "null",
            not_(and_(one.c.type == "text", one.c.value == "")),
            not_(and_(one.c.type.in_(("array", "object")), one.c.value.in_(("[]", "{}")))),
        ),
    )
    is_object = and_(
        func.json_type(source, path) == "object", func.json_extract(source, path) != "{}"
    )
    return or_(is_something, is_object)


def _json_of(field: Field) -> tuple[_Value, str]:
    """The JSON of an open field, and the path to the value in it."""
    if field.name == "raw":
        record = select(raw_alerts.c.raw_alert_data).where(raw_alerts.c.alert_id == alerts.c.id)
        return record.correlate(alerts).scalar_subquery(), _json_path(field.path)
    return alerts.c.document, _json_path([*field.attributes, *field.path])


def _json_path(keys: Iterable[str]) -> str:
    # The grammar lets no quote, backslash or control character into a key.
    return "$" + "".join(f'."{key}"' for key in keys)


def _elements(source: _Value, path: str) -> TableValuedAlias:
    return func.json_each(source, path).table_valued("value", "type")


def _among(one: TableValuedAlias, test: Condition) -> Exists:
    return exists(select(one.c.type).where(test).correlate(alerts))
