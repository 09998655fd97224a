"""A program in a real terminal, its output stamped with the time it arrived."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

_READ_BYTES = 1 << 16
# Escape sequences: what is left is the text that was painted, in the order it was painted.
_CONTROL = re.compile(rb"\x1b(?:\[[0-9;?:<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class Terminal:
    """A child process on a pseudo terminal of `columns` × `lines`."""

    def __init__(
        self, command: list[str], *, columns: int, lines: int, env: Mapping[str, str] | None = None
    ) -> None:
        self.started = time.monotonic()
        self._buffer = b""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            full = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
            os.execvpe(command[0], command, full)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)

    def press(self, keys: str) -> float:
        """Type `keys`; returns the time at which they were typed."""
        typed = time.monotonic()
        os.write(self._fd, keys.encode())
        return typed

    def forget(self) -> None:
        """Drop what was painted so far."""
        self.read(0)
        self._buffer = b""

    def forget_all_but(self, size: int) -> None:
        """Drop what was painted but the last `size` bytes, in which a pattern may have begun."""
        self._buffer = self._buffer[-size:]

    def read(self, seconds: float) -> float | None:
        """Wait for output; the time at which it came, or None if there was none."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return None
        data = os.read(self._fd, _READ_BYTES)
        arrived = time.monotonic()
        self._buffer += data
        return arrived

    def read_for(self, seconds: float) -> None:
        """Read whatever comes within some time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    @property
    def painted(self) -> str:
        """The text painted since the last `forget`, without control sequences."""
        return _CONTROL.sub(b"", self._buffer).decode(errors="replace")

    def wait_for(self, pattern: str, *, seconds: float = 30.0) -> tuple[float, re.Match[str]]:
        """The time at which `pattern` was painted, and the match."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            arrived = self.read(0.5)
            if arrived is not None and (match := re.search(pattern, self.painted)):
                return arrived, match
        raise TimeoutError(f"{pattern!r} was not painted within {seconds} s")
