"""Open what is to be read: a file, standard input, or a file that grows.

A source gives openings: streams with the place to begin at. A file has one; one that is followed
has another whenever it was rotated or truncated. All of it happens in the thread that reads.
"""

import io
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from ir_client.formats import Place

from ..exits import UsageProblem
from .checkpoints import Identity, Progress
from .spans import UnderWay

STDIN = Path("-")
# How soon what was written is seen; a look costs some system calls.
LOOK_SECONDS = 0.25
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

_BEGIN = Place()

Note = Callable[[str], None]


class StoppedError(Exception):
    """Raised where a stream would wait for more when it is to be left as it is."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A stream, where to begin in it, the spans that were under way, and which file it is."""

    stream: BinaryIO
    place: Place = _BEGIN
    under_way: tuple[UnderWay, ...] = ()
    descriptor: int | None = None

    def identity(self) -> Identity | None:
        """Which file it is; None for what is none."""
        return None if self.descriptor is None else Identity.of(self.descriptor)


class Idle(Protocol):
    """What is done meanwhile when there is nothing to read; then waits, or stops.

    `wait` waits so many seconds. Raises StoppedError when reading is over.
    """

    def __call__(self, seconds: float) -> None: ...


class Source(Protocol):
    """Something to be read."""

    def openings(self, idle: Idle) -> Iterator[Opening]: ...


@dataclass(frozen=True, slots=True)
class StdinSource:
    """Standard input, to its end; what is on a pipe is seen as it comes."""

    def openings(self, idle: Idle) -> Iterator[Opening]:
        """The one there is."""
        stream = sys.stdin.buffer
        yield Opening(cast(BinaryIO, _Patient(stream, idle)) if _has_descriptor(stream) else stream)


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file from where an earlier run came to, to its end.

    With `is_growing`, a last record that is not whole yet is left for the next run.
    """

    path: Path
    progress: Progress | None = None
    is_growing: bool = False
    note: Note = print

    def openings(self, idle: Idle) -> Iterator[Opening]:  # noqa: ARG002 # a source's
        """The one there is."""
        with opened(self.path) as stream:
            place, under_way = resumed(stream.fileno(), self.path, self.progress, self.note)
            grows = self.is_growing and not is_packed(stream.fileno())
            wrapped = cast(BinaryIO, _Growing(stream)) if grows else stream
            yield Opening(wrapped, place, under_way, stream.fileno())


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, open. Raises UsageProblem when it cannot be."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UsageProblem(
            f"{path} cannot be read: {error.strerror}", hint="Check the name and its permissions."
        ) from error
    with stream:
        yield stream


def check_readable(path: Path) -> None:
    """Refuse before anything is sent what cannot be opened. Raises UsageProblem."""
    if path == STDIN:
        return
    if path.is_dir():
        raise UsageProblem(f"{path} is a directory", hint="Name the files in it.")
    with opened(path):
        pass


def resumed(
    descriptor: int, path: Path, progress: Progress | None, note: Note
) -> tuple[Place, tuple[UnderWay, ...]]:
    """Where to begin in an open file, by what an earlier run came to; says it."""
    if progress is None:
        return Place(), ()
    is_shorter = not is_packed(descriptor) and os.fstat(descriptor).st_size < progress.place.offset
    if is_shorter or not progress.identity.begins(descriptor):
        note(f"{path}: another file than the one that was read before; it is read from its begin")
        return Place(), ()
    place = progress.place
    again = ", what was under way is sent again under its key" if progress.under_way else ""
    note(f"{path}: goes on at line {place.line:,} (byte {place.offset:,}){again}")
    return place, progress.under_way


def is_packed(descriptor: int) -> bool:
    """Whether a place in the text of an open file is none in its bytes."""
    try:
        head = os.pread(descriptor, 2, 0)
    except OSError:
        return True  # a pipe
    return head.startswith((_GZIP, *_UTF16))


class _Growing(io.RawIOBase):
    """A file whose end is where it was written up to, not where it ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read1(self, size: int) -> bytes:
        if chunk := self._stream.read(size):
            return chunk
        raise StoppedError

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)


class _Patient(io.RawIOBase):
    """A pipe or terminal: nothing is read before there is something."""

    def __init__(self, stream: BinaryIO, idle: Idle) -> None:
        self._descriptor = stream.fileno()
        self._idle = idle

    def read1(self, size: int) -> bytes:
        while not select.select([self._descriptor], [], [], LOOK_SECONDS)[0]:
            self._idle(0)
        return os.read(self._descriptor, size)


def _has_descriptor(stream: BinaryIO) -> bool:
    try:
        stream.fileno()
    except (OSError, ValueError, AttributeError):
        return False
    return True
