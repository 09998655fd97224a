"""CSV: a header row, then rows, with `,` `;` or tab between cells and line breaks in quoted ones.

A row becomes `{column: text}`; nothing is made of the cells, JSON in one stays a text. A header
is known by its cells: names, all different, and no numbers, dates or sentences.
"""

import re
from dataclasses import dataclass

from ir_client.wire.base import JsonObject

from ..text_window import MAX_RECORD_CHARACTERS, TextWindow

DELIMITERS = ",;\t"
# At the top of a stream two names are a header; below other records only more names are.
LEAST_COLUMNS_AT_TOP = 2
LEAST_COLUMNS_BELOW = 4

_HEADER_CHARACTERS = 64 * 1024
_NAME = re.compile(r"[^\W\d][\w .\-/@#$%()\[\]+*?&]{0,99}|[@$%#_(\[][\w .\-/@#$%()\[\]]{1,99}")
_OPEN_QUOTE = "a quote is not closed; is the file complete?"
_BEHIND_QUOTE = 'text behind the closing quote of a cell; a quote inside a cell is written as ""'
_TOO_LONG = f"longer than {MAX_RECORD_CHARACTERS >> 20} MiB; is a closing quote missing?"

# A line that cannot be a row: what writes CSV would have quoted the quotes or braces in it.
_JSON_LINE = re.compile(r'[\s,\[]*\{\s*("|$|\})|[\[\]][\s,]*$')
_EVENT_LINE = re.compile(r"(?:CEF|LEEF):\d|#separator ")


class BrokenRowError(Exception):
    """Raised for what is no row: what is wrong with a row; the message says it."""


class _CutRowError(Exception):
    """The text ends within the row."""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A header in force; `text` is the header row as it was written."""

    columns: tuple[str, ...]
    delimiter: str
    text: str

    def record_of(self, cells: list[str]) -> JsonObject | None:
        """The row as a record; empty for the header once more, None for no row of this table."""
        count = len(self.columns)
        if len(cells) < count or any(cells[count:]):
            return None
        names = [cell.strip() or f"column{n}" for n, cell in enumerate(cells[:count], start=1)]
        if tuple(names) == self.columns:
            return {}
        return dict(zip(self.columns, cells, strict=False))

    def complaint(self, cells: list[str]) -> str:
        """Why a row is none of this table."""
        names = ", ".join(self.columns[:3])
        return f"{len(cells)} cells, and the header has {len(self.columns)} ({names}, ...)"


def is_of_another_shape(line: str) -> bool:
    """Whether a line cannot be a row, below whatever header."""
    return bool(_JSON_LINE.match(line) or _EVENT_LINE.match(line))


def table_at(window: TextWindow, *, is_top: bool) -> CsvTable | None:
    """The header row at `window`, which is passed; None, and nothing moves, if there is none."""
    end = window.line_end(_HEADER_CHARACTERS)
    start = window.text[window.at : end]
    for delimiter in sorted(DELIMITERS, key=start.count, reverse=True):
        if delimiter not in start:
            break
        try:
            cells, end = row_at(window, delimiter)
        except BrokenRowError:
            continue
        if is_header(cells, least=LEAST_COLUMNS_AT_TOP if is_top else LEAST_COLUMNS_BELOW):
            table = CsvTable(_columns(cells), delimiter, window.text[window.at : end])
            window.move_to(end)
            return table
    return None


def is_header(cells: list[str], *, least: int) -> bool:
    """Whether `cells` are the names of columns."""
    names = [cell.strip() for cell in cells if cell.strip()]
    if len(names) < max(least, len(cells) - 2):
        return False
    return len(set(names)) == len(names) and all(map(_NAME.fullmatch, names))


def _columns(cells: list[str]) -> tuple[str, ...]:
    """The names of the columns; a cell without one is a column all the same."""
    return tuple(cell.strip() or f"column{n}" for n, cell in enumerate(cells, start=1))


def row_at(window: TextWindow, delimiter: str) -> tuple[list[str], int]:
    """The cells of the row at `window` and where it ends, before its line break."""
    while True:
        end = window.line_end(MAX_RECORD_CHARACTERS)
        line = window.text[window.at : end]
        if '"' not in line:
            row = line.removesuffix("\r")
            return row.split(delimiter), window.at + len(row)
        try:
            return _quoted_row(window.text, window.at, delimiter)
        except _CutRowError:
            if window.pending > MAX_RECORD_CHARACTERS:
                raise BrokenRowError(_TOO_LONG) from None
            if not window.grow():
                return _last_row(window, delimiter)


def _last_row(window: TextWindow, delimiter: str) -> tuple[list[str], int]:
    """The row that the stream ends with: one without a line break, or one that is cut off."""
    try:
        cells, end = _quoted_row(window.text + "\n", window.at, delimiter)
    except _CutRowError:
        raise BrokenRowError(_OPEN_QUOTE) from None
    return cells, min(end, len(window.text))


_CELLS = {
    delimiter: re.compile(
        rf'(?:"(?P<quoted>(?:[^"]|"")*+)"|(?P<bare>[^"{delimiter}\n][^{delimiter}\n]*|))'
        rf"(?P<end>{delimiter}|\r?\n|(?P<cut>\r?\Z))?"
    )
    for delimiter in DELIMITERS
}


def _quoted_row(text: str, at: int, delimiter: str) -> tuple[list[str], int]:
    cells: list[str] = []
    pattern = _CELLS[delimiter]
    while True:
        cell = pattern.match(text, at)
        if cell is None or cell["cut"] is not None:
            raise _CutRowError
        if cell["end"] is None:
            # A quote that is open matches the empty bare cell before it.
            raise _CutRowError if not cell[0] else BrokenRowError(_BEHIND_QUOTE)
        quoted = cell["quoted"]
        if quoted is not None:
            cells.append(quoted.replace('""', '"'))
        else:
            bare = cell["bare"]
            cells.append(bare.removesuffix("\r") if cell["end"] == "\n" else bare)
        if cell["end"] != delimiter:
            return cells, cell.start("end")
        at = cell.end()
