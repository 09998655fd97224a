"""Find the records in a stream of bytes, whatever shape they have and whatever holds them together.

Decides by content, place by place, so that shapes may be mixed in one stream: a JSON object is one
wherever it begins; a line is CEF, LEEF, JSON behind a syslog header, or `#`, Zeek's; a line of
names is the header of CSV. A header stays in force until another comes. Holds one record and one
chunk, never the stream.

What is broken is reported with its line and text, and reading goes on behind it.
"""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from ir_client.wire.base import JsonObject

from .found import BrokenRecord, Finding, RecordAt
from .places import Place
from .shapes import csv_rows, json_records, text_lines, zeek_tsv
from .shapes.csv_rows import CsvTable
from .shapes.zeek_tsv import ZeekTable
from .text_window import MAX_RECORD_CHARACTERS, TextWindow
from .unpacking import bytes_of, readable

__all__ = ["MAX_RECORD_CHARACTERS", "BrokenRecord", "RecordAt", "read_records"]

_BLANKS = re.compile(r"[\s\x1e\ufeff]*")
# A tab may be the end of an empty first cell.
_BLANKS_BEFORE_TABS = re.compile(r"[\r\n \x1e\ufeff]*")
_BETWEEN_OBJECTS = re.compile(r"[\s,\[\]\x1e]*")
_LINE_BREAKS = re.compile(r"(?:\r*\n|\ufeff)*")
_BLANKS_IN_LINE = re.compile(r"[^\S\n]*")
_TOO_LONG = f"a line longer than {MAX_RECORD_CHARACTERS >> 20} MiB; is it text at all?"

# A record, why there is none, or nothing to tell.
_Outcome = JsonObject | str | None


def read_records(stream: BinaryIO, place: Place | None = None) -> Iterator[Finding]:
    """Yield every record of `stream` in order; never raises for what the stream holds.

    With a `place` that an earlier run came to, reading begins there; `stream` is at its begin all
    the same. What cannot be sought in (a pipe, what is packed) is read up to the place.
    """
    return _Reader(TextWindow(stream, place), place or Place()).findings()


