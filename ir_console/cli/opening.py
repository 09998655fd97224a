"""What is on the screen while the console is still being loaded.

Loading takes most of a second, and a screen on which nothing happens looks like a mistake. So the
first picture is a few bytes of our own, on the same second screen of the terminal that the toolkit
uses: it paints over it, and whoever comes back to the shell finds the shell as it was.
"""

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn, TextIO

from ir_console.safe_text import safe_text

from .app import Asked
from .exits import UsageProblem

_SECOND_SCREEN, _FIRST_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_CLEAR, _BOLD, _DIM, _PLAIN = "\x1b[2J", "\x1b[1m", "\x1b[2m", "\x1b[0m"
_EXIT_BY_SIGNAL = 128
_LOCAL_FLAGS = 3  # where `tcgetattr` has them
_NAME = "IR Console"


class Opening:
    """The picture; `stream` is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = False
        self._before: list[Any] | None = None

    def show(self, words: str) -> None:
        """Say what is being done."""
        size = os.get_terminal_size(self._stream.fileno())
        # Some terminals do not know their size.
        columns, lines = size.columns or 80, size.lines or 24
        line = max(1, lines // 2 - 1)
        text = safe_text(words, max(1, columns - 2))
        begin = "" if self._is_shown else f"{_SECOND_SCREEN}{_HIDE_CURSOR}"
        title = _at(line, columns, _NAME, _BOLD)
        said = _at(line + 2, columns, text, _DIM)
        if not self._is_shown:
            self._hide_what_is_typed()
        self._write(f"{begin}{_CLEAR}{title}{said}")
        self._is_shown = True

    def hand_over(self) -> None:
        """Leave the screen to the toolkit, and what was typed too early with it."""
        self._is_shown = False

    def close(self) -> None:
        """Give the shell its terminal back; its screen too, unless that was handed over."""
        if self._is_shown:
            self._write(f"{_SHOW_CURSOR}{_FIRST_SCREEN}")
            self._is_shown = False
        if self._before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._stream.fileno(), termios.TCSANOW, self._before)
            self._before = None

    def _hide_what_is_typed(self) -> None:
        # Else it appears in the picture, and on the shell's screen when that comes back.
        with suppress(termios.error):
            self._before = termios.tcgetattr(self._stream.fileno())
            silent = [*self._before]
            silent[_LOCAL_FLAGS] &= ~termios.ECHO
            termios.tcsetattr(self._stream.fileno(), termios.TCSANOW, silent)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def open_console(asked: Asked) -> None:
    """Open the console for the current profile; the first picture comes before all loading."""
    if not can_be_shown():
        raise UsageProblem(
            "The console needs a terminal",
            hint="Elsewhere use `ir-console alerts list` or `ir-console tail`.",
        )
    with opening() as picture:
        import_module(f"{__package__}.console").open_for(asked, picture)


def can_be_shown() -> bool:
    """Whether there is a terminal to read keys from and to draw on."""
    # Textual draws on stderr: a console whose stderr is redirected would be invisible.
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


@contextmanager
def opening() -> Iterator[Opening]:
    """The picture, gone when the block is left, whatever happens in it."""
    picture = Opening(sys.stderr)

    def end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 # the signature
        picture.close()
        raise SystemExit(_EXIT_BY_SIGNAL + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        picture.show("opening")
        yield picture
    finally:
        signal.signal(signal.SIGTERM, before)
        picture.close()


def _at(line: int, columns: int, text: str, style: str) -> str:
    column = max(1, (columns - len(text)) // 2 + 1)
    return f"\x1b[{line};{column}H{style}{text}{_PLAIN}"
