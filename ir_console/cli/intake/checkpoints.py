"""Keep how far each file was ingested, so that a run that was broken off goes on.

What is kept of a file: which file it was (inode, and a digest of its begin), the place up to which
the server has acknowledged everything, and the spans that were under way, with their keys. It is
written before a span is sent: whenever the process dies, the next run sends the same requests
under the same keys. The file is replaced whole, and is on disk before anything is sent.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from ir_client.formats import Place

from ..exits import UsageProblem
from .spans import UnderWay

_FORMAT = "ir-console ingest checkpoint 1"
_NAME_CHARACTERS = 16
# Enough to reach behind the header of a table, which many files share.
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file it is: where it lies on its disk, and how it begins."""

    device: int
    inode: int
    head_bytes: int
    head: str

    @classmethod
    def of(cls, descriptor: int) -> "Identity":
        """That of an open file."""
        status = os.fstat(descriptor)
        head = os.pread(descriptor, _HEAD_BYTES, 0)
        return cls(status.st_dev, status.st_ino, len(head), sha256(head).hexdigest())

    def begins(self, descriptor: int) -> bool:
        """Whether the open file begins as this one did."""
        head = os.pread(descriptor, self.head_bytes, 0)
        return len(head) == self.head_bytes and sha256(head).hexdigest() == self.head

    def is_at(self, path: Path) -> bool:
        """Whether it is this file that lies there now."""
        try:
            status = path.stat()
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == (self.device, self.inode)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file was ingested."""

    identity: Identity
    place: Place
    under_way: tuple[UnderWay, ...] = ()


class CheckpointFile:
    """The progress of some files, in one file; of none, and kept nowhere, without a path."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._progress: dict[str, Progress] = {}

    @classmethod
    def default_for(cls, file: Path, url: str, format_name: str) -> "CheckpointFile":
        """The checkpoint of a file that is followed, in the user's directory for such things."""
        text = f"{file.absolute()}\n{url}\n{format_name}"
        name = sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:_NAME_CHARACTERS]
        return cls(user_state_path("ir-console") / "ingest" / f"{name}.json")

    def load(self) -> None:
        """Read what is kept, and see that it can be written. Raises UsageProblem."""
        if self.path is None:
            return
        try:
            self._progress = self._loaded(self.path)
            self._write()
        except OSError as error:
            raise UsageProblem(
                f"The checkpoint {self.path} cannot be used: {error.strerror}",
                hint="Name a file in a directory of yours with --checkpoint.",
            ) from None

    def of(self, file: Path) -> Progress | None:
        """How far this file was ingested; None when it never was."""
        return self._progress.get(str(file.absolute()))

    def note(self, file: Path, progress: Progress) -> None:
        """Keep this. Raises OSError; then what was kept is still there."""
        self._progress[str(file.absolute())] = progress
        self._write()

    def _loaded(self, path: Path) -> dict[str, Progress]:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return {}
        try:
            kept = json.loads(text)
            if kept["format"] == _FORMAT:
                return {name: _progress_of(one) for name, one in kept["files"].items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass  # damaged, or somebody else's: the same for who has to mend it
        raise UsageProblem(
            f"{path} is damaged, or not a checkpoint of ir-console ingest",
            hint="Move it away to begin anew: nothing is created twice.",
        )

    def _write(self) -> None:
        if self.path is None:
            return
        kept = {"format": _FORMAT, "files": {n: asdict(one) for n, one in self._progress.items()}}
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as new:
                json.dump(kept, new)
                new.flush()
                os.fsync(new.fileno())
            beside.replace(self.path)
        except OSError:
            with suppress(OSError):
                beside.unlink()
            raise
        _sync_directory(self.path.parent)


def _progress_of(kept: Any) -> Progress:
    return Progress(
        Identity(**kept["identity"]),
        Place(**kept["place"]),
        tuple(UnderWay(one["key"], Place(**one["end"])) for one in kept["under_way"]),
    )


def _sync_directory(directory: Path) -> None:
    # Without it a power failure may bring the old file back, which only sends some spans again.
    with suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
