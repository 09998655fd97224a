"""A terminal that a test can type into and look at."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

needs_tmux = pytest.mark.skipif(
    shutil.which("tmux") is None or not Path("/proc").is_dir(),
    reason="needs tmux, and /proc to find what was left behind",
)

PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_SIZE = ("-x", "120", "-y", "40")


class Terminal:
    """One shell in a tmux pane; all that it starts carries a mark in its environment."""

    def __init__(self, directory: Path) -> None:
        self.temporary = directory / "tmp"
        self.temporary.mkdir()
        self._mark = f"IR_TEST_MARK={uuid4().hex}"
        self._socket = directory / "tmux"

    def start(self) -> None:
        name, _, value = self._mark.partition("=")
        environment = os.environ | {name: value, "TMPDIR": str(self.temporary)}
        # A session of tmux inside another one would refuse to start.
        environment.pop("TMUX", None)
        self._tmux("-f", "/dev/null", "new-session", "-d", *_SIZE, "sh", env=environment)

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self._tmux("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys by their tmux names."""
        self._tmux("send-keys", *keys)

    def run(self, command: str) -> None:
        self.type(command)
        self.press("Enter")

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def mode(self, name: str) -> str:
        """A format variable of tmux, such as `alternate_on`."""
        return self._tmux("display-message", "-p", f"#{{{name}}}").strip()

    def wait_for(self, what: str | Callable[[str], bool]) -> str:
        """Wait until the screen has a text, or satisfies a condition; returns the screen."""
        holds = what if callable(what) else lambda screen: what in screen
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds(screen := self.screen):
            assert time.monotonic() < deadline, f"waited for {what}; the screen is\n{screen}"
            time.sleep(_LOOK_SECONDS)
        return screen

    def wait_for_line(self, start: str) -> str:
        """Wait until a line of the screen starts so; returns the screen.

        Unlike a text anywhere, it is not found in the command that was typed to print it.
        """
        return self.wait_for(
            lambda screen: any(line.startswith(start) for line in screen.splitlines())
        )

    def wait_until_nothing_runs(self) -> None:
        """Wait until all that the shell started has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left := self.processes():
            assert time.monotonic() < deadline, f"still running: {left}"
            time.sleep(_LOOK_SECONDS)

    def processes(self) -> dict[int, str]:
        """What runs with our mark, apart from tmux and its shell: number and command."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and self._is_ours(entry):
                command = _read(entry / "cmdline").replace("\0", " ").strip()
                if command and command != "sh" and not command.startswith("tmux"):
                    found[int(entry.name)] = command
        return found

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        self._tmux("kill-server")

    def close(self) -> None:
        subprocess.run(
            ["tmux", "-S", str(self._socket), "kill-server"],
            capture_output=True,
            check=False,
            timeout=30,
        )

    def _is_ours(self, entry: Path) -> bool:
        return self._mark in _read(entry / "environ").split("\0")

    def _tmux(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        return subprocess.run(
            ["tmux", "-S", str(self._socket), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
            env=env,
        ).stdout


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""  # it ended while we looked


@contextmanager
def terminal(directory: Path) -> Iterator[Terminal]:
    """A terminal for as long as the block runs."""
    opened = Terminal(directory)
    opened.start()
    try:
        yield opened
    finally:
        opened.close()
