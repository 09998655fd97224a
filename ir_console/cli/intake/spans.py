"""Gather readings into spans: stretches of a file that are sent, and noted as sent, together.

A span ends between two records and holds at most some 1000 alerts and 15 MiB, so a file of any
size needs the memory of a few spans. Its requests follow from its records alone, each with a key
that follows from the span's: read again after a crash, it is the same requests under the same keys,
which a server answers without doing anything twice.
"""

import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ir_client.formats import Place, Reading, Skipped

from .items import Item

MAX_ALERTS = 1000
# The server takes 16 MiB; the rest is for the envelope and commas.
MAX_BYTES = 15 * 1024 * 1024
# What is skipped weighs nothing, but a span is also how far a run that is broken off goes back.
MAX_RECORDS = 20_000

Skips = Counter[tuple[str | None, str]]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A span that was to be sent when its key was noted: up to where it goes."""

    key: str
    end: Place


@dataclass(frozen=True, slots=True)
class Batch:
    """Drafts that go in one request: one source, one key."""

    source: str
    key: str
    items: tuple[Item, ...]

    @property
    def encoded(self) -> list[bytes]:
        """The drafts as JSON."""
        return [item.encoded for item in self.items]

    def halves(self) -> "tuple[Batch, Batch]":
        """The batch as two, for a server or proxy that takes less at once."""
        middle = len(self.items) // 2
        return (
            Batch(self.source, f"{self.key}a", self.items[:middle]),
            Batch(self.source, f"{self.key}b", self.items[middle:]),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file: its alerts, what it has beside them, and the place behind it."""

    key: str
    end: Place
    drafts: tuple[Item, ...]
    rejected: tuple[Item, ...]
    skipped: Skips
    is_resumed: bool = False

    def batches(self, default_source: str) -> list[Batch]:
        """The requests of the span: by source, each as large as a server takes."""
        of_source: dict[str, list[list[Item]]] = {}
        room: dict[str, int] = {}
        for item in self.drafts:
            source = item.source or default_source
            chunks = of_source.setdefault(source, [])
            left = room.get(source, 0) - item.size
            if not chunks or left < 0 or len(chunks[-1]) >= MAX_ALERTS:
                chunks.append([])
                left = MAX_BYTES - item.size
            chunks[-1].append(item)
            room[source] = left
        found = [(source, chunk) for source, chunks in of_source.items() for chunk in chunks]
        return [
            Batch(source, f"{self.key}-{number}", tuple(chunk))
            for number, (source, chunk) in enumerate(found)
        ]


def fresh_key() -> str:
    """A key that no other span has."""
    return uuid.uuid4().hex


@dataclass(slots=True)
class SpanBuilder:
    """Gathers readings into spans, those that were under way before with the same ends and keys.

    `since` is when the first record of the span that is open was added, in the caller's seconds.
    """

    end: Place
    under_way: Iterable[UnderWay] = ()
    new_key: Callable[[], str] = fresh_key
    since: float | None = None
    _resumed: deque[UnderWay] = field(init=False)
    _drafts: list[Item] = field(default_factory=list)
    _rejected: list[Item] = field(default_factory=list)
    _skipped: Skips = field(default_factory=Counter)
    _size: int = 0
    _count: int = 0

    def __post_init__(self) -> None:
        self._resumed = deque(self.under_way)

    def add(self, reading: Reading, now: float) -> Span | None:
        """Take a reading in; the span that is full with it, if one is."""
        if self.since is None:
            self.since = now
        self._count += 1
        if isinstance(reading.outcome, Skipped):
            self._skipped[reading.format_name, reading.outcome.reason] += 1
        else:
            item = Item.of(reading)
            (self._rejected if item.reason else self._drafts).append(item)
            self._size += item.weight
        if reading.after is None:
            return None
        self.end = reading.after
        return self.close() if self._is_full() else None

    def close(self) -> Span | None:
        """The span that is open, ended here; None when nothing was read."""
        if not self._count:
            return None
        resumed = self._resumed[0] if self._resumed else None
        # Ended elsewhere it would be another request under the same key.
        is_same = resumed is not None and resumed.end.offset == self.end.offset
        if resumed is not None and self.end.offset >= resumed.end.offset:
            self._resumed.popleft()
        span = Span(
            key=resumed.key if resumed is not None and is_same else self.new_key(),
            end=self.end,
            drafts=tuple(self._drafts),
            rejected=tuple(self._rejected),
            skipped=self._skipped,
            is_resumed=is_same,
        )
        self._drafts, self._rejected, self._skipped = [], [], Counter()
        self._size = self._count = 0
        self.since = None
        return span

    def _is_full(self) -> bool:
        if self._resumed:
            return self.end.offset >= self._resumed[0].end.offset
        return (
            len(self._drafts) >= MAX_ALERTS or self._size >= MAX_BYTES or self._count >= MAX_RECORDS
        )
