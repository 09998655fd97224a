"""Say what a run decides and what became of everything: to people as it happens, then in sum."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ir_client.formats import AlertFormat
from ir_console.model.format import plural

from ..output import Output
from .spans import Span
from .tally import MAX_COMPLAINTS, Complaint, Counts, Tally, skipped_in_words


@dataclass(slots=True)
class Teller:
    """What is said of some files; `is_named` when the format was named and not recognised."""

    output: Output
    formats: Sequence[AlertFormat]
    is_named: bool
    says_at_once: bool = False
    """Whether formats are told when they are met, as for a file without an end."""
    _met: set[tuple[str, str]] = field(default_factory=set)
    _complained: int = 0

    def met(self, file: str, span: Span) -> None:
        """Tell of formats that were not met before."""
        if not self.says_at_once:
            return
        names = [item.format_name for item in (*span.drafts, *span.rejected)]
        names += [name for name, _ in span.skipped]
        for name in dict.fromkeys(names):
            if name is not None and (file, name) not in self._met:
                self._met.add((file, name))
                self.output.note(f"{file}: {self._decided(name)}")

    def settled(self, tally: Tally, file: str, complaints: Sequence[Complaint]) -> None:
        """Tell what was rejected, the first of it, and how far we are."""
        for complaint in complaints:
            if self._complained < MAX_COMPLAINTS:
                self.output.note(f"{file}, line {complaint.line}: {complaint.reason}")
            self._complained += 1
        self.output.progress(f"{file}: {plural(tally.total.records, 'record')} read")

    def file_ended(self, tally: Tally, file: str) -> None:
        """Tell what a file held: a line a format."""
        found = tally.of_file(file)
        if not found:
            self.output.note(f"{file}: no records in it; is it the right file?")
        for name, counts in found.items():
            if name is not None:
                records = plural(counts.records, "record")
                self.output.note(f"{file}: {self._decided(name)}: {records}")

    def nothing_new(self, file: str) -> None:
        """Tell that a file holds nothing that was not read before."""
        self.output.note(f"{file}: nothing new in it")

    def rest(self, tally: Tally) -> None:
        """Tell how much was left unsaid, and what was skipped."""
        if self._complained > MAX_COMPLAINTS:
            more = f"{self._complained - MAX_COMPLAINTS:,}"
            self.output.note(f"… and {more} more were rejected. --rejects FILE keeps them all.")
        if tally.reasons:
            self.output.note(skipped_in_words(tally.reasons))

    def sum_up(self, tally: Tally) -> None:
        """The result to stdout, the rest to people."""
        self.rest(tally)
        total = tally.total
        self.output.line(
            f"{total.created} created, {plural(total.duplicates, 'duplicate')}, "
            f"{total.skipped} skipped, {total.rejected} rejected"
        )

    def _decided(self, name: str) -> str:
        known = next(one for one in self.formats if one.name == name)
        why = "named with --format" if self.is_named else f"has {known.known_by}"
        return f"{known.title} ({why})"


def as_document(tally: Tally) -> dict[str, object]:
    """The result for programs."""
    total = tally.total
    return {
        "created": total.created,
        "duplicates": total.duplicates,
        "skipped": total.skipped,
        "skipped_reasons": dict(tally.reasons),
        "rejected": total.rejected,
        "errors": [
            {"file": one.file, "line": one.line, "reason": one.reason} for one in tally.complaints
        ],
        "formats": {name: counts.as_document() for name, counts in tally.of_format().items()},
        "files": [_file_document(tally, file) for file in tally.files()],
    }


def _file_document(tally: Tally, file: str) -> dict[str, object]:
    found = tally.of_file(file)
    whole = Counts()
    for counts in found.values():
        whole.add(counts)
    formats = {name: counts.as_document() for name, counts in found.items() if name is not None}
    return {"file": file} | whole.as_document() | {"formats": formats}
