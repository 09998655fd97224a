"""Data to stdout, words for people to stderr.

Every text that comes from an alert passes `safe_text` here; JSON is written in ASCII, so that no
character of an alert can act on a terminal there either. Colour only where a terminal shows it.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size
from subprocess import DEVNULL
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size

from ir_console.safe_text import safe_block, safe_text

from .exits import drop_output

_SGR = {
    "critical": "1;31",
    "high": "31",
    "medium": "33",
    "low": "36",
    "info": "2",
    "bold": "1",
    "dim": "2",
}
_ELLIPSIS = "…"
_GAP = "  "
_LEAST_LAST = 16


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `limit` is its greatest width in cells, `style` names a colour."""

    title: str
    limit: int = 60
    align_right: bool = False
    styled: bool = False


class Output:
    """The two ways out of a command."""

    def __init__(self, stdout: TextIO, stderr: TextIO, *, env: Mapping[str, str]) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self._coloured = _may_colour(stdout, env)
        self._progress_shown = False

    @classmethod
    def standard(cls) -> "Output":
        """The process's own stdout and stderr."""
        return cls(sys.stdout, sys.stderr, env=os.environ)

    @property
    def people_watch(self) -> bool:
        """Whether stderr is a terminal, so that a line may be drawn over."""
        return self._stderr.isatty()

    @property
    def width(self) -> int | None:
        """How many cells a line of data may have; None off a terminal."""
        return get_terminal_size().columns if self._stdout.isatty() else None

    @property
    def people_descriptor(self) -> int:
        """Where a program that we start may write to people."""
        try:
            return self._stderr.fileno()
        except (OSError, ValueError):
            return DEVNULL

    def line(self, text: str = "", *, style: str | None = None) -> None:
        """One line of data."""
        self._write(f"{self._painted(safe_text(text), style)}\n")

    def fitted_line(self, text: str, *, style: str | None = None) -> None:
        """One line of data, cut where the terminal ends; whole off a terminal."""
        shown, room = safe_text(text), self.width
        if room is not None and cell_len(shown) > room:
            shown = set_cell_size(shown, room - 1) + _ELLIPSIS
        self._write(f"{self._painted(shown, style)}\n")

    def block(self, text: str) -> None:
        """Several lines of data, their line breaks kept."""
        self._write(f"{safe_block(text)}\n")

    def text(self, text: str) -> None:
        """Data in a form of its own, which is safe for a terminal by then."""
        self._write(text)

    def document(self, value: Any) -> None:
        """One JSON document, for a reader that takes it whole."""
        self._write(json_text(value))

    def record(self, value: Any) -> None:
        """One JSON document on one line, written at once."""
        self._write(f"{_json(value)}\n")
        self.flush()

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
        """Rows under titles, aligned by the cells that a terminal gives each character."""
        shown = [[safe_text(cell) for cell in row] for row in rows]
        widths = [
            min(column.limit, max([cell_len(column.title), *(cell_len(r[n]) for r in shown)]))
            for n, column in enumerate(columns)
        ]
        self._fit_last(widths)
        self._row(columns, widths, [column.title for column in columns], heading=True)
        for row in shown:
            self._row(columns, widths, row)

    def note(self, text: str) -> None:
        """One line for people."""
        self._clear_progress()
        self._stderr.write(f"{safe_text(text)}\n")
        self._stderr.flush()

    def progress(self, text: str) -> None:
        """A line for people that the next one replaces; nothing off a terminal."""
        if self.people_watch:
            self._stderr.write(f"\r\x1b[K{safe_text(text)}")
            self._stderr.flush()
            self._progress_shown = True

    def flush(self) -> None:
        """Hand over what is buffered; a reader that has gone ends the program quietly."""
        try:
            self._stdout.flush()
        except BrokenPipeError:
            self._reader_gone()

    def _fit_last(self, widths: list[int]) -> None:
        """Cut the last column of a table where the terminal ends, not below what can be read."""
        if self.width is not None and widths:
            room = self.width - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1)
            widths[-1] = min(widths[-1], max(_LEAST_LAST, room))

    def _row(
        self,
        columns: Sequence[Column],
        widths: Sequence[int],
        cells: Sequence[str],
        *,
        heading: bool = False,
    ) -> None:
        shown = []
        for column, width, cell in zip(columns, widths, cells, strict=True):
            style = "bold" if heading else cell if column.styled else None
            shown.append(self._painted(_fitted(cell, width, column.align_right), style))
        self._write(_GAP.join(shown).rstrip() + "\n")

    def _painted(self, text: str, style: str | None) -> str:
        code = _SGR.get(style or "")
        return f"\x1b[{code}m{text}\x1b[0m" if code and self._coloured else text

    def _clear_progress(self) -> None:
        if self._progress_shown:
            self._stderr.write("\r\x1b[K")
            self._progress_shown = False

    def _write(self, text: str) -> None:
        self._clear_progress()
        try:
            self._stdout.write(text)
        except BrokenPipeError:
            self._reader_gone()

    def _reader_gone(self) -> None:
        drop_output()
        raise SystemExit(0)


def _may_colour(stream: TextIO, env: Mapping[str, str]) -> bool:
    return stream.isatty() and not env.get("NO_COLOR") and env.get("TERM") != "dumb"


def _fitted(cell: str, width: int, align_right: bool) -> str:
    used = cell_len(cell)
    if used > width:
        return set_cell_size(cell, width - 1) + _ELLIPSIS
    blanks = " " * (width - used)
    return blanks + cell if align_right else cell + blanks


def json_text(value: Any) -> str:
    """A JSON document that cannot act on a terminal."""
    return f"{_json(value, indent=2)}\n"


def _json(value: Any, *, indent: int | None = None) -> str:
    # ASCII leaves DEL as it is; everything else that could act is escaped already.
    return json.dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")
