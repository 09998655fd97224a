"""What the table shows, for whoever asks: its lines, which alert stands where, and counts of them.

`views` changes it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Set
from operator import itemgetter

from ir_client.wire.values import is_open

from .arranged import Arranged
from .arranging import PLAIN, Arrangement
from .known_keys import KnownKeys
from .pair_counts import PairCounts, PairIndex
from .rows import GroupRow, Key, Row
from .shelves import GroupMemory

_ID_OF = itemgetter(1)


class ShownRows:
    """The lines of the table. Index 0 is the one at the top."""

    def __init__(self) -> None:
        self.is_held = False
        self._rows: dict[int, Row] = {}
        self._known = KnownKeys()
        self._order: list[Key] = []
        self._shown: set[int] = set()
        self._ghosts: set[int] = set()
        self._gone: set[int] = set()  # ghosts that will not come back by themselves
        self._waiting: set[int] = set()
        self._index = PairIndex(self._rows)
        self._pairs = PairCounts(self._index)
        self._arrangement = PLAIN
        self._arranged: Arranged | None = None
        self._memory = GroupMemory()

    def __len__(self) -> int:
        return len(self._order if self._arranged is None else self._arranged)

    def __iter__(self) -> Iterator[Row]:
        """The shown rows, newest first, also where they stand otherwise."""
        return (self._rows[alert_id] for _, alert_id in reversed(self._order))

    @property
    def arrangement(self) -> Arrangement:
        """How the rows stand."""
        return self._arrangement

    @property
    def misplaced_count(self) -> int:
        """How many rows would stand elsewhere by now."""
        return 0 if self._arranged is None else self._arranged.misplaced_count

    @property
    def known_count(self) -> int:
        """How many alerts there are, shown or not."""
        return len(self._rows) - len(self._gone)

    @property
    def matching_count(self) -> int:
        """How many rows are shown, ghosts aside."""
        return len(self._order) - len(self._ghosts)

    @property
    def waiting_count(self) -> int:
        """How many rows came while the display is held."""
        return len(self._waiting)

    def matching_ids(self) -> Set[int] | None:
        """The alerts that match, as far as the rows tell: not while held. Not to be changed."""
        if self.is_held:
            return None
        return self.shown_matching() if self._ghosts else self._shown

    def shown_matching(self) -> set[int]:
        """The shown alerts, ghosts aside."""
        return self._shown - self._ghosts

    def matching_among(self, alert_ids: set[int]) -> set[int]:
        """Which of these are shown and match."""
        return (alert_ids & self._shown) - self._ghosts

    def shown_among(self, alert_ids: set[int]) -> set[int]:
        """Which of these are shown and still to be seen by this user, ghosts of the filter too."""
        return (alert_ids & self._shown) - self._gone

    def still_there(self, alert_ids: set[int]) -> set[int]:
        """Those of the alerts that did not leave the user's sight."""
        return alert_ids - self._gone

    def row_at(self, index: int) -> Row | GroupRow:
        """What stands on a line."""
        if self._arranged is None:
            return self._rows[self._order[-1 - index][1]]
        line_id = self._arranged.id_at(index)
        if line_id > 0:
            return self._rows[line_id]
        return self._arranged.group_row(line_id, self._ghosts)

    def members(self, group_id: int) -> set[int]:
        """The matching alerts of a group; none where there is no such group."""
        found = set() if self._arranged is None else self._arranged.members(group_id)
        return found - self._ghosts

    def open_ids(self, severity: str) -> set[int]:
        """The open alerts of a severity, shown or not."""
        return self._index.ids_of(severity, among=is_open)

    def folded_with(self, severity: str) -> set[int]:
        """The folded groups that have alerts of a severity."""
        return set() if self._arranged is None else self._arranged.folded_with(severity)

    def ids_beyond(self, index: int, step: int) -> Iterator[int]:
        """The rows and groups of all lines below a line, or with step -1 above it."""
        if self._arranged is not None:
            return self._arranged.ids_beyond(index, step)
        at, end = len(self._order) - 1 - index - step, -1 if step > 0 else len(self._order)
        return map(_ID_OF, map(self._order.__getitem__, range(at, end, -step)))

    def get(self, alert_id: int | None) -> Row | None:
        return self._rows.get(alert_id) if alert_id is not None else None

    def index_of(self, alert_id: int | None) -> int | None:
        """Where a shown alert or a group stands; None when it is not shown, or folded away."""
        if alert_id is None or (alert_id > 0 and alert_id not in self._shown):
            return None
        key = self._rows[alert_id].key if alert_id > 0 else None
        if self._arranged is not None:
            return self._arranged.index_of(alert_id, key)
        return None if key is None else len(self._order) - 1 - bisect_left(self._order, key)

    def stand_in(self, alert_id: int | None) -> int | None:
        """The group that stands for a shown alert which is folded away in it."""
        if self._arranged is None or alert_id is None or alert_id not in self._shown:
            return None
        return self._arranged.group_of(alert_id)

    def is_ghost(self, alert_id: int) -> bool:
        return alert_id in self._ghosts

    def is_gone(self, alert_id: int) -> bool:
        """Whether a shown alert left the user's sight."""
        return alert_id in self._gone

    def newest_key(self) -> Key | None:
        return self._order[-1] if self._order else None

    def newer_than(self, key: Key) -> int:
        """How many shown rows are newer than `key`."""
        return len(self._order) - bisect_right(self._order, key)

    def by_severity(self) -> dict[str, int]:
        """Matching rows of each severity."""
        return self._pairs.by_severity()

    def by_status(self) -> dict[str, int]:
        """Matching rows in each status."""
        return self._pairs.by_status()

    def known_before(self, key: Key | None, count: int) -> list[Key]:
        """The keys of the last `count` alerts before `key`, or of all; oldest first."""
        return self._known.before(key, count)
