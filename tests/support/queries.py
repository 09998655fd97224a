"""Made-up syntax trees and alerts, of few enough words that they often meet."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from hypothesis import strategies as st

from ir_client.query.fields import Field, Kind, field_named, fields
from ir_client.query.patterns import Part, Pattern, Wild, fold_ascii
from ir_client.query.times import RelativeTime, WrittenTime
from ir_client.query.tree import (
    Address,
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
    all_of,
    any_of,
)
from ir_client.query.values import read_number
from ir_client.wire.alerts import Alert
from ir_client.wire.auth import UserRef
from ir_client.wire.values import ALERT_STATUSES, DISPOSITIONS, SEVERITIES, THREAT_TYPES
from tests.support.builders import NOON, an_alert

WORDS = (
    "web",
    "WEB-01",
    "web-02",
    "50%_a",
    "x\\y",
    "Ünit",
    "ünit",
    "Straße",
    "or",
    "a b",
    "7",
    "true",
    "me",
)
ADDRESSES = ("10.0.0.1", "10.0.0.200", "10.1.2.3", "192.0.2.9", "fe80::1", "2001:db8::5")
KEYS = ("kind", "event.kind", "n", "deep")
NAMES = ("dana", "Mo", "7")
OPERATORS = st.sampled_from(["<", "<=", ">", ">="])

_characters = st.characters(exclude_categories=("Cc", "Cs"))
_some_text = st.text(_characters, min_size=1, max_size=6)
texts = st.sampled_from(WORDS) | _some_text
moments = st.integers(-200, 200).map(lambda hours: NOON + timedelta(minutes=30 * hours))
numbers = (
    st.sampled_from([0, 1, 7, 70, 80, 443, 0.5, 99.5])
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e12, 1e12).map(lambda number: read_number(repr(number))).filter(bool)
)


def _joined(parts: list[Part]) -> Pattern:
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        elif part is not Wild.MANY or last is not Wild.MANY:
            merged.append(part)
    return Pattern(tuple(merged))


_wild = st.lists(st.sampled_from(Wild) | texts | st.just("b"), min_size=1, max_size=4).map(_joined)
patterns = texts.map(Pattern.literal_of) | _wild
_values_of_patterns = patterns.filter(lambda pattern: not pattern.is_anything)
_networks = (
    st.sampled_from(["10.0.0.0/8", "10.0.0.128/25", "10.0.0.1", "0.0.0.0/0"]).map(IPv4Network)
    | st.sampled_from(["fe80::/10", "2001:db8::5", "::/0", "ffff::/16"]).map(IPv6Network)
    | st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
        lambda pair: IPv4Network(pair, strict=False)
    )
)
_times = st.integers(-5_000, 5_000).map(RelativeTime) | st.builds(
    lambda moment, length: WrittenTime(_whole(moment, length), length),
    moments,
    st.sampled_from(
        [
            timedelta(days=1),
            timedelta(minutes=1),
            timedelta(seconds=1),
            timedelta(microseconds=1),
        ]
    ),
)
_loose = st.sampled_from(["7", "443", "0.5", "1e2", "-3"]).map(
    lambda text: Loose(text, read_number(text) or 0)
) | st.sampled_from([Loose("true", True), Loose("FALSE", False)])


def _whole(moment: datetime, length: timedelta) -> datetime:
    if length == timedelta(days=1):
        return moment.replace(hour=0, minute=0)
    return moment


def values_for(field: Field) -> st.SearchStrategy[Value]:
    """What can stand behind a field's colon."""
    match field.kind:
        case Kind.CHOICE:
            chosen = st.sampled_from(field.choices).map(Pattern.literal_of)
            return chosen | _values_of_patterns.map(lambda one: one.folded(fold_ascii))
        case Kind.NAME | Kind.TEXT:
            return _values_of_patterns
        case Kind.NUMBER:
            return numbers.map(Quantity)
        case Kind.TIME:
            return _times.map(Moment)
        case Kind.ADDRESS:
            is_wild = _values_of_patterns.filter(lambda pattern: pattern.literal is None)
            return _networks.map(Address) | is_wild | st.just(Pattern(("10.0.", Wild.MANY)))
        case Kind.FLAG:
            return st.booleans().map(Flag)
        case Kind.PERSON:
            named = st.sampled_from(NAMES).map(Pattern.literal_of)
            return st.just(Me()) | numbers.map(Quantity) | named | _values_of_patterns
        case Kind.OPEN:
            return _values_of_patterns | _loose


