"""Undo gzip and the encoding of a stream of bytes, piece by piece, in bounded memory.

What comes out is text. Bytes that are no UTF-8 become lone surrogates (`surrogateescape`), so that
the bytes behind any piece of text can be counted, and written down again as they were.
"""

import codecs
import zlib
from collections.abc import Iterator
from typing import BinaryIO

CHUNK_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF8 = ("utf-8", "surrogateescape")


class UnreadableError(Exception):
    """The bytes cannot be undone into text; the message says why."""


def text_of(stream: BinaryIO, skip: int = 0) -> Iterator[str]:
    """The stream as pieces of text, none of them empty, without the first `skip` bytes of UTF-8.

    A plain file is left at once for the place to begin with; what is packed, or UTF-16, is read
    up to there. Raises UnreadableError.
    """
    chunks = _with_head(_chunks(stream), len(_GZIP_MAGIC))
    first = next(chunks, b"")
    if first.startswith(_GZIP_MAGIC):
        chunks = _with_head(_inflated(_before(first, chunks)), len(_UTF16_MARKS[0]))
        first = next(chunks, b"")
    elif skip and not first.startswith(_UTF16_MARKS) and stream.seekable():
        stream.seek(skip)
        first, chunks, skip = b"", _chunks(stream), 0
    decoded = _decoded(first, chunks)
    yield from _without(decoded, skip) if skip else decoded


def bytes_of(text: str) -> bytes:
    """The bytes of UTF-8 that `text` was read from."""
    return text.encode(*_UTF8)


def readable(text: str) -> str:
    """`text` with U+FFFD for what was no UTF-8."""
    return text if text.isascii() else bytes_of(text).decode("utf-8", "replace")


def _decoded(first: bytes, chunks: Iterator[bytes]) -> Iterator[str]:
    encoding, errors = ("utf-16", "replace") if first.startswith(_UTF16_MARKS) else _UTF8
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
    for chunk in _before(first, chunks):
        if piece := decoder.decode(chunk):
            yield piece
    if piece := decoder.decode(b"", final=True):
        yield piece


def _without(pieces: Iterator[str], skip: int) -> Iterator[str]:
    for piece in pieces:
        if not skip:
            yield piece
            continue
        content = bytes_of(piece)
        rest = content[skip:]
        skip -= len(content) - len(rest)
        if rest:
            yield rest.decode(*_UTF8)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    # read1 hands over what a pipe has now; read would wait for a whole chunk.
    read = getattr(stream, "read1", stream.read)
    while chunk := read(CHUNK_BYTES):
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
                yield inflater.decompress(rest, CHUNK_BYTES)
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise UnreadableError(f"the gzip file is damaged ({error}); fetch it again") from error
    if not inflater.eof:
        raise UnreadableError("the gzip file is cut off; fetch it again")
