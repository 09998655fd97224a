"""Text for the screen, with the tone it is said in.

A tone is a meaning, not a colour; themes give it one. Lines are exact: `fit` makes a text as wide
as asked, whatever its characters weigh.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size


class Tone(StrEnum):
    """What a piece of text means to the reader."""

    TEXT = "text"
    STRONG = "strong"
    MUTED = "muted"
    ACCENT = "accent"
    KEY = "key"
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Span(NamedTuple):
    """A piece of one line."""

    text: str
    tone: Tone = Tone.TEXT


Line = tuple[Span, ...]


def width_of(spans: Iterable[Span]) -> int:
    """How many cells the spans take."""
    return sum(_cells(span.text) for span in spans)


def _cells(text: str) -> int:
    # Most texts are plain, and there is one for each cell of the table at each paint.
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int) -> str:
    """Make `text` exactly `width` cells wide, an ellipsis where it was cut."""
    if width <= 0:
        return ""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def fit_right(text: str, width: int) -> str:
    """Like `fit`, the text at the right edge."""
    missing = width - _cells(text)
    return " " * missing + text if missing >= 0 else fit(text, width)


def fit_line(spans: Iterable[Span], width: int) -> Line:
    """Cut or pad a line to exactly `width` cells."""
    fitted: list[Span] = []
    room = width
    for span in spans:
        taken = _cells(span.text)
        if taken > room:
            fitted.append(Span(fit(span.text, room), span.tone))
            return tuple(fitted)
        fitted.append(span)
        room -= taken
    if room:
        fitted.append(Span(" " * room))
    return tuple(fitted)


def spread(left: Line, right: Line, width: int) -> Line:
    """Put `left` and `right` at the two ends of a line; `left` is cut first."""
    right_width = width_of(right)
    if right_width > width:
        return fit_line(right, width)
    return (*fit_line(left, width - right_width), *right)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells, at blanks where there are any.

    A paragraph that begins with blanks stays indented, by half the width at most.
    """
    lines: list[str] = []
    room = max(2, width)
    for paragraph in text.split("\n"):
        words = paragraph.lstrip(" ")
        indent = " " * min(len(paragraph) - len(words), room // 2 - 1) if words else ""
        lines.extend(indent + line for line in _wrap_paragraph(words, room - len(indent)))
    return lines


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in paragraph.split(" "):
        candidate = f"{line} {word}" if line else word
        if cell_len(candidate) <= width:
            line = candidate
            continue
        if line:
            lines.append(line)
        *full, line = chop_cells(word, width) or [""]
        lines.extend(full)
    lines.append(line)
    return lines
