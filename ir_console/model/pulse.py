"""How many alerts came in each minute, by severity, and what that looks like in one line."""

from collections import Counter, deque
from collections.abc import Sequence

from ir_client.wire.values import SEVERITIES

from .format import short_count
from .looks import severity_look
from .spans import Line, Span, Tone, fit_line, width_of

_MINUTE = 60
_MOST_MINUTES = 240
_BARS = "·▁▂▃▄▅▆▇█"
_LEAST_BARS = 6


class Pulse:
    """Counts by the minute in which the server received an alert; the last four hours."""

    def __init__(self) -> None:
        self._minutes: dict[int, Counter[str]] = {}
        self._order: deque[int] = deque()
        self._newest = 0

    def note(self, received: float, severity: str) -> None:
        """Take in one alert, whenever it was received (seconds of the day's clock)."""
        minute = int(received // _MINUTE)
        self._newest = max(self._newest, minute)
        if minute <= self._newest - _MOST_MINUTES:
            return
        counts = self._minutes.get(minute)
        if counts is None:
            counts = self._minutes[minute] = Counter()
            self._order.append(minute)
            self._forget()
        counts[severity] += 1

    def last(self, minutes: int, now: float, severity: str) -> list[int]:
        """The counts of so many minutes up to now, the present one last."""
        present = int(now // _MINUTE)
        first = present - minutes + 1
        return [self._count(minute, severity) for minute in range(first, present + 1)]

    def _count(self, minute: int, severity: str) -> int:
        counts = self._minutes.get(minute)
        return 0 if counts is None else counts[severity]

    def _forget(self) -> None:
        # Ids come in any order: what is too old goes when it is met.
        for _ in range(len(self._order)):
            if len(self._order) <= _MOST_MINUTES:
                return
            minute = self._order.popleft()
            if minute > self._newest - _MOST_MINUTES:
                self._order.append(minute)
            else:
                del self._minutes[minute]


def sparkline(counts: Sequence[int], most: int) -> str:
    """A bar of one cell for each count; `most` is a full one. What is not nothing is seen."""
    top = len(_BARS) - 1
    return "".join(
        _BARS[0] if count <= 0 else _BARS[max(1, min(top, round(count * top / max(1, most))))]
        for count in counts
    )


def pulse_line(pulse: Pulse, now: float, width: int) -> Line:
    """Alerts a minute by severity: for each its last minutes and how many in the present one."""
    room = (width - len(" a minute  ")) // len(SEVERITIES)
    minutes = max(_LEAST_BARS, min(60, room - 10))
    spans: list[Span] = [Span(" a minute  ", Tone.MUTED)]
    for severity in SEVERITIES:
        look, counts = severity_look(severity), pulse.last(minutes, now, severity)
        tone = look.tone if any(counts) else Tone.MUTED
        bars = sparkline(counts, max(4, *counts))
        piece = (
            Span(look.short, tone),
            Span(f" {bars}", Tone.TEXT if tone is Tone.MUTED else _bar_tone(tone)),
            Span(f" {short_count(counts[-1]):<6}", Tone.MUTED),
        )
        if width_of(spans) + width_of(piece) > width:
            break
        spans.extend(piece)
    return fit_line(spans, width)


def _bar_tone(tone: Tone) -> Tone:
    # Critical stands on a ground of its own, which would fill the blanks between the bars.
    return Tone.ERROR if tone is Tone.CRITICAL else tone
