"""Send files: some spans of a file on their way at once, settled in the order of the file.

A span is settled when the server has answered all of it: then it is counted, what was rejected is
written down, and the place behind it is what a later run begins with. Before a span is sent, its
key is in the checkpoint.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ir_client.formats import Place

from .checkpoints import CheckpointFile, Progress
from .files import Opening
from .reading import Read, SpanReader
from .rejects import Rejects
from .sending import Answered, Refused, Sender
from .spans import Span, UnderWay
from .tally import Complaint, Tally

SPANS_ON_THEIR_WAY = 3


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where what became of records is noted, for all files of a run."""

    tally: Tally
    checkpoint: CheckpointFile
    rejects: Rejects
    note: Callable[[str], None]
    said: Callable[[str, Sequence[Complaint]], None]
    """Hears of each span that was settled: its file and what was rejected in it."""


@dataclass(slots=True)
class FileRun:
    """One file on its way to the server."""

    name: str
    path: Path
    reader: SpanReader
    sender: Sender
    ledger: Ledger
    default_source: str
    met: Callable[[str, Span], None]
    """Hears of each span before it is sent."""
    _opening: Opening | None = None
    _settled: Place = field(default_factory=Place)
    _on_their_way: deque[Read] = field(default_factory=deque)
    _is_unwritable: bool = False

    async def run(self) -> None:
        """Send all of it. Raises IRError when that cannot go on; then nothing is noted as sent."""
        room = asyncio.Semaphore(SPANS_ON_THEIR_WAY)
        answers: asyncio.Queue[tuple[Read, asyncio.Task[list[Answered]]] | None] = asyncio.Queue()

        async def take(read: Read) -> None:
            self.met(self.name, read.span)
            if read.opening is not self._opening:
                # A place says nothing of another file: what is under way is of one at a time.
                await _all_of(room)
                self._opening, self._settled = read.opening, read.opening.place
            await room.acquire()
            self._on_their_way.append(read)
            self._note_progress(read)
            await answers.put((read, tasks.create_task(self._answers(read.span))))

        async def settle() -> None:
            while (due := await answers.get()) is not None:
                read, task = due
                self._settle(read, await task)
                room.release()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(settle())
            await self.reader.read(take)
            await answers.put(None)

    async def _answers(self, span: Span) -> list[Answered]:
        return [
            answered
            for batch in span.batches(self.default_source)
            for answered in await self.sender.send(batch, is_resumed=span.is_resumed)
        ]

    @property
    def was_read_before(self) -> bool:
        """Whether an earlier run has read some of it."""
        return self.ledger.checkpoint.of(self.path) is not None

    def _settle(self, read: Read, answers: Sequence[Answered]) -> None:
        tally, span = self.ledger.tally, read.span
        tally.skip(self.name, span.skipped)
        complaints = [tally.reject(self.name, item) for item in span.rejected]
        for batch, answer in answers:
            if isinstance(answer, Refused):
                complaints.append(tally.reject(self.name, batch.items[0], answer.reason))
            else:
                complaints += tally.take_in(self.name, batch, answer)
        complaints.sort(key=lambda complaint: complaint.line)
        self.ledger.rejects.write(complaints)
        self._on_their_way.popleft()
        self._settled = span.end
        # What comes next notes it, before it is sent.
        if not self._on_their_way:
            self._note_progress(read)
        self.ledger.said(self.name, complaints)

    def _note_progress(self, read: Read) -> None:
        identity = read.identity
        if identity is None or self.ledger.checkpoint.path is None:
            return
        under_way = tuple(UnderWay(read.span.key, read.span.end) for read in self._on_their_way)
        try:
            self.ledger.checkpoint.note(self.path, Progress(identity, self._settled, under_way))
        except OSError as error:
            if not self._is_unwritable:
                self.ledger.note(
                    f"{self.ledger.checkpoint.path} cannot be written: {error.strerror}; going on. "
                    "Until it can be, a run that is broken off sends again what it sent since, "
                    "and creates nothing twice."
                )
            self._is_unwritable = True
        else:
            if self._is_unwritable:
                self.ledger.note(f"{self.ledger.checkpoint.path} can be written again")
            self._is_unwritable = False


async def _all_of(room: asyncio.Semaphore) -> None:
    """Wait until nothing is on its way."""
    for _ in range(SPANS_ON_THEIR_WAY):
        await room.acquire()
    for _ in range(SPANS_ON_THEIR_WAY):
        room.release()
