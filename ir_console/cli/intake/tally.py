"""Count what became of each record, by file and format."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from ir_client.wire.alerts import IngestReport

from .items import Item
from .spans import Batch, Skips

# Enough to see what is wrong; a file that is no alerts at all would fill the screen.
MAX_COMPLAINTS = 20

_REFUSED = "the server refused it"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A record that was not taken, where it stands, and why."""

    file: str
    item: Item
    reason: str

    @property
    def line(self) -> int:
        """The line on which the record starts."""
        return self.item.line


@dataclass(slots=True)
class Counts:
    """What became of some records."""

    created: int = 0
    duplicates: int = 0
    skipped: int = 0
    rejected: int = 0

    @property
    def records(self) -> int:
        """How many records there were."""
        return self.created + self.duplicates + self.skipped + self.rejected

    def add(self, other: "Counts") -> None:
        """Count these too."""
        self.created += other.created
        self.duplicates += other.duplicates
        self.skipped += other.skipped
        self.rejected += other.rejected

    def as_document(self) -> dict[str, int]:
        """The counts for programs."""
        return {
            "records": self.records,
            "created": self.created,
            "duplicates": self.duplicates,
            "skipped": self.skipped,
            "rejected": self.rejected,
        }


@dataclass(slots=True)
class Tally:
    """What became of the records so far; the first complaints are kept, all are counted."""

    of: dict[tuple[str, str | None], Counts] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    complaints: list[Complaint] = field(default_factory=list)
    total: Counts = field(default_factory=Counts)

    def skip(self, file: str, skipped: Skips) -> None:
        """Count what is sound and no alert."""
        for (format_name, reason), count in skipped.items():
            self._count(file, format_name, Counts(skipped=count))
            self.reasons[reason] += count

    def expect(self, file: str, format_name: str | None) -> None:
        """Count a draft that would be created."""
        self._count(file, format_name, Counts(created=1))

    def reject(self, file: str, item: Item, reason: str | None = None) -> Complaint:
        """Count a record that was not taken: by us, or by the server for this reason."""
        complaint = Complaint(file, item, reason or item.reason or _REFUSED)
        self._count(file, item.format_name, Counts(rejected=1))
        if len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(complaint)
        return complaint

    def take_in(self, file: str, batch: Batch, report: IngestReport) -> list[Complaint]:
        """Count what the server says of a batch; returns what it refused."""
        if not report.results:
            return self._take_in_plain(file, batch, report)
        refused = []
        taken: Counter[tuple[str | None, str]] = Counter()
        for result in report.results:
            item = batch.items[result.index]
            if result.status in ("created", "duplicate"):
                taken[item.format_name, result.status] += 1
            else:
                refused.append(self.reject(file, item, result.error or _REFUSED))
        for (name, status), count in taken.items():
            was_created = status == "created"
            found = Counts(created=count) if was_created else Counts(duplicates=count)
            self._count(file, name, found)
        return refused

    def files(self) -> list[str]:
        """The files of which records were counted, in the order of their first."""
        return list(dict.fromkeys(file for file, _ in self.of))

    def of_file(self, file: str) -> dict[str | None, Counts]:
        """What became of the records of a file, by format."""
        return {name: counts for (one, name), counts in self.of.items() if one == file}

    def of_format(self) -> dict[str, Counts]:
        """What became of the records by format; those of none are left out."""
        found: dict[str, Counts] = {}
        for (_, name), counts in self.of.items():
            if name is not None:
                found.setdefault(name, Counts()).add(counts)
        return found

    def _count(self, file: str, format_name: str | None, counts: Counts) -> None:
        self.of.setdefault((file, format_name), Counts()).add(counts)
        self.total.add(counts)

    def _take_in_plain(self, file: str, batch: Batch, report: IngestReport) -> list[Complaint]:
        """A plain server only counts, and says in words why it did not take an alert."""
        duplicates = sum("duplicate" in text.lower() for text in report.errors)
        reasons = [text for text in report.errors if "duplicate" not in text.lower()]
        untold = max(0, report.failed_count - len(report.errors))
        reasons += ["the server refused it without a reason"] * untold
        left = list(batch.items)
        self._count(file, left[0].format_name, Counts(report.processed_count, duplicates))
        return [self._reject_of(file, left, text) for text in reasons]

    def _reject_of(self, file: str, left: list[Item], text: str) -> Complaint:
        """Reject the alert that a plain server's words are about, as far as one can tell."""
        named = [one for one in left if one.external_id and one.external_id in text]
        if len(named) == 1:
            left.remove(named[0])
            return self.reject(file, named[0], text)
        return self.reject(file, left[0], f"in the batch from here on: {text}")


def skipped_in_words(reasons: Counter[str]) -> str:
    """`6 skipped: 2 event type dns, 1 event type flow, …`, the most frequent first."""
    shown = [f"{count} {reason}" for reason, count in islice(reasons.most_common(), 8)]
    more = ["…"] if len(reasons) > len(shown) else []
    return f"{reasons.total()} skipped: {', '.join(shown + more)}"
