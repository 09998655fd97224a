"""Follow a file as `tail -F` does: through rotation, truncation, and times without it.

The file that is open is read to its end before another one of its name is opened, and a little
longer: who writes it may not know yet that it was renamed. What is written between our last look
and a truncation (`copytruncate`) cannot be known.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from .checkpoints import Identity, Progress
from .files import LOOK_SECONDS, Idle, Note, Opening, opened, resumed
from .rotation import next_after, place_of

# A writer that was told to open its file anew does so within this many looks.
LAST_LOOKS = 4


@dataclass(frozen=True, slots=True)
class FollowedFile:
    """A file that is read as it grows, until `idle` says stop."""

    path: Path
    progress: Progress | None = None
    note: Note = print

    def openings(self, idle: Idle) -> Iterator[Opening]:
        """The file that lies there, and after it each that takes its place.

        Before it come those that were rotated since an earlier run, from the one that it was in.
        """
        progress, path = self.progress, self._rotated_before()
        while path is not None:
            with opened(path) as stream:
                yield self._opening(stream, path, idle, progress=progress, is_over=True)
                read = Identity.of(stream.fileno())
            progress, path = None, next_after(read, self.path)
        yield from self._from(idle, progress)

    def _from(self, idle: Idle, progress: Progress | None) -> Iterator[Opening]:
        while True:
            self._wait_for_it(idle)
            try:
                stream = self.path.open("rb")
            except FileNotFoundError:
                continue  # gone again since
            with stream:
                yield self._opening(stream, self.path, idle, progress=progress)
            progress = None

    def _opening(
        self,
        stream: BinaryIO,
        path: Path,
        idle: Idle,
        *,
        progress: Progress | None,
        is_over: bool = False,
    ) -> Opening:
        place, under_way = resumed(stream.fileno(), path, progress, self.note)
        if is_over:
            return Opening(stream, place, under_way, stream.fileno())
        tail = _Tail(stream, self.path, idle, self.note)
        return Opening(cast(BinaryIO, tail), place, under_way, stream.fileno())

    def _wait_for_it(self, idle: Idle) -> None:
        if self.path.exists():
            return
        self.note(f"{self.path}: is not there; waiting for it")
        while not self.path.exists():
            idle(LOOK_SECONDS)

    def _rotated_before(self) -> Path | None:
        """Where the file that an earlier run was in the middle of lies now, if it was renamed."""
        progress = self.progress
        if progress is None:
            return None
        path = place_of(progress.identity, self.path, at_least=progress.place.offset)
        if path in (None, self.path):
            return None
        self.note(f"{self.path}: was renamed to {path.name}; its rest is read first")
        return path


class _Tail(io.RawIOBase):
    """The bytes of an open file as they are written; ends when another one is to be read."""

    def __init__(self, stream: BinaryIO, path: Path, idle: Idle, note: Note) -> None:
        self._descriptor = stream.fileno()
        self._path = path
        self._idle = idle
        self._note = note
        self._identity = Identity.of(self._descriptor)
        self._at = 0
        self._looks_left = LAST_LOOKS

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset if whence == os.SEEK_SET else self._at
        return self._at

    def read1(self, size: int) -> bytes:
        while True:
            if self._is_truncated():
                self._note(f"{self._path}: was truncated; it is read from its begin")
                return b""
            if chunk := os.pread(self._descriptor, size, self._at):
                self._at += len(chunk)
                self._looks_left = LAST_LOOKS
                return chunk
            if self._is_replaced():
                self._looks_left -= 1
                if self._looks_left < 0:
                    self._note(f"{self._path}: was rotated; goes on with the new file")
                    return b""
            self._idle(LOOK_SECONDS)

    def _is_truncated(self) -> bool:
        """Whether what was read is not there any more: shorter now, or written anew."""
        if os.fstat(self._descriptor).st_size < self._at:
            return True
        is_same = self._identity.begins(self._descriptor)
        if is_same and self._identity.head_bytes < self._at:
            self._identity = Identity.of(self._descriptor)
        return not is_same

    def _is_replaced(self) -> bool:
        # Gone and nothing there yet: the writer may still go on with it.
        return self._path.exists() and not self._identity.is_at(self._path)
