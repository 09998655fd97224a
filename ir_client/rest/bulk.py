"""Send any number of drafts, some batches at a time, and say what became of each, in order.

Drafts are read only as fast as batches leave, so that any number of them needs the memory of the
batches on their way. A batch that the server finds too large is halved. What is cancelled or
fails may be sent again from the start: the server knows what it has.
"""

import asyncio
from collections import Counter, deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, get_args

from ..errors import (
    AuthenticationError,
    ClientClosedError,
    IRError,
    PayloadTooLarge,
    PermissionDenied,
    TLSError,
)
from ..wire.alerts import AlertDraft, IngestReport

Draft = AlertDraft | Mapping[str, Any]
Drafts = Iterable[Draft] | AsyncIterable[Draft]
BulkStatus = Literal["created", "duplicate", "invalid", "failed", "unclear"]
OnError = Literal["raise", "collect"]

_KNOWN: dict[str, BulkStatus] = {"created": "created", "duplicate": "duplicate"}
# What no other batch will fare better with.
_HOPELESS = (AuthenticationError, PermissionDenied, ClientClosedError, TLSError)
_ERROR_LIMIT = 500


@dataclass(frozen=True, slots=True)
class BulkItem:
    """What became of one draft; `index` counts them from 0 in the order they were given.

    `created`: `id` is the new alert. `duplicate`: `id` is the alert that was there. `invalid`: the
    server refused it, `error` says why. `failed`: its batch did not get through, `error` says why,
    and whether it was taken in is not known. `unclear`: a plain server took some of its batch, and
    did not say which; `error` is what it said.
    """

    index: int
    status: BulkStatus
    id: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class BulkReport:
    """How many drafts became what, and each of them unless `on_item` took them."""

    created: int = 0
    duplicates: int = 0
    invalid: int = 0
    failed: int = 0
    unclear: int = 0
    items: tuple[BulkItem, ...] = ()

    @property
    def total(self) -> int:
        """How many drafts are accounted for."""
        return self.created + self.duplicates + self.invalid + self.failed + self.unclear


class Tally:
    """Counts items as they settle, and tells those who asked."""

    def __init__(
        self,
        on_progress: Callable[[BulkReport], None] | None,
        on_item: Callable[[BulkItem], None] | None,
    ) -> None:
        self._on_progress = on_progress
        self._on_item = on_item
        self._counts: Counter[BulkStatus] = Counter()
        self._items: list[BulkItem] = []

    def take_in(self, items: Sequence[BulkItem]) -> None:
        """Count items, in order."""
        for item in items:
            self._counts[item.status] += 1
            if self._on_item is not None:
                self._on_item(item)
        if self._on_item is None:
            self._items.extend(items)
        if items and self._on_progress is not None:
            self._on_progress(self._report(()))

    def report(self) -> BulkReport:
        """What is known now."""
        return self._report(tuple(self._items))

    def _report(self, items: tuple[BulkItem, ...]) -> BulkReport:
        counts = self._counts
        return BulkReport(
            counts["created"],
            counts["duplicate"],
            counts["invalid"],
            counts["failed"],
            counts["unclear"],
            items,
        )


