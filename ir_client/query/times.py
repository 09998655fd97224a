"""Times in a query: a written time stands for as long as it says, `now-1h` for one instant.

A date is the whole day, `2026-11-23T10:15` the whole minute. So `: 2026-11-23` is that day,
`> 2026-11-23` begins after it, and `<= 2026-11-23` ends with it. Without a zone it is UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_RELATIVE = re.compile(r"now(?:([+-])([0-9]{1,10})([smhdw]))?", re.IGNORECASE)
_WRITTEN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.IGNORECASE,
)
_UNIT_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_MAX_SECONDS = 100 * 366 * 86_400
_INSTANT = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC) - _INSTANT


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A time as it was written: from `start` (in UTC) for `length`."""

    start: datetime
    length: timedelta

    def span(self, _now: datetime) -> tuple[datetime, datetime]:
        """From when to when, the end not included."""
        return self.start, self.start + self.length

    def __str__(self) -> str:
        if self.length == timedelta(days=1):
            return self.start.date().isoformat()
        precision = {timedelta(minutes=1): "minutes", timedelta(seconds=1): "seconds"}
        timespec = precision.get(self.length, "microseconds")
        return self.start.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


@dataclass(frozen=True, slots=True)
class RelativeTime:
    """So many seconds after the present, or before it where they are negative."""

    seconds: int

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """From when to when, the end not included: one instant."""
        try:
            moment = now + timedelta(seconds=self.seconds)
            return moment, moment + _INSTANT
        except OverflowError:
            edge = _FIRST if self.seconds < 0 else _LAST
            return edge, edge + _INSTANT

    def __str__(self) -> str:
        if self.seconds == 0:
            return "now"
        amount = abs(self.seconds)
        unit, size = next(one for one in _UNIT_SECONDS.items() if amount % one[1] == 0)
        return f"now{'-' if self.seconds < 0 else '+'}{amount // size}{unit}"


Time = WrittenTime | RelativeTime


def read_time(text: str) -> Time:
    """A time as a query writes it. Raises ValueError."""
    if relative := _RELATIVE.fullmatch(text):
        return _relative(*relative.groups())
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError("no time")
    seconds, fraction = written.groups()
    try:
        start = datetime.fromisoformat(text.upper())
        start = start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)
        time = WrittenTime(start, _length(text, seconds, fraction))
        time.span(start)
    except OverflowError:
        raise ValueError("a time that no calendar in UTC has") from None
    return time


def _relative(sign: str | None, amount: str | None, unit: str | None) -> RelativeTime:
    if sign is None or amount is None or unit is None:
        return RelativeTime(0)
    seconds = int(amount) * _UNIT_SECONDS[unit.lower()]
    if seconds > _MAX_SECONDS:
        raise ValueError("more than a hundred years")
    return RelativeTime(-seconds if sign == "-" else seconds)


def _length(text: str, seconds: str | None, fraction: str | None) -> timedelta:
    if ":" not in text:
        return timedelta(days=1)
    if fraction is not None:
        return _INSTANT
    return timedelta(seconds=1) if seconds is not None else timedelta(minutes=1)
