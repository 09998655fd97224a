"""Read what a process wrote to its terminal."""

import os
import select
from collections.abc import Iterator

_PATIENCE_SECONDS = 120.0


def read_all(master: int) -> str:
    """All that comes out of a pseudo terminal until its last writer is gone."""
    return "".join(_pieces(master))


def read_until(master: int, words: str) -> str:
    """What comes out until some words did."""
    text = ""
    for piece in _pieces(master):
        text += piece
        if words in text:
            return text
    raise AssertionError(f"{words!r} never came: {text!r}")


def _pieces(master: int) -> Iterator[str]:
    while select.select([master], [], [], _PATIENCE_SECONDS)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:
            return
        if not piece:
            return
        yield piece.decode(errors="replace")
