"""How many alerts each view has, kept right with every alert that comes, changes or goes.

For each view it is remembered which alerts it has. What a view asks of few values (severity,
status, owner) is asked once for each that there is; other questions are asked of the one alert that
came. Only views that are new, that know who asks or that change as time goes on are counted over:
some alerts at a time, each put where it belongs by now, so that a count is never far from right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ir_client.book import AlertRow

from .filters import Filter
from .pace import Clock, Pace
from .selecting import Facts, Question, few_columns
from .walk import Walk

_POSITION = {name: position for position, name in enumerate(AlertRow._fields)}
Chooser = Callable[[Filter, set[int], Question], set[int]]
"""Those of some alerts that pass a filter."""


@dataclass(slots=True)
class _Count:
    """A count over all alerts that is under way: of which filters, and how far it is."""

    positions: frozenset[int]
    walk: Walk
    question: Question
    pace: Pace = field(default_factory=Pace)


class ViewCounts:
    """The counts of some filters, in their order."""

    def __init__(self, filters: Sequence[Filter] = ()) -> None:
        self._filters = tuple(filters)
        self._members: list[set[int]] = [set() for _ in self._filters]
        self._always: list[int] = []
        self._quick: list[tuple[int, Filter]] = []
        self._slow: list[tuple[int, Filter]] = []
        self._verdicts: dict[Any, frozenset[int]] = {}
        self._count: _Count | None = None
        self.uncounted: frozenset[Filter] = frozenset()
        """Which of them were not known to what this took over from."""
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

    @property
    def is_counting(self) -> bool:
        """Whether a count over all alerts is under way."""
        return self._count is not None

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

    def count_over(
        self, walk: Walk, question: Question, *, only: Callable[[Filter], bool] = lambda _: True
    ) -> None:
        """Begin to count over the filters of which `only` says so.

        A count that is under way of the same ones goes on instead: begun again and again it might
        never come to its end.
        """
        wanted = frozenset(at for at, one in enumerate(self._filters) if only(one))
        if any(self._filters[at].query.uses_me for at in wanted):
            self._verdicts.clear()
        before = self._count
        if before is None:
            self._count = _Count(wanted, walk, question) if wanted else None
        elif not wanted <= before.positions or question.me != before.question.me:
            self._count = _Count(wanted | before.positions, walk, question)

    def take_over(self, before: "ViewCounts") -> None:
        """Have what another one has counted of the same filters."""
        under_way = frozenset() if before._count is None else before._count.positions
        known = {
            wanted: found
            for at, (wanted, found) in enumerate(zip(before._filters, before._members, strict=True))
            if at not in under_way
        }
        self._members = [known.get(wanted, set()) for wanted in self._filters]
        self.uncounted = frozenset(self._filters) - known.keys()

    def go_on(self, choose: Chooser, *, count: int) -> bool:
        """Count so many alerts more; whether there were any."""
        under_way = self._count
        if under_way is None:
            return False
        looked_at = under_way.walk.ids(count)
        for at in under_way.positions:
            members = self._members[at]
            members -= looked_at
            members |= choose(self._filters[at], looked_at, under_way.question)
        if under_way.walk.is_over:
            self._count = None
        return True

    def take_turn(self, choose: Chooser, clock: Clock) -> bool:
        """Count as many alerts more as there is time for in a turn; whether there were any."""
        pace = Pace() if self._count is None else self._count.pace
        return pace.turn(clock, lambda count: self.go_on(choose, count=count))

    @staticmethod
    def _ask(filters: list[tuple[int, Filter]], row: Facts, question: Question) -> list[int]:
        found = []
        for position, wanted in filters:
            if wanted.query.root is not None and question.choose(wanted.query.root, (row,)):
                found.append(position)
        return found
