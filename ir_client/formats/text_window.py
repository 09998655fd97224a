"""A moving window of text over a stream of bytes: what is being read, and on which line.

Undoes gzip and the encoding, drops what has been passed, and reads on only when asked, so that a
record on a pipe is seen as soon as it is whole.
"""

import re
from typing import BinaryIO

from .places import Place
from .unpacking import UnreadableError, bytes_of, text_of

_BYTE_ORDER_MARK = "\ufeff"
_NULLS = re.compile(r"\x00*")

# Beyond this a window grows by a share of itself, or each retry of a long record reads it all anew.
_SMALL_CHARACTERS = 1024 * 1024

# Deeper indentation than this is no indentation.
_INDENT_LIMIT = 200

MAX_RECORD_CHARACTERS = 16 * 1024 * 1024

# A mark to skip to is not longer; it may be cut in two by the end of the window.
MARK_CHARACTERS = 400


class TextWindow:
    """The text that is left to read, from `at` on; `failure` says why it ended too early."""

    def __init__(self, stream: BinaryIO, place: Place | None = None) -> None:
        place = place or Place()
        self.text = ""
        self.at = 0
        self.line = place.line
        self.failure: str | None = None
        self._offset = place.offset
        self._is_ascii = True
        self._head = ""
        self._kept: list[str] | None = None
        self._room = 0
        self._pieces = text_of(stream, place.offset)

    @property
    def pending(self) -> int:
        """How many characters lie in the window unread."""
        return len(self.text) - self.at

    @property
    def offset(self) -> int:
        """How many bytes of text lie before `at`."""
        return self._offset

    @property
    def is_line_start(self) -> bool:
        """Whether nothing of the line has been passed."""
        return not self._head

    @property
    def indent(self) -> str | None:
        """The blanks before `at` on its line; None when something else is there too."""
        is_blank = len(self._head) <= _INDENT_LIMIT and not self._head.strip()
        return self._head if is_blank else None

    def move_to(self, end: int) -> None:
        """Pass everything before `end`."""
        if self._kept is not None and self._room > 0:
            self._kept.append(self.text[self.at : end][: self._room])
            self._room -= end - self.at
        line_start = self.text.rfind("\n", self.at, end) + 1
        if line_start:
            self.line += self.text.count("\n", self.at, end)
            self._head = ""
        # One character more than an indent can have tells that it is none.
        begin = max(line_start, self.at)
        room = _INDENT_LIMIT + 1 - len(self._head)
        self._head += self.text[begin : min(end, begin + room)]
        passed = end - self.at
        self._offset += passed if self._is_ascii else len(bytes_of(self.text[self.at : end]))
        self.at = end

    def keep(self) -> None:
        """Keep what is passed from here on, until `kept` is asked for it; not without end."""
        self._kept, self._room = [], MAX_RECORD_CHARACTERS

    def kept(self) -> str:
        """What was passed since `keep`."""
        pieces, self._kept = self._kept or [], None
        return "".join(pieces)

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
        self._is_ascii = self.text.isascii()
        if not self._offset and self.text.startswith(_BYTE_ORDER_MARK):
            self._offset, self.at = len(bytes_of(_BYTE_ORDER_MARK)), 1
        return True

    def line_end(self, limit: int) -> int:
        """Where the line ends: at its line break, at the end of the text, or beyond `limit`."""
        looked = self.at
        while (end := self.text.find("\n", looked)) < 0:
            searched = self.pending
            if searched > limit or not self.grow():
                return len(self.text)
            looked = self.at + searched
        return end

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Pass what `pattern` matches; False when nothing is left behind it."""
        while True:
            match = pattern.match(self.text, self.at)
            self.move_to(match.end() if match else self.at)
            if self.pending:
                return True
            if not self.grow():
                return False

    def skip_nulls(self) -> int:
        """Pass null characters, which are nothing of a line; how many there were."""
        if not self.text.startswith("\0", self.at):
            return 0
        before, head = self._offset, self._head
        self.skip(_NULLS)
        self._head = head
        return self._offset - before

    def skip_to(self, mark: re.Pattern[str]) -> None:
        """Go to the next `mark` behind this place, or to the end."""
        self._advance(1)
        while (found := mark.search(self.text, self.at)) is None:
            self.move_to(max(self.at, len(self.text) - MARK_CHARACTERS))
            if not self.grow():
                self.move_to(len(self.text))
                return
        self.move_to(found.start())

    def skip_line(self) -> None:
        """Go behind the line break of this line, or to the end."""
        while (found := self.text.find("\n", self.at)) < 0:
            self.move_to(len(self.text))
            if not self.grow():
                return
        self.move_to(found + 1)

    def _advance(self, count: int) -> None:
        self.move_to(min(self.at + count, len(self.text)))

    def _next_piece(self) -> str:
        try:
            return next(self._pieces, "")
        except UnreadableError as error:
            self.failure = str(error)
            return ""
