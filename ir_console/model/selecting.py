"""Choose among a hundred thousand alerts while a query is being typed.

A question is asked of all alerts at once, and not all questions of one alert after the other: one
comprehension over the book's bare rows for each. What has few different values (severity, host,
owner) is decided once for each value by the filter language itself, and looked up for each row.
Questions about what the rows do not hold come last and open the whole alert; only those that all
others have left over.
"""

import operator as operators
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, cast

from ir_client.book import AlertRow
from ir_client.query.fields import Field, Kind
from ir_client.query.matching import OVERDUE_AFTER, Subject, Test, test_of
from ir_client.query.patterns import finder
from ir_client.query.tree import (
    AllOf,
    AnyOf,
    Bare,
    Compare,
    Flag,
    Is,
    Moment,
    Node,
    Not,
    Quantity,
    leaves,
)
from ir_client.wire.alerts import Alert
from ir_client.wire.values import is_open

Facts = tuple[Any, ...]
"""An `AlertRow` as it rests in the book."""

_COLUMN = {name: position for position, name in enumerate(AlertRow._fields)}
_ID, _STATUS, _RECEIVED = _COLUMN["id"], _COLUMN["status"], _COLUMN["received_at"]
_OWNER = ("assigned_analyst_id", "assigned_to")
_DERIVED = {"is_open": ("status",), "assigned_analyst": _OWNER}
# So few values that those of several of these together are still few.
_FEW = frozenset({"severity", "status", "source", "threat_type", "team", "occurrences", *_OWNER})
_LOOKING, _SEARCHING, _OPENING = range(3)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_COMPARE = {"<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge}


@dataclass(slots=True)
class Question:
    """What a choice needs beside the rows: who asks, when, and the rest of each alert."""

    now: datetime
    me: int | None
    search_texts: Mapping[int, str]
    open_alert: Callable[[int], Alert | None]
    _verdicts: dict[Node, "_Verdicts"] = field(default_factory=dict)

    def choose(self, node: Node, rows: Collection[Facts]) -> Collection[Facts]:
        """Those of the rows that are asked for, in their order."""
        columns = _columns(node)
        if columns and columns <= _FEW:
            return self._choose_by_value(node, sorted(columns), rows)
        match node:
            case AllOf(parts):
                for part in _cheapest_first(parts):
                    rows = self.choose(part, rows)
                return rows
            case AnyOf(parts):
                return self._choose_any(parts, rows)
            case Not(Bare(pattern)) if (word := pattern.literal) is not None:
                texts = self.search_texts
                return [row for row in rows if word not in texts[row[_ID]]]
            case Not(part):
                found = _ids(self.choose(part, rows))
                return [row for row in rows if row[_ID] not in found]
            case _:
                return self._choose_by_leaf(node, columns, rows)

    def _choose_any(self, parts: tuple[Node, ...], rows: Collection[Facts]) -> Collection[Facts]:
        found: set[int] = set()
        rest = rows
        for part in _cheapest_first(parts):
            found |= _ids(self.choose(part, rest))
            rest = [row for row in rest if row[_ID] not in found]
        return [row for row in rows if row[_ID] in found]

    def _choose_by_leaf(
        self, leaf: Node, columns: frozenset[str], rows: Collection[Facts]
    ) -> Collection[Facts]:
        match leaf:
            case Bare(pattern):
                texts, found = self.search_texts, finder(pattern, whole=False)
                if (literal := pattern.literal) is not None:
                    return [row for row in rows if literal in texts[row[_ID]]]
                return [row for row in rows if found(texts[row[_ID]])]
            case Is(Field(name="is_overdue"), Flag(on)):
                return self._choose_overdue(rows, on=on)
            case Is(asked, Moment()) | Compare(asked, _, Moment()) if columns:
                first, end = self._span(leaf)
                at = _COLUMN[asked.name]
                return [row for row in rows if first <= row[at] < end]
            case Is(asked, Quantity(number)) if columns and asked.kind is Kind.NUMBER:
                at = _COLUMN[asked.name]
                return [row for row in rows if row[at] == number]
            case Compare(asked, operator, Quantity(number)) if columns:
                at, compare = _COLUMN[asked.name], _COMPARE[operator]
                return [row for row in rows if row[at] is not None and compare(row[at], number)]
            case _ if columns:
                return self._choose_by_value(leaf, sorted(columns), rows)
            case _:
                return self._choose_opened(leaf, rows)

    def _choose_by_value(
        self, node: Node, columns: list[str], rows: Collection[Facts]
    ) -> list[Facts]:
        verdicts = self._verdicts.get(node)
        if verdicts is None:
            verdicts = _Verdicts(node, columns, now=self.now, me=self.me)
            self._verdicts[node] = verdicts
        if len(columns) == 1:
            at = _COLUMN[columns[0]]
            return [row for row in rows if verdicts[row[at]]]
        values = itemgetter(*(_COLUMN[name] for name in columns))
        return [row for row in rows if verdicts[values(row)]]

    def _choose_overdue(self, rows: Collection[Facts], *, on: bool) -> list[Facts]:
        try:
            before = self.now - OVERDUE_AFTER
        except OverflowError:
            before = _FIRST
        return [row for row in rows if (row[_RECEIVED] < before and is_open(row[_STATUS])) is on]

    def _choose_opened(self, leaf: Node, rows: Collection[Facts]) -> list[Facts]:
        test = test_of(leaf)
        return [row for row in rows if self._passes_opened(test, row[_ID])]

    def _passes_opened(self, test: Test, alert_id: int) -> bool:
        alert = self.open_alert(alert_id)
        return alert is not None and test(Subject(alert, self.now, self.me, None))

    def _span(self, leaf: Node) -> tuple[datetime, datetime]:
        match leaf:
            case Is(_, Moment(time)):
                return time.span(self.now)
            case Compare(_, operator, Moment(time)):
                start, end = time.span(self.now)
                return {
                    "<": (_FIRST, start),
                    "<=": (_FIRST, end),
                    ">": (end, _LAST),
                    ">=": (start, _LAST),
                }[operator]
            case _:
                raise TypeError(f"{leaf!r} is about no time")


def few_columns(root: Node) -> frozenset[str]:
    """The columns of few values each that answer a query; none when others are needed."""
    columns = _columns(root)
    return columns if columns <= _FEW else frozenset()


def opens_alerts(root: Node | None) -> bool:
    """Whether a query asks for what the rows do not hold, which takes its time."""
    return root is not None and _cost(root) == _OPENING


class _Verdicts(dict[Any, bool]):
    """What the filter language says of each value, asked once."""

    def __init__(self, node: Node, columns: list[str], *, now: datetime, me: int | None) -> None:
        super().__init__()
        self._test = test_of(node)
        self._columns = columns
        self._alert = SimpleNamespace()
        self._now, self._me = now, me

    def __missing__(self, values: Any) -> bool:
        alert = self._alert
        if len(self._columns) == 1:
            values = (values,)
        for name, value in zip(self._columns, values, strict=True):
            setattr(alert, name, value)
        if "assigned_to" in self._columns:
            name = alert.assigned_to
            alert.assigned_analyst = None if name is None else SimpleNamespace(username=name)
        # It has only what this question reads of an alert.
        verdict = self._test(Subject(cast("Alert", alert), self._now, self._me, None))
        self[values if len(self._columns) > 1 else values[0]] = verdict
        return verdict


def _columns(node: Node) -> frozenset[str]:
    """The columns that answer it; none when the rows alone cannot."""
    columns: set[str] = set()
    for leaf, _ in leaves(node):
        if isinstance(leaf, Bare):
            return frozenset()
        names = _DERIVED.get(leaf.field.name, leaf.field.attributes)
        if leaf.field.path or any(name not in _COLUMN for name in names):
            return frozenset()
        columns.update(names)
    return frozenset(columns)


def _cheapest_first(parts: tuple[Node, ...]) -> list[Node]:
    return sorted(parts, key=_cost)


def _cost(node: Node) -> int:
    """What its dearest question takes."""
    return max(_leaf_cost(leaf) for leaf, _ in leaves(node))


def _leaf_cost(leaf: Node) -> int:
    if isinstance(leaf, Bare):
        return _SEARCHING
    if isinstance(leaf, Is) and leaf.field.name == "is_overdue":
        return _LOOKING
    return _LOOKING if _columns(leaf) else _OPENING


def _ids(rows: Collection[Facts]) -> set[int]:
    return {row[_ID] for row in rows}
