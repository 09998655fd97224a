"""End the process when its terminal is gone.

SIGHUP does not tell: a person or a shell may send it while the terminal stays, and the kernel
sends it to the leader of the session, and to the others only when the leader ends. A leader that
waits for us, as `make` does, leaves us behind without a word: our reader would spin on the end of
its input and our writer wait for ever. So a thread watches the terminal itself, and ends the
process where it stands; there is nobody left to restore it for.
"""

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_CODE = 128 + signal.SIGHUP

# The hang-up wakes the poll; this is for kernels where it does not.
_LOOK_MILLISECONDS = 1000
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


@contextmanager
def ended_by_hangup(terminal: int) -> Iterator[None]:
    """Watch the terminal behind a file descriptor for as long as the block runs."""
    done = threading.Event()
    watch = threading.Thread(
        target=_watch, args=(terminal, done), name="hang-up watch", daemon=True
    )
    watch.start()
    try:
        yield
    finally:
        done.set()


def is_gone(terminal: int) -> bool:
    """Whether the terminal behind a file descriptor was hung up."""
    poller = select.poll()
    # No events asked for: poll then reports only that the terminal is gone.
    poller.register(terminal, 0)
    return _says_gone(poller.poll(0))


def _watch(terminal: int, done: threading.Event) -> None:
    poller = select.poll()
    poller.register(terminal, 0)
    while not done.is_set():
        if _says_gone(poller.poll(_LOOK_MILLISECONDS)):
            if not done.is_set():
                os._exit(EXIT_CODE)
            return


def _says_gone(reports: list[tuple[int, int]]) -> bool:
    return any(happened & _GONE for _, happened in reports)
