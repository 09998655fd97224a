"""The filter language a second time: slow, plain, and by other means than the matcher.

Texts are compared character by character, addresses with `ipaddress`, times by their ends.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from ir_client.query.fields import Field, Kind
from ir_client.query.patterns import Pattern, Wild
from ir_client.query.tree import (
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
from ir_client.wire.alerts import Alert

_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", strict=True))
_RANKS = ["critical", "high", "medium", "low", "info"]
_SEARCHED = (
    "external_alert_id source title description rule_id rule_name source_ip destination_ip "
    "affected_hostname affected_user tags mitre_techniques"
)


def answer(node: Node, alert: Alert, *, now: datetime, me: int | None, raw: dict[str, Any]) -> bool:
    """Whether the alert is what is asked for."""
    data = alert.model_dump() | {"raw_alert_data": raw}
    return _ask(node, data, now, me)


def _ask(node: Node, data: dict[str, Any], now: datetime, me: int | None) -> bool:
    if isinstance(node, AllOf):
        return False not in [_ask(part, data, now, me) for part in node.parts]
    if isinstance(node, AnyOf):
        return True in [_ask(part, data, now, me) for part in node.parts]
    if isinstance(node, Not):
        return not _ask(node.part, data, now, me)
    if isinstance(node, Bare):
        return _is_like(["*", *_marks(node.pattern), "*"], list(_searched(data)))
    found = _values(node.field, data, now)
    if isinstance(node, Exists):
        return len(found) > 0
    if isinstance(node, Is):
        return any(_is(node.field, value, node.value, data, now, me) for value in found)
    return any(_is_beside(node, value, now) for value in found)


def _searched(data: dict[str, Any]) -> str:
    texts: list[str] = []
    for name in _SEARCHED.split():
        value = data[name]
        texts += value if isinstance(value, tuple) else [value or ""]
    return "\n".join(filter(None, texts)).casefold()


def _values(field: Field, data: dict[str, Any], now: datetime) -> list[Any]:
    if field.name == "is_open":
        return [data["status"] not in ("resolved", "false_positive", "closed")]
    if field.name == "is_overdue":
        is_open = data["status"] not in ("resolved", "false_positive", "closed")
        return [is_open and now - data["received_at"] > timedelta(days=1)]
    found: list[Any] = []
    for name in field.attributes:
        value = data[name]
        for key in field.path:
            value = value.get(key) if isinstance(value, dict) else None
        found += value if isinstance(value, tuple | list) else [value]
    return [value for value in found if value is not None and value not in ("", [], {})]


def _is(
    field: Field,
    found: Any,
    wanted: Value,
    data: dict[str, Any],
    now: datetime,
    me: int | None,
) -> bool:
    if isinstance(wanted, Pattern):
        if field.kind is Kind.PERSON:
            found = (data["assigned_analyst"] or {}).get("username")
        ends = ["*"] if field.kind is Kind.TEXT else []
        marks = [*ends, *_marks(wanted), *ends]
        return isinstance(found, str) and _is_like(_lower(marks), _lower(list(found)))
    if isinstance(wanted, Quantity):
        return bool(found == wanted.number)
    if isinstance(wanted, Flag):
        return found is wanted.on
    if isinstance(wanted, Me):
        return found == me
    if isinstance(wanted, Address):
        address = _address(found)
        return address.version == wanted.network.version and address in wanted.network
    if isinstance(wanted, Moment):
        start, end = wanted.time.span(now)
        return not found < start and found < end
    return _spells(found, wanted)


def _spells(found: Any, wanted: Value) -> bool:
    assert isinstance(wanted, Loose)
    if isinstance(found, str):
        return _lower(list(found)) == _lower(list(wanted.text))
    if isinstance(found, bool) or isinstance(wanted.meaning, bool):
        return found is wanted.meaning
    return isinstance(found, int | float) and found == wanted.meaning


def _is_beside(node: Compare, found: Any, now: datetime) -> bool:
    first, last = _ends(node.value, now)
    if isinstance(node.value, Pattern):
        # `severity > low` is what is worse.
        found = -_RANKS.index(found)
    elif isinstance(node.value, Address):
        found = _address(found)
        if found.version != node.value.network.version:
            return False
    elif type(found) is bool or isinstance(found, str | list | dict):
        return False
    if node.operator == "<":
        return bool(found < first)
    if node.operator == "<=":
        return bool(found <= last)
    return bool(found > last if node.operator == ">" else found >= first)


def _ends(wanted: Value, now: datetime) -> tuple[Any, Any]:
    """The first and the last of what a bound stands for."""
    if isinstance(wanted, Moment):
        start, end = wanted.time.span(now)
        return start, end - timedelta(microseconds=1)
    if isinstance(wanted, Address):
        return wanted.network.network_address, wanted.network.broadcast_address
    if isinstance(wanted, Pattern):
        rank = -_RANKS.index(str(wanted.parts[0]))
        return rank, rank
    assert isinstance(wanted, Quantity)
    return wanted.number, wanted.number


def _address(text: str) -> Any:
    address = ip_address(text)
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _marks(pattern: Pattern) -> list[Any]:
    marks: list[Any] = []
    for part in pattern.parts:
        if part is Wild.MANY:
            marks.append("*")
        elif part is Wild.ONE:
            marks.append("?")
        else:
            # Wrapped, so that a literal `*` is not one of the marks.
            marks += [(char,) for char in str(part)]
    return marks


def _lower(marks: list[Any]) -> list[Any]:
    return [
        _LETTERS.get(one, one) if isinstance(one, str) else (_LETTERS.get(one[0], one[0]),)
        for one in marks
    ]


def _is_like(marks: list[Any], text: list[Any]) -> bool:
    """Whether the text fits, by filling a table of which beginnings fit which."""
    fits = [True] + [False] * len(text)
    for mark in marks:
        if mark == "*":
            first = fits.index(True) if True in fits else len(fits)
            fits = [place >= first for place in range(len(fits))]
        else:
            ok = [mark == "?" or mark == (char,) for char in text]
            fits = [False] + [fits[place] and ok[place] for place in range(len(text))]
    return fits[-1]
