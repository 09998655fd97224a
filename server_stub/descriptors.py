"""Have a file descriptor for each connection, and get over it when there is none left.

Many systems give a process 1,024 unless it asks for more, which is fewer than the connections that
our settings allow. And where they do run out, asyncio 3.11 tries to accept again at once, as often
as the backlog is long, with a traceback in the log for each: for as long as that lasts the server
does little else (measured: 2,000 lines and 4 s of its time for each second).
"""

import contextlib
import errno
import resource
import socket
import time

# The database, its log, pipes, the event loop: what is open besides connections.
_BESIDE = 64
# A little less than asyncio waits until it looks again.
_PAUSE_SECONDS = 0.9


def make_room_for(connections: int) -> int:
    """Ask for enough descriptors; returns for how many of these connections there are some."""
    wanted = connections + _BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):  # a system whose own limit is lower
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return connections if soft == resource.RLIM_INFINITY else min(soft - _BESIDE, connections)


class PausingListener(socket.socket):
    """A listening socket that says once a second, and not at once again, that it cannot accept."""

    _paused_until = 0.0

    @classmethod
    def of(cls, listener: socket.socket) -> "PausingListener":
        """The same socket; `listener` itself is of no more use."""
        return cls(fileno=listener.detach())

    def accept(self) -> tuple[socket.socket, object]:
        if time.monotonic() < self._paused_until:
            raise BlockingIOError(errno.EAGAIN, "there were no descriptors a moment ago")
        try:
            return super().accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._paused_until = time.monotonic() + _PAUSE_SECONDS
            raise
