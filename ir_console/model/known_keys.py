"""The keys of all rows, oldest first: put in order when asked for, not when they come."""

from collections.abc import Mapping, Set

from .rows import Key, Row

# Below this part of all rows, sorting some is less work than passing over all of them.
_FEW = 20


class KnownKeys:
    """Keys that come in any order, and mostly in their own."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._dropped: set[Key] = set()
        self._is_sorted = True

    def add(self, key: Key) -> None:
        """Take in the key of a new row."""
        if key in self._dropped:
            self._dropped.discard(key)
            return
        self._is_sorted &= not self._keys or key > self._keys[-1]
        self._keys.append(key)

    def drop(self, key: Key) -> None:
        """Forget the key of a row that is gone."""
        self._dropped.add(key)

    def of(self, alert_ids: Set[int], rows: Mapping[int, Row]) -> list[Key]:
        """The keys of some of the rows, oldest first."""
        if len(alert_ids) < len(rows) // _FEW:
            return sorted(rows[alert_id].key for alert_id in alert_ids)
        return [key for key in self.in_order() if key[1] in alert_ids]

    def in_order(self) -> list[Key]:
        """The keys, oldest first; not to be changed."""
        if self._dropped:
            dropped, self._dropped = self._dropped, set()
            self._keys = [key for key in self._keys if key not in dropped]
        if not self._is_sorted:
            self._keys.sort()
            self._is_sorted = True
        return self._keys
