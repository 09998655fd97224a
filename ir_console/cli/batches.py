"""Gather drafts into requests that a server takes, and count what became of each record.

A batch holds at most 1000 alerts and some 15 MiB, all of one source. Reads drafts only as fast as
batches are asked for, so a file of any size needs the memory of one batch a source.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ir_client.formats import Reading, Rejected, Skipped
from ir_client.wire.alerts import AlertDraft, IngestReport

MAX_ALERTS = 1000
# The server takes 16 MiB; the rest is for the envelope and commas.
MAX_BYTES = 15 * 1024 * 1024

# Interleaved sources each hold a batch; beyond this many the fullest is sent early.
_MAX_SOURCES = 8

# Enough to see what is wrong; a file that is not JSON at all would fill the screen.
MAX_COMPLAINTS = 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Drafts that go in one request, and the line that each came from."""

    source: str
    drafts: tuple[AlertDraft, ...]
    lines: tuple[int, ...]

    def halves(self) -> "tuple[Batch, Batch]":
        """The batch as two, for a server or proxy that takes less at once."""
        middle = len(self.drafts) // 2
        return (
            Batch(self.source, self.drafts[:middle], self.lines[:middle]),
            Batch(self.source, self.drafts[middle:], self.lines[middle:]),
        )


@dataclass(frozen=True, slots=True)
class Complaint:
    """A record that was not taken, where it stands, and why."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Tally:
    """What became of the records so far."""

    created: int = 0
    duplicates: int = 0
    rejected: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    complaints: list[Complaint] = field(default_factory=list)
    sent: int = 0

    def reject(self, file: str, line: int, reason: str) -> Complaint:
        """Count a record that was not taken; all are counted, the first are kept."""
        complaint = Complaint(file, line, reason)
        self.rejected += 1
        if len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(complaint)
        return complaint

    def take_in(self, file: str, batch: Batch, report: IngestReport) -> list[Complaint]:
        """Count what the server says of a batch; returns what it refused."""
        self.sent += len(batch.drafts)
        if not report.results:
            return self._take_in_plain(file, batch, report)
        refused = []
        for result in report.results:
            match result.status:
                case "created":
                    self.created += 1
                case "duplicate":
                    self.duplicates += 1
                case _:
                    line = batch.lines[result.index] if result.index < len(batch.lines) else 0
                    refused.append(self.reject(file, line, result.error or "the server refused it"))
        return refused

    def _take_in_plain(self, file: str, batch: Batch, report: IngestReport) -> list[Complaint]:
        """A plain server only counts, and says in words why it did not take an alert."""
        self.created += report.processed_count
        duplicates = [text for text in report.errors if "duplicate" in text.lower()]
        others = [text for text in report.errors if text not in duplicates]
        self.duplicates += len(duplicates)
        untold = max(0, report.failed_count - len(report.errors))
        others += ["the server refused it without a reason"] * untold
        first = batch.lines[0] if batch.lines else 0
        return [self.reject(file, first, f"in the batch from here on: {text}") for text in others]


def batches(
    readings: Iterable[Reading], tally: Tally, *, file: str, default_source: str
) -> Iterator[Batch]:
    """The drafts among `readings` as batches; the others are counted in `tally`."""
    open_batches: dict[str, _OpenBatch] = {}
    for reading in readings:
        match reading.outcome:
            case Skipped(reason=reason):
                tally.skipped[reason] += 1
            case Rejected(reason=reason):
                tally.reject(file, reading.line, reason)
            case draft:
                source = draft.source_system or draft.source or default_source
                yield from _added(open_batches, source, reading, draft)
    yield from (batch.closed() for batch in open_batches.values())


@dataclass(slots=True)
class _OpenBatch:
    source: str
    drafts: list[AlertDraft] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    size: int = 0

    def has_room_for(self, size: int) -> bool:
        return len(self.drafts) < MAX_ALERTS and self.size + size <= MAX_BYTES

    def add(self, reading: Reading, draft: AlertDraft) -> None:
        self.drafts.append(draft)
        self.lines.append(reading.line)
        self.size += reading.size

    def closed(self) -> Batch:
        return Batch(self.source, tuple(self.drafts), tuple(self.lines))


def _added(
    open_batches: dict[str, _OpenBatch], source: str, reading: Reading, draft: AlertDraft
) -> Iterator[Batch]:
    """Put a draft into the batch of its source; yields what had to make room."""
    current = open_batches.get(source)
    if current is not None and not current.has_room_for(reading.size):
        yield open_batches.pop(source).closed()
    elif current is None and len(open_batches) >= _MAX_SOURCES:
        fullest = max(open_batches, key=lambda name: open_batches[name].size)
        yield open_batches.pop(fullest).closed()
    open_batches.setdefault(source, _OpenBatch(source)).add(reading, draft)


def skipped_in_words(skipped: Counter[str]) -> str:
    """`6 skipped: 2 event type dns, 1 event type flow, …`, the most frequent first."""
    shown = [f"{count} {reason}" for reason, count in islice(skipped.most_common(), 8)]
    more = ["…"] if len(skipped) > len(shown) else []
    return f"{skipped.total()} skipped: {', '.join(shown + more)}"
