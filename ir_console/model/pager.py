"""A long text to look through: wrapped lines, and the places where a word stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ir_client.wire.alerts import Alert
from ir_console.safe_text import safe_block

from .keymap import USUAL, Keymap
from .spans import Line, Span, Tone, wrap

# A megabyte of one line would take longer to wrap than anyone waits.
PAGER_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class Found:
    """The lines in which the search word stands."""

    word: str
    lines: tuple[int, ...]

    def next(self, line: int, step: int) -> int | None:
        """The found line after (step 1) or before (-1) `line`, round the end; None when none."""
        if not self.lines:
            return None
        if step > 0:
            return next((one for one in self.lines if one > line), self.lines[0])
        return next((one for one in reversed(self.lines) if one < line), self.lines[-1])


def alert_pages(alert: Alert, width: int, keymap: Keymap = USUAL) -> list[str]:
    """An alert as JSON, readable, wrapped; hidden characters visible."""
    text = alert.model_dump_json(indent=2)
    lines: list[str] = []
    for line in safe_block(text, PAGER_LIMIT).split("\n"):
        lines.extend(wrap(line, width))
    if len(text) > PAGER_LIMIT:
        export = keymap.key("look.export")
        more = f"{len(text) - PAGER_LIMIT:,} more characters"
        lines.append(f"… and {more}: {export} exports all of it")
    return lines


def find(lines: Sequence[str], word: str) -> Found:
    """Where a word stands, whatever its case."""
    folded = word.casefold()
    hits = [number for number, line in enumerate(lines) if folded and folded in line.casefold()]
    return Found(word, tuple(hits))


def pager_lines(lines: Sequence[str], found: Found, *, chosen: int | None) -> Iterator[Line]:
    """The lines to paint, what was found in another tone."""
    hits = set(found.lines)
    for number, line in enumerate(lines):
        if number not in hits:
            yield _json_line(line)
            continue
        at = line.casefold().find(found.word.casefold())
        end = at + len(found.word)
        tone = Tone.KEY if number == chosen else Tone.WARNING
        yield (Span(line[:at]), Span(line[at:end], tone), Span(line[end:]))


def _json_line(line: str) -> Line:
    name, colon, rest = line.partition('": ')
    if not colon or not name.lstrip().startswith('"'):
        return (Span(line),)
    return (Span(name + '":', Tone.ACCENT), Span(" " + rest))
