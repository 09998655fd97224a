"""Read a page of alerts and count them, in a time that does not grow with how many there are.

SQLite plans by guesses: it takes the index of a status that half of all alerts have, and sorts
them. So each lead of a filter is first counted up to a bound, which takes no more than its index;
then the page is read along the lead to the fewest alerts, or along the order itself where there are
many whichever way. What shall not choose an index is wrapped: no planner takes it for a column.
See decisions/0019.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.visitors import iterate

from server_stub.storage.alert_rows import select_alerts
from server_stub.storage.leads import Condition, Lead, Sought
from server_stub.storage.query_sql import SORT_COLUMNS, AlertOrder, unindexed
from server_stub.storage.schema import alerts

# How far a lead is counted: a thousand entries of an index take some 0.1 ms.
# What is counted to its end may be sorted for a page; in another order than that of arrival it is
# worth more, and less where each alert must be looked up for its sort key, at some 10 us.
_COUNTED_LEAD = 15_000
_SORTED_IN_INDEX = 30_000
_SORTED_BY_LOOKUP = 2_000
# What looking an alert up costs beside the next entry of an index, and to how many a lead may lead
# that was not counted to its end.
_LOOKUP = 50
_MANY = 300_000
# Of how many alerts that a lead finds it is seen how many pass the rest of the filter.
_SAMPLE = 1_500
# A lead that costs less is followed without a look at the others. So is one that gives what it
# finds in order, and half of it passes: there are too many for another to be much shorter.
_CHEAP = 2_000
_CHEAP_IN_ORDER = _MANY // 2
# What it costs to look at all alerts, as they lie: each is read a few times as fast as by an index.
_COST_OF_ALL = 5_000_000
_IN_EACH_INDEX = frozenset({"severity", "status"})

_EVERYWHERE = Lead((true(),))


@dataclass(frozen=True, slots=True)
class Slice:
    """Which of the sorted alerts: so many from an offset on, or after the key of one."""

    order: AlertOrder
    size: int
    offset: int = 0
    after: tuple[str | int, int] | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """How the alerts that are sought are found: the cheapest lead, to how many at least.

    The size is exact up to `counted_to`.
    """

    conditions: Sequence[Condition]
    lead: Lead
    size: int
    in_order: Lead
    counted_to: int = 0

    @classmethod
    def chosen(cls, connection: Connection, target: Sought, order: AlertOrder) -> Self:
        """The cheapest lead, and the cheapest of those that lead in order."""
        if len(target.leads) == 1 and target.leads[0].in_order and order.by == "received_at":
            (lead,) = target.leads
            return cls(target.conditions, lead, _COUNTED_LEAD + 1, lead)
        bound = _sorted_at_most(order)
        costs = [(_COST_OF_ALL, bound + 1, _EVERYWHERE)]
        for lead in target.leads:
            costs.append(_costed(connection, target.conditions, lead, bound))
            cost, size, _ = costs[-1]
            is_read_in_order = lead.in_order and order.by == "received_at" and size > bound
            if cost <= (_CHEAP_IN_ORDER if is_read_in_order else _CHEAP):
                break
        _, size, lead = min(costs, key=_first)
        in_order = min((one for one in costs if one[2].in_order), key=_first)
        return cls(target.conditions, lead, size, in_order[2], bound)

    def rows(self, connection: Connection, wanted: Slice) -> list[tuple[str | int, Row[Any]]]:
        """The sort key and the row of `select_alerts` of each alert, in order."""
        keys = connection.execute(self._keys(wanted)).all()
        statement = select_alerts().where(alerts.c.id.in_([row.id for row in keys]))
        rows = {row.id: row for row in connection.execute(statement)}
        return [(row.sort_key, rows[row.id]) for row in keys]

    def count(self, connection: Connection, bound: int) -> int:
        """How many there are; one more than `bound` where there are more."""
        left = _left(self.conditions, self.lead)
        if (
            not left
            and self.lead is not _EVERYWHERE
            and (self.size <= self.counted_to or self.counted_to > bound)
        ):
            return min(self.size, bound + 1)
        rest = unindexed(*left)
        return _count(connection, [and_(way, rest) for way in self.lead.ways], bound)

    def _keys(self, wanted: Slice) -> Select[Any]:
        by = wanted.order.by
        if by == "received_at" and self.lead.in_order:
            return self._scanned(self.lead, wanted)
        if self.size <= _sorted_at_most(wanted.order):
            return self._sorted(wanted)
        return self._scanned(self.in_order if by == "received_at" else _EVERYWHERE, wanted)

    def _scanned(self, lead: Lead, wanted: Slice) -> Select[Any]:
        """Along indexes in order, each as far as the slice may reach."""
        key, beyond = SORT_COLUMNS[wanted.order.by], self._beyond(wanted)
        last = wanted.offset + wanted.size
        found = [
            select(alerts.c.id, key.label("sort_key"))
            .where(way, beyond, unindexed(*_left(self.conditions, lead)))
            .order_by(*wanted.order.clauses())
            .limit(last)
            for way in lead.ways
        ]
        return _cut(found, wanted)

    def _sorted(self, wanted: Slice) -> Select[Any]:
        """Wherever the lead leads, then sorted."""
        key = SORT_COLUMNS[wanted.order.by]
        passed = unindexed(*_left(self.conditions, self.lead), self._beyond(wanted))
        found = [
            select(alerts.c.id, func.coalesce(key, key).label("sort_key")).where(way, passed)
            for way in self.lead.ways
        ]
        return _cut(found, wanted)

    @staticmethod
    def _beyond(wanted: Slice) -> Condition:
        return true() if wanted.after is None else wanted.order.beyond(*wanted.after)


def _first(one: tuple[int, int, Lead]) -> int:
    return one[0]


def _sorted_at_most(order: AlertOrder) -> int:
    if order.by == "received_at":
        return _COUNTED_LEAD
    return _SORTED_IN_INDEX if order.by in _IN_EACH_INDEX else _SORTED_BY_LOOKUP


def _costed(
    connection: Connection, conditions: Sequence[Condition], lead: Lead, bound: int
) -> tuple[int, int, Lead]:
    """What it takes to go along a lead, in entries of an index, and to how many it leads."""
    size = cost = _count(connection, lead.ways, bound)
    rest = _left(conditions, lead)
    is_answered = _columns_of(rest) <= lead.columns
    if size > bound:
        cost = _MANY
        if is_answered:
            # The more pass, the sooner there are enough of them.
            share = _passing(connection, lead, rest) / _SAMPLE
            cost = max(size, round(_MANY * (1 - share)))
    return (cost if is_answered else cost * _LOOKUP), size, lead


def _passing(connection: Connection, lead: Lead, rest: Sequence[Condition]) -> int:
    """How many of the first that a lead finds pass the rest."""
    found = [
        select(case((unindexed(*rest), 1), else_=0).label("passes")).where(way) for way in lead.ways
    ]
    first = union_all(*(select(each.limit(_SAMPLE // len(found)).subquery()) for each in found))
    sampled = first.subquery()
    passing: int | None = connection.execute(select(func.sum(sampled.c.passes))).scalar_one()
    return passing or 0


def _left(conditions: Sequence[Condition], lead: Lead) -> list[Condition]:
    """What is still to be asked of what a lead finds."""
    return [one for one in conditions if one is not lead.answers]


def _columns_of(conditions: Sequence[Condition]) -> set[str]:
    return {
        element.name
        for condition in conditions
        for element in iterate(condition)
        if isinstance(element, Column) and element.table is alerts
    }


def _cut(found: Sequence[Select[Any]], wanted: Slice) -> Select[Any]:
    one = found[0].subquery() if len(found) == 1 else _all_of(found)
    keys: list[ColumnElement[Any]] = [one.c.sort_key, one.c.id]
    descends = wanted.order.order == "desc"
    return (
        select(one)
        .order_by(*(key.desc() if descends else key.asc() for key in keys))
        .limit(wanted.size)
        .offset(wanted.offset)
    )


def _all_of(found: Sequence[Select[Any]]) -> Any:
    return union_all(*(select(each.subquery()) for each in found)).subquery()


def _count(connection: Connection, ways: Sequence[Condition], bound: int) -> int:
    found = [select(alerts.c.id).where(way) for way in ways]
    limited = union_all(*found).limit(bound + 1).subquery()
    total: int = connection.execute(select(func.count()).select_from(limited)).scalar_one()
    return total
