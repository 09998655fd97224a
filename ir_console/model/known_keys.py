"""The keys of all rows, oldest first: put in order when asked for, not when they come."""

from bisect import bisect_left, insort
from collections.abc import Mapping, Set

from .rows import Key, Row

# Below this part of all rows, sorting some is less work than passing over all of them.
_FEW = 20

# So many are put into a long list, or taken out of it, one by one sooner than by passing over it.
_SINGLY = 64


class KnownKeys:
    """Keys that come in any order, and mostly in their own."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._late: list[Key] = []
        self._dropped: set[Key] = set()

    def add(self, key: Key) -> None:
        """Take in the key of a new row."""
        if key in self._dropped:
            self._dropped.discard(key)
        elif not self._keys or key > self._keys[-1]:
            self._keys.append(key)
        else:
            self._late.append(key)

    def drop(self, key: Key) -> None:
        """Forget the key of a row that is gone."""
        self._dropped.add(key)

    def of(self, alert_ids: Set[int], rows: Mapping[int, Row]) -> list[Key]:
        """The keys of some of the rows, oldest first."""
        if len(alert_ids) < len(rows) // _FEW:
            return sorted(rows[alert_id].key for alert_id in alert_ids)
        return [key for key in self.in_order() if key[1] in alert_ids]

    def before(self, key: Key | None, count: int) -> list[Key]:
        """The last `count` keys before `key`, or of all, oldest first."""
        keys = self.in_order()
        end = len(keys) if key is None else bisect_left(keys, key)
        return keys[max(0, end - count) : end]

    def in_order(self) -> list[Key]:
        """The keys, oldest first; not to be changed."""
        if self._late:
            late, self._late = self._late, []
            if len(late) < _SINGLY:
                for key in late:
                    insort(self._keys, key)
            else:
                # Mostly they are a little late: only the end has to be put in order.
                first = bisect_left(self._keys, min(late))
                self._keys[first:] = sorted([*self._keys[first:], *late])
        if self._dropped:
            dropped, self._dropped = self._dropped, set()
            if len(dropped) < _SINGLY:
                for key in dropped:
                    del self._keys[bisect_left(self._keys, key)]
            else:
                self._keys = [key for key in self._keys if key not in dropped]
        return self._keys
