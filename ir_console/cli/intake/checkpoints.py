"""Keep how far each file was ingested, so that a run that was broken off goes on.

What is kept of a file: which file it was (inode, and a digest of its begin), the place up to which
the server has acknowledged everything, and the spans that were under way, with their keys. It is
written before a span is sent: whenever the process dies, the next run sends the same requests
under the same keys. The file is replaced whole, and is on disk before anything is sent. It is
locked while a run uses it, each new one before it takes the place of the old.
"""

import json
import os
import zlib
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from ir_client.formats import Place

from ..exits import UsageProblem
from .spans import UnderWay

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: no lock between processes there
    fcntl = None  # type: ignore[assignment] # a missing module is tested for where it is used

_FORMAT = "ir-console ingest checkpoint 1"
_NAME_CHARACTERS = 16
# Enough to reach behind the header of a table, which many files share.
_HEAD_BYTES = 4096
_LEAST_HEAD_BYTES = 256
# More than so many bytes can ever be packed into, with a long name before them.
_PACKED_HEAD_BYTES = 2 * _HEAD_BYTES
_GZIP = b"\x1f\x8b"
_GZIP_WBITS = 31


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
        """Whether the open file begins as this one did, or holds it packed."""
        return self._is_head(os.pread(descriptor, self.head_bytes, 0)) or self.is_packed_in(
            descriptor
        )

    def is_packed_in(self, descriptor: int) -> bool:
        """Whether the open file is this one as gzip packed it since."""
        packed = os.pread(descriptor, _PACKED_HEAD_BYTES, 0)
        # The inode is another one, and of less there might be several that begin so.
        if self.head_bytes < _LEAST_HEAD_BYTES or not packed.startswith(_GZIP):
            return False
        try:
            head = zlib.decompressobj(_GZIP_WBITS).decompress(packed, self.head_bytes)
        except zlib.error:
            return False
        return self._is_head(head)

    def _is_head(self, head: bytes) -> bool:
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
        self._held: int | None = None

    @classmethod
    def default_for(cls, file: Path, url: str, format_name: str) -> "CheckpointFile":
        """The checkpoint of a file that is followed, in the user's directory for such things."""
        text = f"{file.absolute()}\n{url}\n{format_name}"
        name = sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:_NAME_CHARACTERS]
        return cls(user_state_path("ir-console") / "ingest" / f"{name}.json")

    def load(self) -> None:
        """Take the file for this run, read what is kept, and see that it can be written.

        Raises UsageProblem, also when another run has it.
        """
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with ExitStack() as unless_usable:
                unless_usable.callback(self.close)
                self._held = _taken(self.path)
                self._progress = self._loaded(self.path)
                self._write()
                unless_usable.pop_all()
        except BlockingIOError:
            raise UsageProblem(
                f"The checkpoint {self.path} is in use by another run",
                hint="Let that one end, or name another file with --checkpoint.",
            ) from None
        except OSError as error:
            raise UsageProblem(
                f"The checkpoint {self.path} cannot be used: {error.strerror}",
                hint="Name a file in a directory of yours with --checkpoint.",
            ) from None

    def close(self) -> None:
        """Leave the file to others; nothing can be noted any more."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

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
        if not text:
            return {}  # made just now, to be locked
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
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", closefd=False) as new:
                json.dump(kept, new)
                new.flush()
                os.fsync(descriptor)
            _lock(descriptor)
            beside.replace(self.path)
        except OSError:
            os.close(descriptor)
            with suppress(OSError):
                beside.unlink()
            raise
        self.close()
        self._held = descriptor
        _sync_directory(self.path.parent)


def _taken(path: Path) -> int:
    """The file there, open and locked; made if it is not there. Raises BlockingIOError."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
            # Whoever had it may have put another file in its place since it was opened.
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except FileNotFoundError:
            pass
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock a file until it is closed, where there are locks. Raises BlockingIOError."""
    if fcntl is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        pass  # a file system without locks


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
