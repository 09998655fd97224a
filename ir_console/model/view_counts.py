"""How many alerts each view has, kept right with every alert that comes, changes or goes.

For each alert it is remembered which views it is in. What a view asks of few values (severity,
status, owner) is asked once for each that there is; other questions are asked of the one alert that
came. Nothing is counted over, but for views that know who asks or that change as time goes on.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from ir_client.book import AlertRow

from .filters import Filter
from .selecting import Facts, Question, few_columns

_POSITION = {name: position for position, name in enumerate(AlertRow._fields)}
Finder = Callable[[Filter], set[int]]
"""The alerts that pass a filter, of all there are."""


class ViewCounts:
    """The counts of some filters, in their order."""

    def __init__(self, filters: Sequence[Filter] = ()) -> None:
        self._filters = tuple(filters)
        self.counts = [0] * len(self._filters)
        self._in: dict[int, int] = {}
        self._always = 0
        self._quick: list[tuple[int, Filter]] = []
        self._slow: list[tuple[int, Filter]] = []
        self._verdicts: dict[Any, int] = {}
        columns: set[str] = set()
        for position, wanted in enumerate(self._filters):
            bit = 1 << position
            few = None if wanted.query.root is None else few_columns(wanted.query.root)
            if wanted.query.root is None:
                self._always |= bit
            elif few:
                columns |= few
                self._quick.append((bit, wanted))
            else:
                self._slow.append((bit, wanted))
        # One column more than there may be: a getter of one gives no tuple.
        self._values = itemgetter(*sorted(_POSITION[name] for name in columns | {"status"}))

    def put(self, row: Facts, question: Question) -> None:
        """Take in an alert's present state."""
        values = self._values(row)
        mask = self._verdicts.get(values)
        if mask is None:
            mask = self._verdicts[values] = self._always | self._ask(self._quick, row, question)
        if self._slow:
            mask |= self._ask(self._slow, row, question)
        alert_id: int = row[0]
        before = self._in.get(alert_id, 0)
        if mask != before:
            self._in[alert_id] = mask
            self._count(before, mask)

    def drop(self, alert_id: int) -> None:
        """Forget an alert."""
        self._count(self._in.pop(alert_id, 0), 0)

    def count_over(self, find: Finder, *, only: Callable[[Filter], bool] | None = None) -> None:
        """Count over the filters of which `only` says so, or all."""
        self._verdicts.clear()
        for position, wanted in enumerate(self._filters):
            if only is None or only(wanted):
                self._count_over_one(1 << position, position, find(wanted))

    def _count_over_one(self, bit: int, position: int, found: set[int]) -> None:
        masks = self._in
        for alert_id in [key for key, mask in masks.items() if mask & bit and key not in found]:
            masks[alert_id] &= ~bit
        for alert_id in found:
            masks[alert_id] = masks.get(alert_id, 0) | bit
        self.counts[position] = len(found)

    def _count(self, before: int, after: int) -> None:
        counts, changed = self.counts, before ^ after
        while changed:
            bit = changed & -changed
            counts[bit.bit_length() - 1] += 1 if after & bit else -1
            changed ^= bit

    @staticmethod
    def _ask(filters: list[tuple[int, Filter]], row: Facts, question: Question) -> int:
        mask = 0
        for bit, wanted in filters:
            if wanted.query.root is not None and question.choose(wanted.query.root, (row,)):
                mask |= bit
        return mask
