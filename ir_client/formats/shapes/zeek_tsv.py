"""Zeek's own logs: `#` lines that say how the log is written and what its fields are, then rows.

A row becomes `{field: value}` with the types of `#types`; a field that is unset is left out, as in
Zeek's JSON logs, and `_path` is what `#path` says, by which the log is known.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from ir_client.wire.base import JsonObject

_INTEGERS = frozenset({"count", "int", "port"})
_REALS = frozenset({"double", "interval", "time"})
_CONTAINER = re.compile(r"(?:set|vector|table|list)\[(.*)\]")
_ESCAPED_BYTES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+|\\\\")
_HEADER_LINES = frozenset(
    {"set_separator", "empty_field", "unset_field", "path", "fields", "types"}
)
_FINITE = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?")
_INTEGER = re.compile(r"[+-]?\d{1,19}")


@dataclass(frozen=True, slots=True)
class ZeekTable:
    """The `#` lines in force; `text` is those lines as they were written."""

    text: str
    separator: str = "\t"
    set_separator: str = ","
    empty_field: str = "(empty)"
    unset_field: str = "-"
    path: str = ""
    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def cells(self, line: str) -> list[str] | None:
        """The cells of a row; None for what is no row of this log."""
        cells = line.split(self.separator)
        return cells if self.fields and len(cells) == len(self.fields) else None

    def record_of(self, cells: list[str]) -> JsonObject:
        """The row as a record."""
        record: JsonObject = {"_path": self.path} if self.path else {}
        types = self.types or ("string",) * len(self.fields)
        for field, kind, cell in zip(self.fields, types, cells, strict=False):
            if cell != self.unset_field:
                record[field] = self._value(cell, kind)
        return record

    def complaint(self, line: str) -> str:
        """Why a line is no row of this log."""
        if not self.fields:
            return "a row of a Zeek log without a #fields line before it"
        count = line.count(self.separator) + 1
        return f"{count} cells, and #fields names {len(self.fields)}"

    def _value(self, cell: str, kind: str) -> Any:
        if container := _CONTAINER.fullmatch(kind):
            if cell == self.empty_field:
                return []
            items = cell.split(self.set_separator)
            return [
                None if item == self.unset_field else self._single(item, container[1])
                for item in items
            ]
        return "" if cell == self.empty_field else self._single(cell, kind)

    def _single(self, cell: str, kind: str) -> Any:
        """One value; what is not written as its type says stays a text."""
        if kind in _INTEGERS and _INTEGER.fullmatch(cell):
            return int(cell)
        if kind in _REALS and _FINITE.fullmatch(cell):
            return float(cell)
        if kind == "bool" and cell in ("T", "F"):
            return cell == "T"
        return _unescaped(cell)


def with_line(table: ZeekTable | None, line: str) -> ZeekTable | None:
    """The table when `line`, which begins with `#`, is behind its header; None: still none."""
    name, _, rest = line.removeprefix("#").partition(" ")
    if name == "separator":
        return ZeekTable(line, separator=_unescaped(rest.strip()) or "\t")
    old = table or ZeekTable("")
    name, _, rest = line.removeprefix("#").partition(old.separator)
    if name not in _HEADER_LINES:
        return table
    return _changed(old, name, rest, f"{_text_without(old.text, name)}{line}")


def table_of(text: str) -> ZeekTable | None:
    """The table that these `#` lines are the header of."""
    table = None
    for line in text.split("\n"):
        table = with_line(table, line)
    return table


def _text_without(text: str, name: str) -> str:
    """The `#` lines but for that of this name, for another to take its place."""
    kept = [line for line in text.split("\n") if line and not re.match(rf"#{name}\b", line)]
    return "".join(f"{line}\n" for line in kept)


def _changed(table: ZeekTable, name: str, rest: str, text: str) -> ZeekTable:
    match name:
        case "fields":
            # The types of other fields are not those of these.
            return replace(table, text=text, fields=tuple(rest.split(table.separator)), types=())
        case "types":
            return replace(table, text=text, types=tuple(rest.split(table.separator)))
        case "set_separator":
            return replace(table, text=text, set_separator=_unescaped(rest))
        case "empty_field":
            return replace(table, text=text, empty_field=_unescaped(rest))
        case "unset_field":
            return replace(table, text=text, unset_field=_unescaped(rest))
        case _:
            return replace(table, text=text, path=_unescaped(rest))


def _unescaped(text: str) -> str:
    r"""`text` with its `\x` bytes as the UTF-8 that they are, if they are."""
    if "\\" not in text:
        return text
    return _ESCAPED_BYTES.sub(_bytes_as_text, text)


def _bytes_as_text(escaped: re.Match[str]) -> str:
    if escaped[0] == "\\\\":
        return "\\"
    content = bytes.fromhex(escaped[0].replace("\\x", ""))
    return content.decode("utf-8", "replace")
