"""`ir-console ingest`: send alerts from files, or follow them as they grow.

Decides what is asked for and wires the parts of `intake`. Exit code 1 when anything was rejected;
4 when the server could not be reached for too long.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ir_client.formats import AUTO, FORMATS, AlertFormat
from ir_console.model.format import plural

from .connecting import JsonOption, ProfileOption, UrlOption, connected, profile_for
from .exits import INTERRUPTED, ExitCode, UsageProblem
from .intake.checkpoints import CheckpointFile
from .intake.dry_run import DryRun
from .intake.files import STDIN, FileSource, Source, StdinSource, check_readable
from .intake.known_formats import known_formats
from .intake.map_files import formats_with
from .intake.reading import LATE_SECONDS, SpanReader
from .intake.rejects import NoRejects, Rejects, RejectsFile
from .intake.running import FileRun, Ledger
from .intake.sending import Sender
from .intake.tailing import FollowedFile
from .intake.tally import Tally
from .intake.telling import Teller, as_document
from .output import Output
from .termination import signals_stop

if TYPE_CHECKING:
    from ir_client import IRClient, Profile

FORMAT_NAMES = (AUTO, *(known.name for known in FORMATS))


def ingest(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="- is standard input.")],
    profile: ProfileOption = None,
    url: UrlOption = None,
    format_name: Annotated[
        str,
        typer.Option(
            "--format", metavar="NAME", help=f"What they hold: {', '.join(FORMAT_NAMES)}."
        ),
    ] = AUTO,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE.toml", help="A mapping of your own; see the docs."),
    ] = None,
    source: Annotated[
        str, typer.Option(help="The source of records that name none.")
    ] = "ir-console",
    follow: Annotated[
        bool, typer.Option("--follow", "-F", help="Go on as the files grow, like tail -F.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep there how far we came, and go on from there."),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Add what is rejected to this file.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Send alerts from files of a SIEM or sensor.

    Takes JSON, CSV, Zeek logs, CEF, LEEF and JSON in syslog lines, also gzipped and mixed. The
    server must accept our token for creation: an endpoint token in IR_TOKEN, or kept by
    `ir-console login --token`. A second run creates nothing twice.
    """
    output = Output.standard()
    formats = formats_with(map_file, known_formats(output))
    asked = Asked(files, format_name, formats, source, follow, checkpoint)
    asked.check()
    with _rejects_to(rejects) as rejected:
        if dry_run:
            looked = _looked(asked, output, rejected)
            looked.report(as_json=as_json)
            tally, was_stopped = looked.tally, False
        else:
            run = IngestRun(output, asked, rejected)
            asyncio.run(run.run(profile_for(ctx, profile, url)))
            run.report(as_json=as_json)
            tally, was_stopped = run.tally, run.was_stopped
    if was_stopped and not follow:
        raise typer.Exit(INTERRUPTED)
    if tally.total.rejected:
        raise typer.Exit(ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    files: Sequence[Path]
    format_name: str = AUTO
    formats: Sequence[AlertFormat] = FORMATS
    source: str = "ir-console"
    follows: bool = False
    checkpoint: Path | None = None
    late_seconds: float = LATE_SECONDS

    def check(self) -> None:
        """Refuse before anything is sent what cannot be. Raises UsageProblem."""
        names = (AUTO, *(known.name for known in self.formats))
        if self.format_name not in names:
            hint = f"Say one of {', '.join(names)}."
            raise UsageProblem(f"There is no format {self.format_name}", hint=hint)
        if len(set(self.files)) < len(self.files):
            raise UsageProblem("A file is named twice", hint="Name each once.")
        for file in self.files:
            if not self.follows or file == STDIN or file.exists():
                check_readable(file)

    def checkpoint_of(self, file: Path, url: str) -> CheckpointFile:
        """Where it is kept how far a file was read; nowhere for standard input."""
        if file == STDIN or (self.checkpoint is None and not self.follows):
            return CheckpointFile(None)
        if self.checkpoint is not None:
            return CheckpointFile(self.checkpoint)
        return CheckpointFile.default_for(file, url, self.format_name)

    def source_of(
        self, file: Path, checkpoint: CheckpointFile, note: Callable[[str], None]
    ) -> Source:
        """What is read of a file."""
        if file == STDIN:
            return StdinSource()
        progress = checkpoint.of(file)
        if self.follows:
            return FollowedFile(file, progress, note)
        return FileSource(file, progress, is_growing=checkpoint.path is not None, note=note)


class IngestRun:
    """One run over some files; holds the tally."""

    def __init__(self, output: Output, asked: Asked, rejects: Rejects | None = None) -> None:
        self.tally = Tally()
        self.was_stopped = False
        self._output = output
        self._asked = asked
        self._rejects = rejects or NoRejects()
        is_named = asked.format_name != AUTO
        self._teller = Teller(output, asked.formats, is_named, says_at_once=asked.follows)
        self._stopping = asyncio.Event()
        self._readers: list[SpanReader] = []

    async def run(self, profile: "Profile") -> None:
        """Send the files to the server of a profile."""
        async with connected(profile, self._output) as client:
            if not self._asked.follows:
                # A server that goes away meanwhile is waited for; one that is not there is not.
                await client.meta()
            with signals_stop(self.stop):
                await self.send(client)

    async def send(self, client: "IRClient") -> None:
        """Send the files with an open client: one by one, or all at once if they are followed."""
        from ir_client import RetryPolicy

        # Retries are ours: they are told, and go on for longer.
        once = client.with_options(retry=RetryPolicy(max_attempts=1))
        sender = Sender(
            once, self._output.note, gives_up=not self._asked.follows, stopping=self._stopping
        )
        with ExitStack() as held:
            runs = self._runs(sender, client.url, held)
            try:
                await self._send_all(runs)
            except BaseException:
                if sent := self.tally.total.created + self.tally.total.duplicates:
                    self._output.note(
                        f"Stopped after {plural(sent, 'alert')}. Run it again for the rest: "
                        "nothing is created twice."
                    )
                raise

    async def _send_all(self, runs: "Sequence[FileRun]") -> None:
        if self._asked.follows:
            async with asyncio.TaskGroup() as tasks:
                for run in runs:
                    tasks.create_task(self._send_file(run))
            return
        for run in runs:
            if not self.was_stopped:
                await self._send_file(run)

    def stop(self) -> None:
        """Read no further; send what was read, and end."""
        self.was_stopped = True
        self._stopping.set()
        for reader in self._readers:
            reader.stop()

    def report(self, *, as_json: bool) -> None:
        """The result: to stdout as a line, or as a document for programs."""
        if as_json:
            self._output.document(as_document(self.tally))
        else:
            self._teller.sum_up(self.tally)

    def _runs(self, sender: Sender, url: str, held: ExitStack) -> "list[FileRun]":
        checkpoints: dict[Path | None, CheckpointFile] = {}
        runs = []
        for file in self._asked.files:
            wanted = self._asked.checkpoint_of(file, url)
            checkpoint = checkpoints.setdefault(wanted.path, wanted)
            if checkpoint is wanted:
                held.callback(checkpoint.close)
                checkpoint.load()
            runs.append(self._run_of(file, checkpoint, sender))
        self._readers = [run.reader for run in runs]
        return runs

    def _run_of(self, file: Path, checkpoint: CheckpointFile, sender: Sender) -> FileRun:
        loop = asyncio.get_running_loop()

        def note(text: str) -> None:
            # Called in the thread that reads.
            loop.call_soon_threadsafe(self._output.note, text)

        asked, teller = self._asked, self._teller
        source = asked.source_of(file, checkpoint, note)
        ledger = Ledger(
            self.tally,
            checkpoint,
            self._rejects,
            self._output.note,
            lambda name, complaints: teller.settled(self.tally, name, complaints),
        )
        reader = SpanReader(
            source, asked.format_name, asked.formats, late_seconds=asked.late_seconds
        )
        return FileRun(str(file), file, reader, sender, ledger, asked.source, met=teller.met)

    async def _send_file(self, run: FileRun) -> None:
        await run.run()
        if run.was_read_before and not self.tally.of_file(run.name):
            self._teller.nothing_new(run.name)
        else:
            self._teller.file_ended(self.tally, run.name)


def _looked(asked: Asked, output: Output, rejects: Rejects) -> DryRun:
    if asked.follows:
        raise UsageProblem(
            "--dry-run looks at what is there, and --follow waits for more",
            hint="Leave out one of the two.",
        )
    teller = Teller(output, asked.formats, asked.format_name != AUTO)
    looked = DryRun(output, teller, rejects)
    for file in asked.files:
        # From the begin, whatever a checkpoint says: it is a look at the file.
        source = asked.source_of(file, CheckpointFile(None), output.note)
        looked.read(str(file), source, asked.format_name, asked.formats)
    return looked


@contextmanager
def _rejects_to(path: Path | None) -> Iterator[Rejects]:
    if path is None:
        yield NoRejects()
        return
    file = RejectsFile(path)
    try:
        yield file
    finally:
        file.close()
