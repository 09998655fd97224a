"""Toasts as lines: where there is a corner for them, and where there is not.

What went wrong is wrapped, so that its last words, which say what to do, can be read; everything
else is short, or can be looked up in the table, and is cut at the edge.
"""

from collections.abc import Sequence

from .spans import Line, Span, Tone, fit, wrap
from .toasts import Toast

_MUST_BE_READ = frozenset({Tone.ERROR, Tone.WARNING})
_MOST_LINES_OF_A_TEXT = 4
_MOST_LINES_WHERE_ROOM_IS_SCARCE = 3


def must_be_read(toast: Toast) -> bool:
    """Whether a toast is about something that did not work, and not news."""
    return toast.tone in _MUST_BE_READ


def corner_lines(toasts: Sequence[Toast], width: int) -> tuple[Line, ...]:
    """The toasts one below the other, each with an edge."""
    lines: list[Line] = []
    for toast in toasts:
        edge = Span("▌ ", toast.tone if toast.tone is not Tone.CRITICAL else Tone.ERROR)
        room, most = width - 2, _MOST_LINES_OF_A_TEXT if must_be_read(toast) else 1
        for span in (Span(toast.headline, toast.tone), Span(toast.detail, Tone.MUTED)):
            lines.extend((edge, piece) for piece in _wrapped(span, room, most))
    return tuple(lines)


def trouble_lines(toasts: Sequence[Toast], width: int) -> tuple[Line, ...]:
    """Those that must be read, over the whole width of a terminal without a corner."""
    return tuple(
        (Span(" "), piece)
        for toast in toasts
        if must_be_read(toast)
        for span in (Span(toast.headline, toast.tone), Span(toast.detail))
        for piece in _wrapped(span, width - 2, _MOST_LINES_WHERE_ROOM_IS_SCARCE)
    )


def news_strip(toasts: Sequence[Toast]) -> Line:
    """The others in one line; nothing when there are none."""
    spans: list[Span] = []
    for toast in toasts:
        if must_be_read(toast):
            continue
        spans.append(Span("  │  ", Tone.MUTED) if spans else Span(" "))
        spans.append(Span(toast.headline, toast.tone))
        if toast.detail:
            spans.append(Span(f" · {toast.detail}", Tone.MUTED))
    return tuple(spans)


def _wrapped(span: Span, width: int, most: int) -> list[Span]:
    if not span.text:
        return []
    if most == 1:
        return [span]
    lines = wrap(span.text, width)
    if len(lines) > most:
        lines[most - 1 :] = [fit(" ".join(lines[most - 1 :]), width)]
    return [Span(line, span.tone) for line in lines]