class _Reader:
    """What is being read, and the header in force."""

    def __init__(self, window: TextWindow, place: Place) -> None:
        self._window = window
        self._table = _table_of(place.header)
        # Whether nothing was found yet: there, less makes a header.
        self._is_top = place.offset == 0

    def findings(self) -> Iterator[Finding]:
        window = self._window
        while self._skip_between():
            line, table = window.line, self._table
            if count := window.skip_nulls():
                yield BrokenRecord(line, _nulls(count), after=self._place())
                continue
            window.keep()
            outcome = self._next()
            if outcome is None:
                continue
            self._is_top = False
            text = window.kept().rstrip("\r\n")
            if isinstance(outcome, str):
                whole = readable(f"{table.text}\n{text}" if table else text)
                yield BrokenRecord(line, outcome, whole, self._place())
            else:
                yield RecordAt(line, json_records.encodable(outcome, text), text, self._place())
        if window.failure:
            yield BrokenRecord(window.line, window.failure, after=self._place())

    def _place(self) -> Place:
        header = "" if self._table is None else self._table.text
        return Place(self._window.offset, self._window.line, header)

    def _skip_between(self) -> bool:
        """Pass what is between records; False at the end."""
        window = self._window
        if self._table is None:
            return window.skip(_BLANKS_BEFORE_TABS if window.is_line_start else _BLANKS)
        # In steps, for blanks behind the line break may be a row's first cells.
        if not window.is_line_start and not window.skip(_BLANKS_IN_LINE):
            return False
        is_line_over = window.is_line_start or window.text[window.at] == "\n"
        return window.skip(_LINE_BREAKS) if is_line_over else True

    def _next(self) -> _Outcome:
        """What is here, and pass it."""
        window = self._window
        if window.indent is None:
            return self._in_a_line()
        if not window.is_line_start:
            return self._in_a_line() if window.text[window.at] in "{[],\t" else self._of_a_line()
        match self._table:
            case CsvTable() as table:
                return self._csv_row(table)
            case ZeekTable() as table:
                return self._zeek_row(table)
            case None:
                return self._at_line_start()

    def _at_line_start(self) -> _Outcome:
        first = self._window.text[self._window.at]
        if first in "{[]":
            return self._in_a_line()
        if first in ",\t":
            return None if self._begins_table() else self._in_a_line()
        return self._of_a_line()

    def _in_a_line(self) -> _Outcome:
        """A JSON object, or what may be between two of them."""
        window = self._window
        match window.text[window.at]:
            case "{":
                return json_records.next_object(window)
            case "[" | "]" | "," | "\t":
                window.skip(_BETWEEN_OBJECTS)
                return None
            case _:
                json_records.skip_other(window)
                return text_lines.NOT_ONE

    def _of_a_line(self) -> _Outcome:
        """A record that is a line by itself, or a line of a header."""
        window = self._window
        line = self._line()
        if line is None:
            window.skip_line()
            return _TOO_LONG
        if line.startswith("#"):
            self._take_header(line)
            return None
        outcome = text_lines.record_of(line)
        if outcome is not text_lines.NOT_ONE:
            window.skip_line()
        elif self._begins_table():
            return None
        elif window.is_line_start:
            window.skip_line()
        else:
            json_records.skip_other(window)
        return outcome

    def _line(self) -> str | None:
        """The line at this place, without its line break; None for one that has no end."""
        window = self._window
        end = window.line_end(MAX_RECORD_CHARACTERS)
        if end - window.at > MAX_RECORD_CHARACTERS:
            return None
        return window.text[window.at : end].removesuffix("\r")

    def _begins_table(self) -> bool:
        window = self._window
        if not window.is_line_start:
            return False
        table = csv_rows.table_at(window, is_top=self._is_top)
        self._table = table or self._table
        return table is not None

    def _take_header(self, line: str) -> None:
        self._table = zeek_tsv.with_line(self._table_of_zeek, line)
        self._window.skip_line()

    @property
    def _table_of_zeek(self) -> ZeekTable | None:
        return self._table if isinstance(self._table, ZeekTable) else None

    def _zeek_row(self, table: ZeekTable) -> _Outcome:
        line = self._line()
        if line is not None and not line.strip("\r"):
            self._window.skip_line()
            return None
        if line is not None and (cells := table.cells(line)) and not line.startswith("#"):
            self._window.skip_line()
            return table.record_of(cells)
        outcome = self._at_line_start()
        return table.complaint(line or "") if outcome is text_lines.NOT_ONE else outcome

    def _csv_row(self, table: CsvTable) -> _Outcome:
        window = self._window
        if (line := self._line()) is not None and not line.strip("\r"):
            window.skip_line()
            return None
        line = line or ""
        if csv_rows.is_of_another_shape(line):
            return self._at_line_start()
        try:
            cells, end = csv_rows.row_at(window, table.delimiter)
        except csv_rows.BrokenRowError as error:
            window.skip_line()
            return str(error)
        if (record := table.record_of(cells)) is not None:
            window.move_to(end)
            return record or None
        outcome = text_lines.record_of(line)
        if outcome is not text_lines.NOT_ONE:
            window.skip_line()
        elif self._begins_table():
            return None
        else:
            window.move_to(end)
            return table.complaint(cells)
        return outcome


def _nulls(count: int) -> str:
    what = "a null byte" if count == 1 else f"{count:,} null bytes"
    return f"{what} between records: was the file truncated, or copied, while it was written?"


def _table_of(header: str) -> CsvTable | ZeekTable | None:
    if header.startswith("#"):
        return zeek_tsv.table_of(header)
    if not header:
        return None
    return csv_rows.table_at(TextWindow(io.BytesIO(bytes_of(header))), is_top=True)
