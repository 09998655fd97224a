r"""Texts that a query asks for: literal, or with `*` (anything) and `?` (one character).

Two ways to compare without case, both of which SQL can do as well: fields fold A-Z only, which
is what `LIKE` and `lower()` do in every database; bare text folds everything, because the server
keeps its search text folded already. Finding is linear in the text, whatever the pattern is:
each piece is taken where it first fits and never reconsidered.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import groupby

from .complaints import KEYWORDS

Fold = Callable[[str], str]
Finder = Callable[[str], bool]

_ASCII_LOWER = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
# Before anything else a backslash is itself: Windows paths are what analysts paste.
_ESCAPABLE = frozenset('\\*?"():<>=“”-!')
_TOKEN = re.compile(r"\\(.)|(.)", re.DOTALL)
_PLAIN = re.compile(r"[\w./@%$+,;~#][\w./@%$+,;~#-]*")


class Wild(Enum):
    """What stands for characters that are not given."""

    MANY = "*"
    ONE = "?"


Part = str | Wild


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text to look for; neighbouring literals are one part, and so are neighbouring `*`."""

    parts: tuple[Part, ...]

    @classmethod
    def literal_of(cls, text: str) -> "Pattern":
        return cls((text,))

    @property
    def literal(self) -> str | None:
        """The text, if nothing in it stands for something else."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, str) else None

    @property
    def is_anything(self) -> bool:
        """Whether it is just `*`: then the question is whether there is a value at all."""
        return self.parts == (Wild.MANY,)

    def folded(self, fold: Fold) -> "Pattern":
        return Pattern(tuple(fold(part) if isinstance(part, str) else part for part in self.parts))

    def __str__(self) -> str:
        """The pattern as a query says it."""
        literal = self.literal
        if literal is not None:
            return literal if is_plain(literal) else quoted(literal)
        text = "".join(
            _escaped(part) if isinstance(part, str) else part.value for part in self.parts
        )
        return f"\\{text}" if text[0] in "-!" else text


def is_plain(text: str) -> bool:
    """Whether a text means itself without quotes."""
    return _PLAIN.fullmatch(text) is not None and text.casefold() not in KEYWORDS


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(text: str) -> str:
    r"""What a text between quotes says: `\"` and `\\` are one character, the rest is as it is."""
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def read_pattern(text: str) -> Pattern:
    """A text without quotes, in which `*` and `?` stand for others and a backslash protects."""
    return Pattern(tuple(_merged(_parts(text))))


def fold_ascii(text: str) -> str:
    """The text with A-Z in lower case, and nothing else changed."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


@lru_cache(maxsize=256)
def finder(pattern: Pattern, *, whole: bool) -> Finder:
    """Tells whether a text is like the pattern, or with `whole` False holds something like it.

    Compares exactly: whoever wants to ignore case folds both.
    """
    literal = pattern.literal
    if literal is not None:
        return literal.__eq__ if whole else lambda text: literal in text
    match = re.compile(_expression(pattern.parts, whole=whole), re.DOTALL).match
    return lambda text: match(text) is not None


def _is_escapable(char: str) -> bool:
    return char in _ESCAPABLE or char.isspace()


def _escaped(text: str) -> str:
    # A leading minus or exclamation mark is seen to where the text begins.
    return "".join(f"\\{c}" if c not in "-!" and _is_escapable(c) else c for c in text)


def _parts(text: str) -> Iterable[Part]:
    wild = {one.value: one for one in Wild}
    for escaped, char in _TOKEN.findall(text):
        if escaped:
            yield escaped if _is_escapable(escaped) else f"\\{escaped}"
        else:
            yield wild.get(char, char)


def _merged(parts: Iterable[Part]) -> Iterable[Part]:
    for kind, group in groupby(parts, key=lambda part: part if part is Wild.MANY else type(part)):
        if kind is str:
            yield "".join(part for part in group if isinstance(part, str))
        elif kind is Wild.MANY:
            yield Wild.MANY
        else:
            yield from group


def _expression(parts: tuple[Part, ...], *, whole: bool) -> str:
    if not whole:
        parts = (Wild.MANY, *parts, Wild.MANY)
    pieces = [
        "".join("." if part is Wild.ONE else re.escape(str(part)) for part in group)
        for is_gap, group in groupby(parts, key=lambda part: part is Wild.MANY)
        if not is_gap
    ]
    head = "" if parts[0] is Wild.MANY else pieces.pop(0)
    if parts[-1] is Wild.MANY or not pieces:
        tail = "" if parts[-1] is Wild.MANY else r"\Z"
    else:
        tail = f".*{pieces.pop()}\\Z"
    # An atomic group is not entered again: that is what keeps the search linear.
    return head + "".join(f"(?>.*?{piece})" for piece in pieces) + tail
