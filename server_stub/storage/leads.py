"""By which index the alerts of a list can be found: what a filter implies that an index answers.

A lead is true of every alert that the filter lets through, and may be true of others: the filter
is asked all the same. Which lead is followed is decided where a page is read (`alert_pages`). See
decisions/0019.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, false, func, not_, select

from ir_client.query.fields import Field, Kind
from ir_client.query.patterns import Pattern, fold_ascii
from ir_client.query.tree import (
    Address,
    AllOf,
    AnyOf,
    Compare,
    Is,
    Me,
    Moment,
    Node,
    Quantity,
    Value,
)
from ir_client.wire.values import severity_rank
from server_stub.access import Viewer
from server_stub.domain.clocks import instant
from server_stub.storage.board import ALL_CELLS, open_cells
from server_stub.storage.filter_sql import Asked, node_condition
from server_stub.storage.query_sql import AlertFilter, matching, visible_alerts
from server_stub.storage.schema import alert_origins, alerts

Condition = ColumnElement[bool]
Answers = Sequence[tuple[Node, Condition]]
"""The questions of a query, each as a condition."""

_ARRIVAL = frozenset({"received_at", "created_at"})
_NAMES = frozenset({"rule", "rule_id", "rule_name"})
_INDEX_OF = {
    "rule_id": "rule_id",
    "rule_name": "rule_name",
    "source_ip": "source_address",
    "destination_ip": "destination_address",
    "assigned_analyst_id": "assigned_analyst_id",
}


@dataclass(frozen=True, slots=True)
class Lead:
    """Conditions with an index each; no alert meets two of them.

    `columns` are in all these indexes. `in_order` says that the indexes give what they find in the
    order of arrival. `answers` is the condition, if any, that need not be asked any more.
    """

    ways: tuple[Condition, ...]
    columns: frozenset[str] = frozenset()
    in_order: bool = True
    answers: Condition | None = None

    def within(self, bounds: Sequence[Condition]) -> "Lead":
        """The same, of what arrived within these bounds."""
        return replace(self, ways=tuple(and_(way, *bounds) for way in self.ways))


@dataclass(frozen=True, slots=True)
class Sought:
    """What alerts have to meet, all of it, and what leads to them."""

    conditions: tuple[Condition, ...]
    leads: tuple[Lead, ...]

    def besides(self, condition: Condition) -> "Sought":
        """The same, of alerts that meet this too."""
        return replace(self, conditions=(*self.conditions, condition))


def sought(wanted: AlertFilter, viewer: Viewer, *, now: datetime) -> Sought:
    """What `viewer` asks for with `wanted`; the leads to the fewest alerts are likely first."""
    asked = Asked(now, viewer.user_id)
    parts = _parts(wanted)
    answers = [(part, node_condition(part, asked)) for part in parts]
    visible = visible_alerts(viewer)
    in_order = [
        *_names(answers, asked),
        *_people(wanted),
        *_sources(wanted, parts),
        *_board(wanted, parts),
        *_sight(viewer, visible),
    ]
    bounds = [*_arrival(wanted), *_spans(answers, _ARRIVAL)]
    if bounds:
        in_order = [lead.within(bounds) for lead in in_order]
        in_order.append(Lead((and_(*bounds),), _columns("received_at")))
    plain = matching(replace(wanted, query=None), now=now, me=viewer.user_id)
    conditions = (visible, *plain, *(condition for _, condition in answers))
    return Sought(conditions, (*in_order, *_ranges(wanted, answers, asked)))


@cache
def _columns(*names: str) -> frozenset[str]:
    """What is in all these indexes."""
    indexes = {str(index.name).removeprefix("ix_alerts_"): index for index in alerts.indexes}
    return frozenset.intersection(
        *(frozenset({"id", *indexes[name].columns.keys()}) for name in names)
    )


def _parts(wanted: AlertFilter) -> tuple[Node, ...]:
    """The questions of a query that must all be answered with yes."""
    if wanted.query is None or wanted.query.root is None:
        return ()
    root = wanted.query.root
    return root.parts if isinstance(root, AllOf) else (root,)


def _names(answers: Answers, asked: Asked) -> Iterator[Lead]:
    """Of questions whether something is this or that."""
    for part, condition in answers:
        field, values = _one_of(part)
        if field is not None and all(_has_index(field, value) for value in values):
            yield Lead(_ways(part, field, asked), _in_index_of(field), answers=condition)


def _in_index_of(field: Field) -> frozenset[str]:
    return _columns(*(_INDEX_OF[attribute] for attribute in field.attributes))


def _one_of(part: Node) -> tuple[Field | None, list[Value]]:
    """The field that has to have one of the values, if that is what is asked."""
    options = part.parts if isinstance(part, AnyOf) else (part,)
    values = [option.value for option in options if isinstance(option, Is)]
    fields = {option.field for option in options if isinstance(option, Is)}
    if len(values) != len(options) or len(fields) != 1:
        return None, []
    return fields.pop(), values


def _has_index(field: Field, value: Value) -> bool:
    match value:
        case Pattern():
            return field.name in _NAMES and value.literal is not None
        case Address(network):
            return network.prefixlen == network.max_prefixlen
        case Quantity():
            return field.kind is Kind.PERSON
        case Me():
            return True
        case _:
            return False


def _ways(part: Node, field: Field, asked: Asked) -> tuple[Condition, ...]:
    """The part asked of each attribute of its field alone, where the ones before did not answer."""
    ways: list[Condition] = []
    before: list[Condition] = []
    for attribute in field.attributes:
        condition = node_condition(_asked_of(part, attribute), asked)
        ways.append(and_(condition, *before))
        before.append(not_(func.coalesce(condition, false())))
    return tuple(ways)


def _asked_of(part: Node, attribute: str) -> Node:
    match part:
        case Is() | Compare():
            return replace(part, field=replace(part.field, attributes=(attribute,)))
        case AnyOf(parts):
            return AnyOf(tuple(_asked_of(one, attribute) for one in parts))
        case _:
            return part


def _people(wanted: AlertFilter) -> Iterator[Lead]:
    if wanted.assigned_analyst_id is not None:
        is_theirs = alerts.c.assigned_analyst_id == wanted.assigned_analyst_id
        yield Lead((is_theirs,), _columns("assigned_analyst_id"))


def _sources(wanted: AlertFilter, parts: Sequence[Node]) -> Iterator[Lead]:
    if wanted.source:
        yield Lead((alerts.c.source.in_(wanted.source),), _columns("source"))
    for part in parts:
        field, values = _one_of(part)
        names = [one.literal for one in values if isinstance(one, Pattern) and one.literal]
        if field is not None and field.name == "source" and len(names) == len(values):
            # However they are written: all that there ever were are kept.
            written = select(alert_origins.c.source).where(
                func.lower(alert_origins.c.source).in_([fold_ascii(name) for name in names])
            )
            yield Lead((alerts.c.source.in_(written),), _columns("source"))


def _board(wanted: AlertFilter, parts: Sequence[Node]) -> Iterator[Lead]:
    cells = open_cells(wanted, parts)
    if cells != ALL_CELLS:
        statuses = sorted({status for status, _ in cells})
        ranks = sorted({severity_rank(severity) for _, severity in cells})
        is_open = and_(alerts.c.status.in_(statuses), alerts.c.severity_rank.in_(ranks))
        yield Lead((is_open,), _columns("board"))


def _sight(viewer: Viewer, visible: Condition) -> Iterator[Lead]:
    """The access rule (`query_sql.visible_alerts`), way by way."""
    if viewer.sees_everything:
        return
    team, teams = alerts.c.team, sorted(viewer.teams)
    ways: list[Condition] = [team.is_(None)]
    if teams:
        ways.append(team.in_(teams))
    if viewer.user_id is not None:
        is_mine = alerts.c.assigned_analyst_id == viewer.user_id
        ways.append(and_(is_mine, team.is_not(None), team.not_in(teams)))
    yield Lead(tuple(ways), _columns("team", "assigned_analyst_id"), answers=visible)


def _arrival(wanted: AlertFilter) -> Iterator[Condition]:
    if wanted.received_after is not None:
        yield alerts.c.received_at >= instant(wanted.received_after)
    if wanted.received_before is not None:
        yield alerts.c.received_at <= instant(wanted.received_before)


def _spans(answers: Answers, names: frozenset[str]) -> Iterator[Condition]:
    """What is asked about these times."""
    for part, condition in answers:
        match part:
            case Is(field, Moment()) | Compare(field, _, Moment()) if field.name in names:
                yield condition


def _ranges(wanted: AlertFilter, answers: Answers, asked: Asked) -> Iterator[Lead]:
    """What has an index by which it comes in another order."""
    if wanted.incident_id is not None:
        is_in = alerts.c.incident_id == wanted.incident_id
        yield Lead((is_in,), _columns("incident_id"), in_order=False)
    detected = [*_detection(wanted), *_spans(answers, frozenset({"detected_at"}))]
    if detected:
        yield Lead((and_(*detected),), _columns("detected_at"), in_order=False)
    updated = [*_spans(answers, frozenset({"updated_at"}))]
    if wanted.updated_after is not None:
        updated.append(alerts.c.updated_at >= instant(wanted.updated_after))
    if updated:
        yield Lead((and_(*updated),), _columns("updated_at"), in_order=False)
    yield from _networks(answers, asked)


def _detection(wanted: AlertFilter) -> Iterator[Condition]:
    if wanted.detected_after is not None:
        yield alerts.c.detected_at >= instant(wanted.detected_after)
    if wanted.detected_before is not None:
        yield alerts.c.detected_at <= instant(wanted.detected_before)


def _networks(answers: Answers, asked: Asked) -> Iterator[Lead]:
    """Addresses of a network or beside one; and numbers of alerts, each of which is one alert."""
    for part, condition in answers:
        match part:
            case Is(field, Quantity()) if field.name == "id":
                yield Lead((condition,), in_order=False)
            case Is(field, Address() as address) if _has_index(field, address):
                pass
            case Is(field, Address()) | Compare(field, _, Address()):
                ways = _ways(part, field, asked)
                yield Lead(ways, _in_index_of(field), in_order=False, answers=condition)
