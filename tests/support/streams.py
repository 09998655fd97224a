"""Streams of bytes for the readers of formats, and what they find in them."""

import io
from typing import Any

from ir_client.formats.records import BrokenRecord, RecordAt, read_records


class Trickle(io.RawIOBase):
    """A pipe that hands over a few bytes at a time."""

    def __init__(self, content: bytes, step: int) -> None:
        self._content = content
        self._step = step

    def read1(self, size: int) -> bytes:
        piece, self._content = self._content[: self._step], self._content[self._step :]
        return piece


def as_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def found_in(content: bytes | str) -> list[RecordAt | BrokenRecord]:
    return list(read_records(io.BytesIO(as_bytes(content))))


def records_in(content: bytes | str) -> list[dict[str, Any]]:
    return [one.record for one in found_in(content) if isinstance(one, RecordAt)]


def broken_in(content: bytes | str) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in found_in(content) if isinstance(one, BrokenRecord)]
