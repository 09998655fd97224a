"""Send what a SIEM or sensor wrote to files, or writes to our standard input, as alerts.

Takes JSON lines, arrays and single objects of the formats that the SDK knows. Needs IR_URL, and in
IR_TOKEN an endpoint token that may create alerts. What is sent twice is created once, so after a
failure run it again.

Run it: python examples/siem_forwarder.py SOURCE [FILE...]
"""

import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ir_client import AlertDraft, BulkItem, BulkReport, SyncIRClient, errors
from ir_client.formats import Rejected, Skipped, read_drafts


class Forwarder:
    """Reads drafts and remembers where those came from that are on their way."""

    def __init__(self) -> None:
        self.rejected = 0
        self._places: deque[str] = deque()

    def drafts(self, name: str, stream: BinaryIO) -> Iterator[AlertDraft]:
        """The alerts of a stream, each read when there is room for it."""
        for reading in read_drafts(stream):
            match reading.outcome:
                case Rejected(reason=reason):
                    self.complain(f"{name}, line {reading.line}", reason)
                case Skipped():
                    pass
                case draft:
                    self._places.append(f"{name}, line {reading.line}")
                    yield draft

    def settled(self, item: BulkItem) -> None:
        """Hear what became of a draft; items come in the order of the drafts."""
        place = self._places.popleft()
        if item.status not in ("created", "duplicate"):
            self.complain(place, item.error or item.status)

    def complain(self, place: str, reason: str) -> None:
        self.rejected += 1
        # repr: the text is the attacker's, and a terminal obeys control characters.
        print(f"{place}: {reason!r}", file=sys.stderr)


def forward(client: SyncIRClient, source: str, files: Sequence[Path]) -> tuple[BulkReport, int]:
    """Send the alerts of some files, or of our input; the counts, and how many were not taken."""
    forwarder = Forwarder()

    def drafts() -> Iterator[AlertDraft]:
        for file in files:
            with file.open("rb") as stream:
                yield from forwarder.drafts(str(file), stream)
        if not files:
            yield from forwarder.drafts("input", sys.stdin.buffer)

    report = client.alerts.ingest_many(
        source, drafts(), on_item=forwarder.settled, on_error="collect"
    )
    return report, forwarder.rejected


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    source, *files = arguments
    try:
        with SyncIRClient.from_profile() as client:
            report, rejected = forward(client, source, [Path(file) for file in files])
    except errors.IRError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename} cannot be read: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{report.created} created, {report.duplicates} known, {rejected} not taken")
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
