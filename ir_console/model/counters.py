"""The line of counters: severities, then statuses, in whatever words the width allows."""

from collections.abc import Callable, Mapping, Sequence

from ir_client.wire.values import ALERT_STATUSES, SEVERITIES

from .format import short_count
from .looks import severity_look, short_status_word, status_tone, status_word
from .spans import Line, Span, Tone, fit_line, width_of

_GAP = "  "


def counter_line(by_severity: Mapping[str, int], by_status: Mapping[str, int], width: int) -> Line:
    """All counters in `width` cells: words first, then letters, then fewer statuses."""
    for words in (True, False):
        severities = _severities(by_severity, words=words)
        for status_words in (status_word, short_status_word):
            line = _compose(severities, _statuses(by_status, status_words), width)
            if line is not None:
                return line
    shown = list(_statuses(by_status, short_status_word))
    while shown:
        shown.pop()
        line = _compose(severities, [*shown, (Span("…", Tone.MUTED),)], width)
        if line is not None:
            return line
    return fit_line((Span(" "), *_join(severities)), width)


def _compose(severities: Sequence[Line], statuses: Sequence[Line], width: int) -> Line | None:
    left: Line = (Span(" "), *_join(severities))
    right: Line = (*_join(statuses), Span(" "))
    gap = width - width_of(left) - width_of(right)
    return (*left, Span(" " * gap), *right) if gap >= 3 else None


def _severities(counts: Mapping[str, int], *, words: bool) -> list[Line]:
    return [
        _severity(severity, counts.get(severity, 0), words=words)
        for severity in _known_first(SEVERITIES, counts)
    ]


def _severity(severity: str, count: int, *, words: bool) -> Line:
    look = severity_look(severity)
    tone = look.tone if count else Tone.MUTED
    name = f"{look.mark} {look.word}" if words else look.short
    number = Span(f" {short_count(count)}", Tone.STRONG if count else Tone.MUTED)
    return (Span(name, tone), number)


def _statuses(counts: Mapping[str, int], word: Callable[[str], str]) -> list[Line]:
    present = [status for status in _known_first(ALERT_STATUSES, counts) if counts.get(status)]
    return [
        (
            Span(f"{word(status)} ", Tone.MUTED),
            Span(short_count(counts[status]), status_tone(status)),
        )
        for status in present
    ]


def _known_first(known: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    return [*known, *sorted(value for value in counts if value not in known)]


def _join(lines: Sequence[Line]) -> Line:
    joined: list[Span] = []
    for line in lines:
        if joined:
            joined.append(Span(_GAP))
        joined.extend(line)
    return tuple(joined)
