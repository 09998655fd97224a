"""Rows on shelves, in groups: where each stands when they are not simply newest first.

A row stays where it was put, though its values change, until it is asked to `settle`: nothing moves
under the analyst's eyes. New rows go to their place at once. Groups have ids of their own, below
zero, so that a cursor can be on one; a group is folded until it is unfolded.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from .arranging import GROUP_KINDS, Arrangement, Sort
from .laid_out import LaidOut
from .rows import GroupRow, Key, Row
from .shelves import Group, GroupMemory, Shelf

_Item = TypeVar("_Item")


class Arranged:
    """The lines of a table that is sorted or grouped; rows and groups by id."""

    def __init__(
        self, rows: Mapping[int, Row], arrangement: Arrangement, memory: "GroupMemory"
    ) -> None:
        self._rows = rows
        self._kind = arrangement.group
        self._ids = memory.ids
        self._sort = arrangement.sort
        self._value_of = arrangement.sort.kind.value
        self._name_of = GROUP_KINDS.get(arrangement.group)
        self._unfolded = memory.unfolded
        self._groups: dict[str, Group] = {}
        self._by_id: dict[int, Group] = {}
        self._order: list[Group] = []
        # Where the rows stand that would stand elsewhere by now. Of all others the values say it:
        # a million rows more in a dictionary would also be some long pauses while it grows.
        self._misplaced: dict[int, Shelf] = {}
        self._are_groups_new = False
        self._lines: LaidOut | None = None

    def __len__(self) -> int:
        return len(self._lay_out())

    @property
    def misplaced_count(self) -> int:
        """How many rows would stand elsewhere by now."""
        return len(self._misplaced)

    def fill(self, keys: Iterable[Key]) -> None:
        """Put many rows, oldest first, in their places."""
        rows = self._rows
        # Without the calls of our own that `add` makes: there may be a million.
        name_of, value_of = self._name_of or _nothing, self._value_of or _nothing
        lists: defaultdict[tuple[str, Any], list[Key]] = defaultdict(list)
        for key in keys:
            row = rows[key[1]]
            lists[name_of(row), value_of(row)].append(key)
        touched: dict[int, Group] = {}
        for (name, value), found in lists.items():
            shelf = self._shelf(name, value)
            group = shelf.group
            _merge(shelf.keys, found)
            if self._name_of is not None:
                for key in found:
                    group.severities[rows[key[1]].severity] += 1
            if not group.is_sorted or group.newest is None or found[-1] > group.newest:
                touched[group.id] = group
        if touched:
            self._rank(touched.values())
            self._are_groups_new = True
        self._lines = None

    def add(self, row: Row, key: Key) -> None:
        """Put a row where it belongs now."""
        shelf = self._shelf(self._name(row), self._value(row))
        if not shelf.keys or key > shelf.keys[-1]:
            shelf.keys.append(key)
        else:
            insort(shelf.keys, key)
        shelf.group.severities[row.severity] += 1
        if shelf.group.newest is None:
            self._rank([shelf.group])
        self._lines = None

    def discard(self, row: Row) -> None:
        """Take a row away."""
        shelf = self._misplaced.pop(row.id, None) or self._place_of(row)
        del shelf.keys[bisect_left(shelf.keys, row.key)]
        group = shelf.group
        group.severities[row.severity] -= 1
        if not shelf.keys:
            del group.shelves[shelf.value]
            group.is_sorted = False
            if not group.shelves:
                del self._groups[group.name], self._by_id[group.id]
                self._order.remove(group)
        self._lines = None

    def note_changed(self, before: Row, row: Row) -> None:
        """Notice whether a row would stand elsewhere by now; it stays where it is."""
        shelf = self._misplaced.get(row.id) or self._place_of(before)
        if row.severity != before.severity:
            shelf.group.severities[before.severity] -= 1
            shelf.group.severities[row.severity] += 1
        if (self._name(row), self._value(row)) != (shelf.group.name, shelf.value):
            self._misplaced[row.id] = shelf
        else:
            self._misplaced.pop(row.id, None)

    def settle(self) -> bool:
        """Put all rows and groups where they belong now; whether any had to move."""
        before = [group.id for group in self._order]
        moved = [self._rows[alert_id] for alert_id in self._misplaced]
        for row in moved:
            self.discard(row)
            self.add(row, row.key)
        if self._name_of is not None:
            self._rank(self._groups.values())
            self._order_groups()
        return bool(moved) or before != [group.id for group in self._order]

    def id_at(self, index: int) -> int:
        """The row or group of a line."""
        return self._lay_out().id_at(index)

    def ids_beyond(self, index: int, step: int) -> Iterator[int]:
        """The rows and groups of all lines below a line, or with step -1 above it."""
        return self._lay_out().ids_beyond(index, step)

    def folded_with(self, severity: str) -> set[int]:
        """The folded groups that have rows of a severity."""
        if self._name_of is None:
            return set()
        return {
            group.id
            for group in self._order
            if group.severities[severity] and not self._is_open(group)
        }

    def index_of(self, line_id: int, key: Key | None = None) -> int | None:
        """The line of a group, or of the row with this key; None when there is none."""
        self._lay_out()
        if key is None:
            group = self._by_id.get(line_id)
            return None if group is None else group.start
        shelf = self._home(line_id)
        if shelf is None or not self._is_open(shelf.group):
            return None
        place = bisect_left(shelf.keys, key)
        return shelf.start + (place if self._sort.is_oldest_first else len(shelf.keys) - 1 - place)

    def members(self, group_id: int) -> set[int]:
        """The rows of a group."""
        group = self._by_id.get(group_id)
        return set() if group is None else set(group)

    def group_of(self, line_id: int) -> int | None:
        """The group in which a row stands, if rows are grouped; of a group, its own id."""
        if line_id < 0:
            return line_id if line_id in self._by_id else None
        shelf = None if self._name_of is None else self._home(line_id)
        return None if shelf is None else shelf.group.id

    def group_row(self, group_id: int, ghosts: Iterable[int]) -> GroupRow:
        """What the line of a group says."""
        group = self._by_id[group_id]
        homes = (self._home(ghost) for ghost in ghosts)
        unseen = sum(home is not None and home.group is group for home in homes)
        return GroupRow(
            id=group_id,
            kind=self._kind,
            name=group.name,
            count=len(group) - unseen,
            severities=dict(+group.severities),
            is_folded=not self._is_open(group),
        )

    def toggle(self, line_id: int) -> int | None:
        """Fold the group of a line, or unfold it; its id, None where there are no groups."""
        group_id = self.group_of(line_id)
        if group_id is not None:
            self._unfolded ^= {(self._kind, self._by_id[group_id].name)}
            self._lines = None
        return group_id

    def toggle_all(self) -> None:
        """Fold all groups, or unfold all if none is unfolded."""
        names = {(self._kind, name) for name in self._groups}
        if names & self._unfolded:
            self._unfolded -= names
        else:
            self._unfolded |= names
        self._lines = None

    def _is_open(self, group: Group) -> bool:
        return self._name_of is None or (self._kind, group.name) in self._unfolded

    def _name(self, row: Row) -> str:
        return "" if self._name_of is None else self._name_of(row)

    def _value(self, row: Row) -> Any:
        return "" if self._value_of is None else self._value_of(row)

    def _home(self, alert_id: int) -> Shelf | None:
        """The shelf of a row that is shown."""
        row = self._rows.get(alert_id)
        if row is None:
            return None
        return self._misplaced.get(alert_id) or self._place_of(row)

    def _place_of(self, row: Row) -> Shelf:
        """The shelf on which a row stands that is not misplaced."""
        return self._groups[self._name(row)].shelves[self._value(row)]

    def _shelf(self, name: str, value: Any) -> Shelf:
        group = self._groups.get(name)
        if group is None:
            group_id = self._ids.setdefault((self._kind, name), -1 - len(self._ids))
            group = Group(group_id, name)
            self._groups[name] = self._by_id[group.id] = group
            self._order.append(group)
            self._are_groups_new = True
        shelf = group.shelves.get(value)
        if shelf is None:
            shelf = group.shelves[value] = Shelf(value, group)
            group.order.append(shelf)
            group.is_sorted = False
        return shelf

    def _sorted(self, group: Group) -> list[Shelf]:
        if not group.is_sorted:
            shelves = [shelf for shelf in group.order if shelf.keys]
            group.order = _in_order(shelves, attrgetter("value"), self._sort)
            group.is_sorted = True
        return group.order

    def _rank(self, groups: Iterable[Group]) -> None:
        for group in groups:
            group.best = self._sorted(group)[0].value
            group.newest = max(shelf.keys[-1] for shelf in group.shelves.values())

    def _order_groups(self) -> None:
        self._order.sort(key=attrgetter("newest"), reverse=not self._sort.is_oldest_first)
        self._order = _in_order(self._order, attrgetter("best"), self._sort)
        # What has no host is no group of things that belong together.
        self._order.sort(key=lambda group: not group.name)
        self._are_groups_new = False
        self._lines = None

    def _lay_out(self) -> LaidOut:
        if self._lines is not None:
            return self._lines
        if self._are_groups_new:
            self._order_groups()
        lines: list[Shelf | Group] = []
        for group in self._order:
            if self._name_of is not None:
                lines.append(group)
            if self._is_open(group):
                lines += self._sorted(group)
        self._lines = LaidOut(lines, is_oldest_first=self._sort.is_oldest_first)
        return self._lines


def _merge(keys: list[Key], found: list[Key]) -> None:
    """Put keys, oldest first, among those of a shelf."""
    if not keys or found[0] > keys[-1]:
        keys += found
    elif found[-1] < keys[0]:
        # So it mostly is: what is searched is older with each slice.
        keys[:0] = found
    else:
        first, end = bisect_left(keys, found[0]), bisect_left(keys, found[-1])
        keys[first:end] = sorted([*keys[first:end], *found])


def _nothing(_: Row) -> Any:
    return ""


def _in_order(items: list[_Item], value: Callable[[_Item], Any], sort: Sort) -> list[_Item]:
    """The items by their values, those without one last."""
    missing = [item for item in items if value(item) is None]
    present = [item for item in items if value(item) is not None]
    present.sort(key=value, reverse=sort.is_descending)
    return [*present, *missing]
