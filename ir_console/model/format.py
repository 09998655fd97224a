"""Write numbers, ages and times in the few cells a table has."""

from datetime import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def short_age(seconds: float) -> str:
    """An age of at most four cells: `now`, `12s`, `3m`, `5h`, `12d`, `2y`."""
    whole = int(max(0, seconds))
    if whole < 1:
        return "now"
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    if whole < 1000 * _DAY:
        return f"{whole // _DAY}d"
    return f"{whole // (365 * _DAY)}y"


def long_age(seconds: float) -> str:
    """An age in words of two units: `38 s`, `4 min 10 s`, `3 h 20 min`, `2 d 5 h`."""
    whole = int(max(0, seconds))
    for unit, name, smaller, smaller_name in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // smaller
            return (
                f"{whole // unit} {name} {rest} {smaller_name}"
                if rest
                else f"{whole // unit} {name}"
            )
    return f"{whole} s"


def short_count(count: int) -> str:
    """A count of at most five cells: `999`, `2.4k`, `38k`, `1.2M`."""
    if count < 1000:
        return str(count)
    if count < 10_000:
        return f"{count // 100 / 10:.1f}k"
    if count < 1_000_000:
        return f"{count // 1000}k"
    return f"{count // 100_000 / 10:.1f}M"


def plural(count: int, noun: str) -> str:
    """`1 alert`, `2 alerts`, `12,000 alerts`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def moment(time: datetime) -> str:
    """A time as people compare it: date, time to the second, UTC."""
    return f"{time:%Y-%m-%d %H:%M:%S}Z"


def rate(per_second: float) -> str:
    """A rate: `0/s`, `2.1/s`, `340/s`, `1.2k/s`."""
    if 0 < per_second < 10:
        return f"{per_second:.1f}/s"
    return f"{short_count(round(per_second))}/s"
