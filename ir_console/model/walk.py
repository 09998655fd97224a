"""A walk over all alerts from the newest on, some at a time, whatever comes or goes meanwhile."""

from .rows import Key
from .shown_rows import ShownRows


class Walk:
    """Where one is who looks at all alerts, and how far that is.

    What comes while it is under way may be passed over: whoever walks decides about it then.
    """

    def __init__(self, view: ShownRows) -> None:
        self._view = view
        self._below: Key | None = None
        self._walked = 0
        self.is_over = False

    @property
    def share(self) -> float:
        """How much of all alerts was looked at, from 0 to 1."""
        known = self._view.known_count
        return 1.0 if self.is_over or not known else min(1.0, self._walked / known)

    def keys(self, count: int) -> list[Key]:
        """The keys of the next so many alerts, oldest first."""
        keys = self._view.known_before(self._below, count)
        self._walked += len(keys)
        self.is_over = len(keys) < count
        if keys:
            self._below = keys[0]
        return keys

    def ids(self, count: int) -> set[int]:
        """The next so many alerts, less what left the user's sight."""
        return self._view.still_there({key[1] for key in self.keys(count)})
