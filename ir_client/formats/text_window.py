"""A moving window of text over a stream of bytes: what is being read, and on which line.

Undoes gzip and the encoding, drops what has been passed, and reads on only when asked, so that a
record on a pipe is seen as soon as it is whole.
"""

import codecs
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

_CHUNK_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# Beyond this a window grows by a share of itself, or each retry of a long record reads it all anew.
_SMALL_CHARACTERS = 1024 * 1024

# Deeper indentation than this is no indentation.
_INDENT_LIMIT = 200


class _UnreadableError(Exception):
    """The bytes cannot be undone into text; the message says why."""


class TextWindow:
    """The text that is left to read, from `at` on; `failure` says why it ended too early."""

    def __init__(self, stream: BinaryIO) -> None:
        self.text = ""
        self.at = 0
        self.line = 1
        self.failure: str | None = None
        self._head = ""
        self._pieces = _decoded(stream)

    @property
    def pending(self) -> int:
        """How many characters lie in the window unread."""
        return len(self.text) - self.at

    @property
    def indent(self) -> str | None:
        """The blanks before `at` on its line; None when something else is there too."""
        is_blank = len(self._head) <= _INDENT_LIMIT and not self._head.strip()
        return self._head if is_blank else None

    def move_to(self, end: int) -> None:
        """Pass everything before `end`."""
        line_start = self.text.rfind("\n", self.at, end) + 1
        if line_start:
            self.line += self.text.count("\n", self.at, end)
            self._head = ""
        # One character more than an indent can have tells that it is none.
        begin = max(line_start, self.at)
        room = _INDENT_LIMIT + 1 - len(self._head)
        self._head += self.text[begin : min(end, begin + room)]
        self.at = end

    def grow(self) -> bool:
        """Read on; False, and nothing moves, at the end of the stream."""
        wanted = 1 if self.pending < _SMALL_CHARACTERS else self.pending // 4
        pieces, got = [self.text[self.at :]], 0
        while got < wanted and (piece := self._next_piece()):
            pieces.append(piece)
            got += len(piece)
        if not got:
            return False
        self.text, self.at = "".join(pieces), 0
        return True

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Pass what `pattern` matches; False when nothing is left behind it."""
        while True:
            match = pattern.match(self.text, self.at)
            self.move_to(match.end() if match else self.at)
            if self.pending:
                return True
            if not self.grow():
                return False

    def skip_to(self, mark: str) -> None:
        """Go to the next `mark` behind this place, or to the end."""
        self._advance(1)
        while (found := self.text.find(mark, self.at)) < 0:
            # The mark may be cut in two by the end of the window.
            self.move_to(max(self.at, len(self.text) - len(mark) + 1))
            if not self.grow():
                self.move_to(len(self.text))
                return
        self.move_to(found)

    def _advance(self, count: int) -> None:
        self.move_to(min(self.at + count, len(self.text)))

    def _next_piece(self) -> str:
        try:
            return next(self._pieces, "")
        except _UnreadableError as error:
            self.failure = str(error)
            return ""


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """The stream as pieces of text, none of them empty."""
    chunks = _with_head(_chunks(stream), len(_GZIP_MAGIC))
    first = next(chunks, b"")
    chunks = _before(first, chunks)
    if first.startswith(_GZIP_MAGIC):
        chunks = _with_head(_inflated(chunks), len(_UTF16_MARKS[0]))
        first = next(chunks, b"")
        chunks = _before(first, chunks)
    encoding = "utf-16" if first.startswith(_UTF16_MARKS) else "utf-8-sig"
    # A few wrong bytes in one field are no reason to lose the record: they become U+FFFD.
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in chunks:
        if piece := decoder.decode(chunk):
            yield piece
    if piece := decoder.decode(b"", final=True):
        yield piece


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    # read1 hands over what a pipe has now; read would wait for a whole chunk.
    read = getattr(stream, "read1", stream.read)
    while chunk := read(_CHUNK_BYTES):
        yield chunk


def _before(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _with_head(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same chunks, the first of them at least `size` long where there is so much."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= size:
            break
    if head:
        yield head
    yield from chunks


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo gzip, also of several members behind one another, in bounded pieces."""
    inflater = zlib.decompressobj(_GZIP_WBITS)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater.eof:
                    inflater = zlib.decompressobj(_GZIP_WBITS)
                yield inflater.decompress(rest, _CHUNK_BYTES)
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise _UnreadableError(f"the gzip file is damaged ({error}); fetch it again") from error
    if not inflater.eof:
        raise _UnreadableError("the gzip file is cut off; fetch it again")
