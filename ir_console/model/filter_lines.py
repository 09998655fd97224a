"""The line under the filter: where a mistake is and what to write, or what may be meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from ir_client.errors import QueryError
from ir_console.safe_text import safe_text

from .completion import Completion
from .keymap import USUAL, Keymap
from .spans import Line, Span, Tone, fit, fit_line, width_of

_EXAMPLES = ("severity >= high", "host: web-*", "not status: closed", "assignee: me", "-beacon")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A place in the typed text, and what is wrong there."""

    start: int
    length: int
    words: str
    hint: str

    @classmethod
    def of(cls, error: QueryError) -> "Mistake":
        words = str(error).rpartition(" (at ")[0]
        return cls(
            error.position, max(1, error.length), safe_text(words, 120), safe_text(error.hint, 200)
        )

    def is_unfinished(self, text: str) -> bool:
        """Whether it may be mended by typing on: it is at the end, or something is still open."""
        is_open = text[self.start : self.start + 1] in ("(", '"')
        return is_open or self.start + self.length >= len(text.rstrip())


def completion_line(found: Completion, chosen: int, width: int, keymap: Keymap = USUAL) -> Line:
    """The texts that may be meant, one of them chosen; those that do not fit are left out."""
    spans: list[Span] = [Span(f" {keymap.key('filter.complete')} ", Tone.KEY)]
    # Once around, so that the chosen one is always on the line.
    texts = [text.strip() for text in found.texts]
    for position in range(len(texts)):
        at = (chosen + position) % len(texts)
        span = Span(f" {texts[at]} ", Tone.MUTED)
        if at == chosen:
            span = Span(f"[{texts[at]}]", Tone.STRONG)
        if width_of([*spans, span]) > width - 1:
            break
        spans.append(span)
    another = Span(f"  {keymap.key('filter.next')} another", Tone.MUTED)
    if len(texts) > 1 and width_of([*spans, another]) + 1 <= width:
        spans.append(another)
    return tuple(spans)


def mistake_line(mistake: Mistake, *, column: int, width: int) -> Line:
    """Marks at `column`, under what is meant, and beside them what to write.

    Rather all of the hint than the beginning of a complaint: what does not fit beside the marks is
    said without the complaint, and if need be without the marks.
    """
    marks = "^" * max(1, min(mistake.length, width - column - 1))
    first = _first_sentence(mistake.hint)
    complaint = f"{mistake.words}. {mistake.hint}"
    behind, before = width - column - len(marks) - 2, column - 2
    for said in (complaint, f"{mistake.words}. {first}", first):
        room = cell_len(said)
        if 0 < room <= behind:
            left = (Span(" " * column), Span(marks, Tone.ERROR))
            return (*left, Span(" "), Span(said, Tone.WARNING))
        if 0 < room <= before:
            left = (Span(" " * (column - 1 - room)), Span(said, Tone.WARNING))
            return (*left, Span(" "), Span(marks, Tone.ERROR))
    whole = complaint if cell_len(complaint) <= width - 2 or not first else mistake.hint
    return (Span(" "), Span(fit(whole, width - 2).rstrip(), Tone.WARNING))


def _first_sentence(hint: str) -> str:
    """What a hint says first, which is what helps most."""
    found = re.match(r".*?[.?](?= )", hint)
    return found[0] if found else hint


def example_line(width: int) -> Line:
    """What one may write, while nothing is written."""
    spans: list[Span] = [Span("   ", Tone.MUTED), Span("words, or", Tone.MUTED)]
    for text in _EXAMPLES:
        more = (Span("  "), Span(text, Tone.KEY))
        if width_of([*spans, *more]) > width - 1:
            break
        spans += more
    return tuple(spans)


def count_words(
    matching: int,
    known: int,
    *,
    searched: float = 1.0,
    is_mistaken: bool,
    room: int,
    keymap: Keymap = USUAL,
) -> str:
    """How much passes, and by which filter; `searched` is the share that was looked at."""
    count = f"{matching:,} of {known:,}"
    if searched < 1.0:
        return f"{count}, {searched:.0%} searched"
    if is_mistaken:
        return f"{count} as before" if room >= 60 else count
    give_up = keymap.key("filter.give_up")
    return f"{count} · Enter keeps · {give_up} undoes" if room >= 60 else count


def bar_line(
    text: str,
    mistake: Mistake | None,
    found: Completion,
    *,
    chosen: int,
    column: int,
    width: int,
    keymap: Keymap = USUAL,
) -> Line:
    """What the line under the filter says; `column` is where the mistake stands on the screen."""
    if not text.strip():
        return example_line(width)
    if mistake is not None and not (found.texts and mistake.is_unfinished(text)):
        return mistake_line(mistake, column=column, width=width)
    if found.texts:
        return completion_line(found, chosen, width, keymap)
    return fit_line((Span("   Ctrl-U", Tone.KEY), Span(" empties the line", Tone.MUTED)), width)


def chosen_text(found: Completion, chosen: int) -> str:
    """What Tab puts in."""
    texts: Sequence[str] = found.texts
    return texts[chosen % len(texts)] if texts else ""
