"""Send alerts from files: read, batch, send, and say what became of every record.

A batch is sent again after a failure that may pass: the server knows what it has already, so
nothing is created twice. Complaints name file and line; anything rejected makes the exit code 1.
"""

import asyncio
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from ir_client.formats import AUTO, FORMATS, read_drafts
from ir_console.model.format import plural

from .batches import MAX_COMPLAINTS, Batch, Complaint, Tally, batches, skipped_in_words
from .connecting import JsonOption, ProfileOption, UrlOption, connected, profile_for
from .exits import ExitCode, UsageProblem
from .output import Output

if TYPE_CHECKING:
    from ir_client import IRClient, Profile
    from ir_client.errors import IRError
    from ir_client.wire.alerts import IngestReport

FORMAT_NAMES = (AUTO, *(known.name for known in FORMATS))
STDIN = Path("-")
MAX_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0


def ingest(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="- is standard input.")],
    profile: ProfileOption = None,
    url: UrlOption = None,
    format_name: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMAT_NAMES), help="What the files hold.")
    ] = AUTO,
    source: Annotated[
        str, typer.Option(help="The source of records that name none.")
    ] = "ir-console",
    as_json: JsonOption = False,
) -> None:
    """Send alerts from files of a SIEM or sensor.

    Takes JSON lines, arrays and single objects, also gzipped. The server must accept our token
    for creation: an endpoint token in IR_TOKEN, or kept by `ir-console login --token`.
    A second run creates nothing twice.
    """
    if format_name not in FORMAT_NAMES:
        known = ", ".join(FORMAT_NAMES)
        raise UsageProblem(f"There is no format {format_name}", hint=f"Say one of {known}.")
    for file in files:
        _check_readable(file)
    work = IngestRun(Output.standard(), source=source, format_name=format_name)
    asyncio.run(work.run(profile_for(ctx, profile, url), files))
    work.report(as_json=as_json)
    if work.tally.rejected:
        raise typer.Exit(ExitCode.FAILED)


def _check_readable(file: Path) -> None:
    """Refuse before anything is sent what cannot be opened."""
    if file == STDIN:
        return
    if file.is_dir():
        raise UsageProblem(f"{file} is a directory", hint="Name the files in it.")
    with _opened(file):
        pass


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if file == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise UsageProblem(
            f"{file} cannot be read: {error.strerror}", hint="Check the name and its permissions."
        ) from error
    with stream:
        yield stream


class IngestRun:
    """One run over some files; holds the tally."""

    def __init__(self, output: Output, *, source: str, format_name: str) -> None:
        self.tally = Tally()
        self._output = output
        self._source = source
        self._format_name = format_name
        self._complained = 0

    async def run(self, profile: "Profile", files: list[Path]) -> None:
        async with connected(profile, self._output) as client:
            # A server that goes away meanwhile is waited for; one that is not there is not.
            await client.meta()
            try:
                for file in files:
                    await self.send_file(client, file)
            except BaseException:
                self._complain()
                if self.tally.sent:
                    self._output.note(
                        f"Stopped after {plural(self.tally.sent, 'alert')}. Run it again for the "
                        "rest: nothing is created twice."
                    )
                raise

    def report(self, *, as_json: bool) -> None:
        """The result: counts to stdout; what was skipped and how much was left unsaid to people."""
        tally, output = self.tally, self._output
        if tally.rejected > MAX_COMPLAINTS:
            output.note(f"… and {tally.rejected - MAX_COMPLAINTS} more were rejected.")
        if as_json:
            output.document(_as_document(tally))
            return
        if tally.skipped:
            output.note(skipped_in_words(tally.skipped))
        output.line(
            f"{tally.created} created, {plural(tally.duplicates, 'duplicate')}, "
            f"{tally.skipped.total()} skipped, {tally.rejected} rejected"
        )

    async def send_file(self, client: "IRClient", file: Path) -> None:
        before, sent_before = self._records(), self.tally.sent
        with _opened(file) as stream:
            readings = read_drafts(stream, self._format_name)
            for batch in batches(readings, self.tally, file=str(file), default_source=self._source):
                self._complain()
                await self._send(client, str(file), batch)
                self._output.progress(f"{file}: {plural(self.tally.sent, 'alert')} sent")
        self._complain()
        read, sent = self._records() - before, self.tally.sent - sent_before
        if read:
            self._output.note(f"{file}: {plural(read, 'record')} read, {sent:,} sent")
        else:
            self._output.note(f"{file}: no records in it; is it the right file?")

    def _records(self) -> int:
        return self.tally.sent + self.tally.skipped.total() + self.tally.rejected

    def _complain(self) -> None:
        """Print the complaints that nobody has seen yet."""
        for complaint in self.tally.complaints[self._complained :]:
            self._output.note(_in_words(complaint))
        self._complained = len(self.tally.complaints)

    async def _send(self, client: "IRClient", file: str, batch: Batch) -> None:
        from ir_client.errors import PayloadTooLarge

        try:
            report = await self._sent(client, batch)
        except PayloadTooLarge:
            if len(batch.drafts) == 1:
                self.tally.reject(file, batch.lines[0], "larger than the server takes; shorten it")
                return
            for half in batch.halves():
                await self._send(client, file, half)
            return
        self.tally.take_in(file, batch, report)
        self._complain()

    async def _sent(self, client: "IRClient", batch: Batch) -> "IngestReport":
        from ir_client.errors import IRError, PermissionDenied

        attempt = 1
        # One for all attempts: what was created though nobody heard of it is told as created.
        key = uuid.uuid4().hex
        while True:
            try:
                return await client.alerts.ingest(batch.source, batch.drafts, idempotency_key=key)
            except PermissionDenied as error:
                error.hint = _NEEDS_TOKEN
                raise
            except IRError as error:
                wait = _wait_before_retry(error, attempt)
                if wait is None:
                    raise
                self._output.note(f"{error}; trying again in {wait:.0f} s")
            await asyncio.sleep(wait)
            attempt += 1


_NEEDS_TOKEN = (
    "Creating alerts takes an endpoint token that may create them: put one into IR_TOKEN, or "
    "keep it with `ir-console login --token --profile NAME --url …`."
)


def _wait_before_retry(error: "IRError", attempt: int) -> float | None:
    """Seconds until the batch is sent again; None when that would not help."""
    if not error.retryable or attempt >= MAX_ATTEMPTS:
        return None
    asked: float | None = getattr(error, "retry_after", None)
    return asked or min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (attempt - 1))


def _in_words(complaint: Complaint) -> str:
    return f"{complaint.file}, line {complaint.line}: {complaint.reason}"


def _as_document(tally: Tally) -> dict[str, object]:
    return {
        "created": tally.created,
        "duplicates": tally.duplicates,
        "skipped": tally.skipped.total(),
        "skipped_reasons": dict(tally.skipped),
        "rejected": tally.rejected,
        "errors": [
            {"file": one.file, "line": one.line, "reason": one.reason} for one in tally.complaints
        ],
    }
