"""Let one process at a time change a file: others wait a moment, then give up.

The lock is on a file beside it, since the file itself is replaced by each change.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TRIES = 50
_SECONDS_BETWEEN_TRIES = 0.01
# File systems of other machines may have no locks: then the later change wins there, as ever.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def one_writer(path: Path) -> Iterator[None]:
    """Nobody else who asks for this changes `path` within the block.

    Makes the directory where it is missing. Raises OSError when another process holds the lock for
    half a second, or when the lock cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = path.with_name(f".{path.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, path)
        yield
    finally:
        # Closing lets go of the lock, also where the process is killed.
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_SECONDS_BETWEEN_TRIES)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return
        else:
            return
    raise TimeoutError(errno.ETIMEDOUT, "another process holds its lock", str(path))
