"""How many alerts each view has, kept right with every alert that comes, changes or goes.

For each view it is remembered which alerts it has. What a view asks of few values (severity,
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
        self._members: list[set[int]] = [set() for _ in self._filters]
        self._always: list[int] = []
        self._quick: list[tuple[int, Filter]] = []
        self._slow: list[tuple[int, Filter]] = []
        self._verdicts: dict[Any, frozenset[int]] = {}
        columns: set[str] = set()
        for position, wanted in enumerate(self._filters):
            few = None if wanted.query.root is None else few_columns(wanted.query.root)
            if wanted.query.root is None:
                self._always.append(position)
            elif few:
                columns |= few
                self._quick.append((position, wanted))
            else:
                self._slow.append((position, wanted))
        # One column more than there may be: a getter of one gives no tuple.
        self._values = itemgetter(*sorted(_POSITION[name] for name in columns | {"status"}))

    @property
    def counts(self) -> list[int]:
        """How many alerts each of the filters finds."""
        return [len(found) for found in self._members]

    def put(self, row: Facts, question: Question) -> None:
        """Take in an alert's present state."""
        values = self._values(row)
        positions = self._verdicts.get(values)
        if positions is None:
            quick = self._ask(self._quick, row, question)
            positions = self._verdicts[values] = frozenset([*self._always, *quick])
        alert_id: int = row[0]
        slow = self._ask(self._slow, row, question) if self._slow else ()
        for position, found in enumerate(self._members):
            if position in positions or position in slow:
                found.add(alert_id)
            else:
                found.discard(alert_id)

    def drop(self, alert_id: int) -> None:
        """Forget an alert."""
        for found in self._members:
            found.discard(alert_id)

    def count_over(self, find: Finder, *, only: Callable[[Filter], bool] | None = None) -> None:
        """Count over the filters of which `only` says so, or all."""
        self._verdicts.clear()
        for position, wanted in enumerate(self._filters):
            if only is None or only(wanted):
                self._members[position] = find(wanted)

    @staticmethod
    def _ask(filters: list[tuple[int, Filter]], row: Facts, question: Question) -> list[int]:
        found = []
        for position, wanted in filters:
            if wanted.query.root is not None and question.choose(wanted.query.root, (row,)):
                found.append(position)
        return found