class BulkIngest:
    """Batches on their way, and their items in the order of the drafts."""

    def __init__(
        self,
        ingest: Callable[[Sequence[Draft]], Awaitable[IngestReport]],
        start: Callable[[Any], "asyncio.Task[Any]"],
        *,
        concurrency: int,
        on_error: OnError,
    ) -> None:
        if concurrency < 1:
            raise ValueError("concurrency is the number of batches on their way at once: 1 or more")
        if on_error not in get_args(OnError):
            raise ValueError(f"on_error is one of {', '.join(get_args(OnError))}")
        self._ingest = ingest
        self._start = start
        self._concurrency = concurrency
        self._collects_errors = on_error == "collect"
        self._on_their_way: deque[asyncio.Task[list[BulkItem] | Exception]] = deque()
        self._fed = 0

    async def feed(self, batch: Sequence[Draft]) -> list[BulkItem]:
        """Send a batch once there is room for it; returns what has settled meanwhile, in order."""
        settled: list[BulkItem] = []
        while len(self._on_their_way) >= self._concurrency:
            settled += await self._oldest()
        self._on_their_way.append(self._start(self._outcome(self._fed, batch)))
        self._fed += len(batch)
        return settled

    async def finish(self) -> list[BulkItem]:
        """What settles of all that is on its way, in order."""
        settled: list[BulkItem] = []
        while self._on_their_way:
            settled += await self._oldest()
        return settled

    def abandon(self) -> None:
        """Wait for nothing more."""
        for task in self._on_their_way:
            task.cancel()
        self._on_their_way.clear()

    async def _oldest(self) -> list[BulkItem]:
        outcome = await self._on_their_way[0]
        self._on_their_way.popleft()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _outcome(self, first: int, batch: Sequence[Draft]) -> list[BulkItem] | Exception:
        try:
            return await self._items(first, batch)
        except Exception as error:  # noqa: BLE001 - raised where the batch is waited for
            return error

    async def _items(self, first: int, batch: Sequence[Draft]) -> list[BulkItem]:
        try:
            return items_of(await self._ingest(batch), first, len(batch))
        except PayloadTooLarge as error:
            if len(batch) == 1:
                return [BulkItem(first, "invalid", error=str(error))]
        except IRError as error:
            if not self._collects_errors or isinstance(error, _HOPELESS):
                raise
            return [BulkItem(first + n, "failed", error=str(error)) for n in range(len(batch))]
        middle = len(batch) // 2
        head = await self._items(first, batch[:middle])
        return head + await self._items(first + middle, batch[middle:])


def items_of(report: IngestReport, first: int, count: int) -> list[BulkItem]:
    """What a server says of each draft of a batch, as far as it says it."""
    if not report.results:
        return _items_of_plain(report, first, count)
    told = {result.index: result for result in report.results}
    items = []
    for number in range(count):
        result = told.get(number)
        if result is None:
            items.append(BulkItem(first + number, "unclear", error="the server does not name it"))
            continue
        status = _KNOWN.get(result.status, "invalid")
        error = result.error if status == "invalid" else None
        items.append(BulkItem(first + number, status, result.id, error))
    return items


def _items_of_plain(report: IngestReport, first: int, count: int) -> list[BulkItem]:
    """A plain server only counts, and says in words what it did not take."""
    ids: Sequence[int | None] = report.created_alert_ids
    if report.processed_count == count and report.failed_count == 0:
        ids = ids if len(ids) == count else [None] * count
        return [BulkItem(first + n, "created", ids[n]) for n in range(count)]
    if report.processed_count == 0 and len(report.errors) == count:
        return [_refused(first + n, text) for n, text in enumerate(report.errors)]
    said = f"{report.processed_count} of {count} were taken: {'; '.join(report.errors)}"
    return [BulkItem(first + n, "unclear", error=said[:_ERROR_LIMIT]) for n in range(count)]


def _refused(index: int, text: str) -> BulkItem:
    if "duplicate" in text.lower():
        return BulkItem(index, "duplicate")
    return BulkItem(index, "invalid", error=text[:_ERROR_LIMIT])


def batches(drafts: Iterable[Draft], size: int) -> Iterator[list[Draft]]:
    """Drafts, `size` at a time."""
    _check(drafts, size)
    iterator = iter(drafts)
    while batch := list(islice(iterator, size)):
        yield batch


async def batches_of(drafts: Drafts, size: int) -> AsyncGenerator[list[Draft], None]:
    """Drafts from wherever they come, `size` at a time."""
    if not isinstance(drafts, AsyncIterable):
        for batch in batches(drafts, size):
            yield batch
        return
    _check(drafts, size)
    batch = []
    async for draft in drafts:
        batch.append(draft)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _check(drafts: object, size: int) -> None:
    """Raises TypeError for no drafts, and ValueError for a size of batches that no server takes."""
    if not isinstance(drafts, Iterable | AsyncIterable) or isinstance(
        drafts, str | Mapping | AlertDraft
    ):
        raise TypeError(f"drafts are alerts one after another, not {type(drafts).__name__}")
    if not 1 <= size <= 1000:
        raise ValueError("batch_size is the number of alerts in a request: 1 to 1000")