def bounds_for(field: Field) -> st.SearchStrategy[Value] | None:
    """What a field can be compared with, if it has an order."""
    if field.has_order:
        return st.sampled_from(field.choices).map(Pattern.literal_of)
    match field.kind:
        case Kind.NUMBER | Kind.OPEN:
            return numbers.map(Quantity)
        case Kind.TIME:
            return _times.map(Moment)
        case Kind.ADDRESS:
            return _networks.map(Address)
        case _:
            return None


_paths = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2).map(tuple)
some_fields = st.sampled_from(fields()).flatmap(
    lambda field: _paths.map(field.at) if field.kind is Kind.OPEN else st.just(field)
)
_ordered_fields = some_fields.filter(lambda field: bounds_for(field) is not None)
leaves = st.one_of(
    some_fields.flatmap(lambda field: st.builds(Is, st.just(field), values_for(field))),
    _ordered_fields.flatmap(
        lambda field: st.builds(Compare, st.just(field), OPERATORS, bounds_for(field))
    ),
    some_fields.map(Exists),
    patterns.map(lambda pattern: Bare(pattern.folded(str.casefold))),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=8,
)

_maybe_words = st.none() | texts
_scalars = st.sampled_from([None, True, False, 7, 443, 0.5, 100, "7", "true", "", "web", "WEB-01"])
_json_values = _scalars | st.lists(_scalars, max_size=3) | st.just({})
json_objects = st.dictionaries(
    st.sampled_from(KEYS),
    _json_values | st.dictionaries(st.sampled_from(KEYS), _json_values, max_size=2),
    max_size=3,
)
ANALYSTS = tuple(
    UserRef(id=number, username=name, full_name=None)
    for number, name in enumerate(["dana", "mo", "7"], start=1)
)


@st.composite
def alerts(draw: st.DrawFn, **fixed: Any) -> Alert:
    """An alert of which any field may be missing that an alert can miss."""
    fields: dict[str, Any] = {
        "id": draw(st.sampled_from([1, 7, 70])),
        "title": draw(texts),
        "severity": draw(st.sampled_from(SEVERITIES)),
        "status": draw(st.sampled_from(ALERT_STATUSES)),
        "threat_type": draw(st.sampled_from(THREAT_TYPES)),
        "disposition": draw(st.none() | st.sampled_from(DISPOSITIONS)),
        "risk_score": draw(st.sampled_from([None, 1.0, 70.0, 99.5])),
        "confidence_score": draw(st.sampled_from([None, 0.0, 0.5, 1.0])),
        "source_ip": draw(st.none() | st.sampled_from(ADDRESSES)),
        "destination_ip": draw(st.none() | st.sampled_from(ADDRESSES)),
        "source_port": draw(st.sampled_from([None, 80, 443])),
        "destination_port": draw(st.sampled_from([None, 80, 443])),
        "tags": draw(st.lists(texts, max_size=2).map(tuple)),
        "mitre_techniques": draw(st.lists(texts, max_size=2).map(tuple)),
        "enrichment_data": draw(json_objects),
        "occurrences": draw(st.sampled_from([1, 7])),
        "detected_at": draw(moments),
        "received_at": draw(moments),
        "updated_at": draw(moments),
        "closed_at": draw(st.none() | moments),
    }
    for name in ("description", "rule_id", "rule_name", "affected_hostname", "affected_user"):
        fields[name] = draw(_maybe_words)
    for name in ("team", "protocol", "incident_id", "disposition_reason"):
        fields[name] = draw(_maybe_words)
    analyst = draw(st.none() | st.sampled_from(ANALYSTS))
    if analyst is not None:
        fields |= {"assigned_analyst": analyst, "assigned_analyst_id": analyst.id}
    return an_alert(**(fields | fixed))


def named(name: str) -> Field:
    """A field that is there."""
    field = field_named(name)
    assert field is not None
    return field


assert NOON.tzinfo is UTC
