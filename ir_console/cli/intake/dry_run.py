"""Look first: read and map everything, send nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ir_client.formats import AlertFormat, Reading, Rejected, Skipped, read_drafts
from ir_client.wire.alerts import AlertDraft
from ir_client.wire.values import SEVERITIES
from ir_console.model.format import plural

from ..output import Column, Output
from .files import Source, StoppedError
from .items import Item
from .rejects import Rejects
from .spans import Skips
from .tally import Tally
from .telling import Teller, as_document

SHOWN_DRAFTS = 10
_NAME_LIMIT = 30

_COLUMNS = (
    Column("severity", styled=True),
    Column("detected"),
    Column("source", limit=20),
    Column("title", limit=50),
    Column("from", limit=40),
)


@dataclass(slots=True)
class DryRun:
    """What would be sent; the drafts that would be are counted as created."""

    output: Output
    teller: Teller
    rejects: Rejects
    tally: Tally = field(default_factory=Tally)
    severities: Counter[str] = field(default_factory=Counter)
    shown: list[tuple[str, int, AlertDraft]] = field(default_factory=list)

    def read(
        self, name: str, source: Source, format_name: str, formats: Sequence[AlertFormat]
    ) -> None:
        """Read a file to its end."""
        try:
            for opening in source.openings(_go_on):
                readings = read_drafts(opening.stream, format_name, formats, place=opening.place)
                for reading in readings:
                    self._take_in(name, reading)
        except StoppedError:
            pass  # what is left at the end is not whole yet
        self.teller.file_ended(self.tally, name)

    def report(self, *, as_json: bool) -> None:
        """What would be sent."""
        if as_json:
            self.output.document(self._document())
            return
        if self.shown:
            self.output.table(_COLUMNS, [_row(*one) for one in self.shown])
            self.output.line()
        total = self.tally.total
        self.teller.rest(self.tally)
        counted = [
            f"{self.severities[name]} {name}" for name in SEVERITIES if self.severities[name]
        ]
        of_severity = f" ({', '.join(counted)})" if counted else ""
        self.output.line(
            f"{plural(total.created, 'alert')} would be sent{of_severity}, "
            f"{total.skipped} skipped, {total.rejected} rejected. Nothing was sent."
        )

    def _take_in(self, name: str, reading: Reading) -> None:
        match reading.outcome:
            case Skipped(reason=reason):
                self.tally.skip(name, Skips({(reading.format_name, reason): 1}))
            case Rejected():
                complaint = self.tally.reject(name, Item.of(reading))
                self.rejects.write([complaint])
                self.teller.settled(self.tally, name, [complaint])
            case draft:
                self.tally.expect(name, reading.format_name)
                self.severities[draft.severity] += 1
                if len(self.shown) < SHOWN_DRAFTS:
                    self.shown.append((name, reading.line, draft))

    def _document(self) -> dict[str, object]:
        found = as_document(self.tally)
        drafts = [
            {"file": file, "line": line} | draft.model_dump(mode="json", exclude_unset=True)
            for file, line, draft in self.shown
        ]
        return {"dry_run": True} | found | {"severities": dict(self.severities), "drafts": drafts}


def _go_on(seconds: float) -> None:
    """Wait for what comes on a pipe: there is nothing else to be done."""


def _row(file: str, line: int, draft: AlertDraft) -> list[str]:
    detected = draft.detected_at.isoformat(" ", "seconds") if draft.detected_at else "now"
    where = f"{_shortened(Path(file).name)}:{line}"
    return [draft.severity, detected, draft.source or "", draft.title, where]


def _shortened(name: str) -> str:
    """A file's name cut in its middle: the line behind it must be seen, and its end tells most."""
    half = _NAME_LIMIT // 2
    return name if len(name) <= _NAME_LIMIT else f"{name[: half - 1]}…{name[-half:]}"
