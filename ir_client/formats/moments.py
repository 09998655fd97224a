"""Read a time as SIEMs write it; everything becomes UTC.

Takes ISO 8601 with `T` or a blank, with or without a zone (without one it is UTC), with more digits
of a second than Python keeps; Unix times in seconds, milliseconds, microseconds or nanoseconds,
told apart by their size; `YYYYMMDDhhmmss`; `MM/DD/YYYY hh:mm:ss [AM|PM]`;
`Mar 24 2018 14:37:19[.000] [zone]`; and RFC 2822.
Years before 1990 and behind 2199 are refused: a Unix time of 0, or of seconds read as
milliseconds, is no time.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ir_client.wire.base import as_utc

from .outcomes import RecordError, quoted

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Seconds have ten digits until 2286; three digits more are the next unit.
_UNITS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))

_DIGITS_OF_A_DATE = 14

_NUMBER = re.compile(r"\d{9,20}(?:\.\d+)?")
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")
_SHORT_ZONE = re.compile(r"([+-]\d\d)$")
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d+)?"
    r"(?:\s*(?P<half>[AaPp])[Mm])?(?:\s+(?P<zone>\S+))?"
)
_WRITTEN = tuple(
    re.compile(rf"{date}\s+{_CLOCK}")
    for date in (
        r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}),?",
        r"(?P<month>[A-Za-z]{3})\s+(?P<day>\d{1,2})\s+(?P<year>\d{4})",
        r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
    )
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        start=1,
    )
}
_HALF_A_DAY = 12
_ZONES = {"UTC": "+0000", "GMT": "+0000", "Z": "+0000"}


def read_moment(value: object) -> datetime:
    """The time that `value` says, in UTC; raises RecordError quoting a value that says none."""
    try:
        moment = _moment(value)
    except (ValueError, OverflowError, TypeError):
        raise _unreadable(value) from None
    if not _EARLIEST <= moment < _LATEST:
        raise _unreadable(value)
    return moment


def _unreadable(value: object) -> RecordError:
    return RecordError(f"its time is {quoted(value)}; write it like 2018-03-24T14:37:19+00:00")


def _moment(value: object) -> datetime:
    if isinstance(value, bool):
        raise TypeError("a truth is no time")
    if isinstance(value, int | float):
        return _from_epoch(value)
    if not isinstance(value, str):
        raise TypeError("no time")
    text = value.strip()
    if len(text) == _DIGITS_OF_A_DATE and text.isdigit():
        # As milliseconds, it would be behind 2286.
        return as_utc(datetime.strptime(text, "%Y%m%d%H%M%S"))  # noqa: DTZ007 # as_utc gives it
    if _NUMBER.fullmatch(text):
        return _from_epoch(float(text) if "." in text else int(text))
    for iso in (str, _isoformat):
        with suppress(ValueError):
            return as_utc(datetime.fromisoformat(iso(text)))
    return _from_words(text)


def _from_epoch(number: float) -> datetime:
    for limit, a_second in _UNITS:
        if number < limit:
            # Divided as a whole, nanoseconds would be more digits than a float has.
            whole, rest = divmod(number, a_second)
            return _EPOCH + timedelta(seconds=whole, microseconds=round(rest * 10**6 / a_second))
    raise ValueError("too large")


def _isoformat(text: str) -> str:
    if text.endswith("z"):
        text = f"{text[:-1]}Z"
    text = text.removesuffix(" UTC").removesuffix(" GMT").removesuffix(" Z")
    text = _LONG_FRACTION.sub(r"\1", text).replace(" +", "+").replace(" -", "-")
    return _SHORT_ZONE.sub(r"\1:00", text) if "T" in text or " " in text else text


def _from_words(text: str) -> datetime:
    for pattern in _WRITTEN:
        if written := pattern.fullmatch(text):
            return as_utc(datetime.fromisoformat(_of_parts(**written.groupdict())))
    return as_utc(parsedate_to_datetime(text))


def _of_parts(
    *,
    year: str,
    month: str,
    day: str,
    hour: str,
    minute: str,
    second: str,
    fraction: str | None,
    half: str | None,
    zone: str | None,
) -> str:
    """The parts of a time, as ISO 8601 writes them."""
    number = int(hour)
    if half:
        if number > _HALF_A_DAY:
            raise ValueError("no hour of half a day")
        number = number % _HALF_A_DAY + (_HALF_A_DAY if half in "Pp" else 0)
    named = _MONTHS[month.lower()] if month.lower() in _MONTHS else int(month)
    at = f"{number:02}:{minute}:{second}{(fraction or '')[:7]}"
    return f"{year}-{named:02}-{int(day):02}T{at}{_ZONES.get(zone or '', zone or '')}"
