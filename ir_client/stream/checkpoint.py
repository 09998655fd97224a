"""Keep over restarts how far a stream was read, so that each event is read at least once.

What counts as read is what came before the event that the loop asks for next. It is written at
most once a second and at the end, in a thread: after a crash the events of that last second come
again. A file is replaced whole or not at all.
"""

import asyncio
import json
import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..errors import ConfigError
from .bookmark import Bookmark

logger = logging.getLogger("ir_client.stream")

SECONDS_BETWEEN_WRITES = 1.0
_FORMAT = "ir_client checkpoint 1"
_HINT = "Move the file away to begin with now, or name another one."


@runtime_checkable
class Checkpoint(Protocol):
    """Where a bookmark is kept; `save` is called in a thread, one call at a time."""

    def load(self) -> Bookmark | None:
        """What was saved last; None when nothing ever was. ConfigError when it is unusable."""

    def save(self, bookmark: Bookmark) -> None:
        """Keep this instead of what was kept before; OSError when that cannot be."""


class FileCheckpoint:
    """A checkpoint in a file of its own, readable by its owner only.

        async with client.events(since=FileCheckpoint("~/.cache/bridge")) as stream: ...

    One stream a file. Without the file the stream begins with now. Its directory is made if
    it is missing. ConfigError for a file that cannot be read, or not be written, when it is loaded.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()

    def __repr__(self) -> str:
        return f"FileCheckpoint({str(self.path)!r})"

    def load(self) -> Bookmark | None:
        kept = self._loaded()
        try:
            # Said now, and not when what was read cannot be kept any more.
            handle, draft = self._draft()
            os.close(handle)
            os.unlink(draft)
        except OSError as error:
            problem = f"cannot be written: {error.strerror or type(error).__name__}"
            raise self._unusable(problem, hint="Name a file in a directory of yours.") from None
        return kept

    def _loaded(self) -> Bookmark | None:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(f"cannot be read ({type(error).__name__})") from None
        try:
            kept: Any = json.loads(text)
            if kept["format"] == _FORMAT:
                return Bookmark.parse(kept["bookmark"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ConfigError):
            pass  # damaged, or somebody else's: the same for who has to mend it
        raise self._unusable("is damaged, or not a checkpoint of ir_client")

    def save(self, bookmark: Bookmark) -> None:
        handle, draft = self._draft()
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"format": _FORMAT, "bookmark": str(bookmark)}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise
        _sync_directory(self.path.parent)

    def _draft(self) -> tuple[int, str]:
        """A new file beside that of the checkpoint: its handle and name."""
        directory = self.path.parent
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.mkstemp(prefix=f".{self.path.name}.", dir=directory)

    def _unusable(self, problem: str, *, hint: str = _HINT) -> ConfigError:
        return ConfigError(f"The checkpoint {self.path} {problem}", hint=hint)


def _sync_directory(directory: Path) -> None:
    # Without it a power failure may bring the old name back, which costs repeated events only.
    with suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class CheckpointWriter:
    """Writes the bookmark of a stream while it is read, apart from who reads."""

    def __init__(self, checkpoint: Checkpoint, bookmark: Callable[[], Bookmark]) -> None:
        self._checkpoint = checkpoint
        self._bookmark = bookmark
        self._written: Bookmark | None = None
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._has_warned = False

    def note_progress(self) -> None:
        """The reader may have come further."""
        self._news.set()

    def stop(self) -> None:
        """Write what there is, and end."""
        self._stopping.set()
        self._news.set()

    async def run(self) -> None:
        """Write until stopped."""
        while not self._stopping.is_set():
            await self._news.wait()
            self._news.clear()
            await self._write()
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_BETWEEN_WRITES):
                    await self._stopping.wait()
        await self._write()

    async def _write(self) -> None:
        bookmark = self._bookmark()
        if bookmark in (self._written, Bookmark()):
            return
        try:
            await asyncio.to_thread(self._checkpoint.save, bookmark)
        except OSError as error:
            # The reader goes on: what it loses by a restart now is only that events come twice.
            if not self._has_warned:
                logger.warning("The checkpoint cannot be written: %s", error.strerror or error)
            self._has_warned = True
        else:
            self._written, self._has_warned = bookmark, False
