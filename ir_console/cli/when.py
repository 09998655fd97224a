"""Times as they are given on the command line: `8h` ago, or a moment, in UTC without a zone."""

import re
import time
from datetime import UTC, datetime, timedelta

from .exits import UsageProblem

TIME_HELP = "like 8h or 7d (ago), or 2026-03-01T12:00 (UTC)"

_SPAN = re.compile(r"([0-9]{1,6})(min|[smhdw])")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


def moment_given(text: str, now: datetime) -> datetime:
    """The moment that is meant. Raises UsageProblem."""
    from ir_client.wire.base import as_utc

    try:
        if found := _SPAN.fullmatch(text.strip()):
            return now - timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise UsageProblem(
            f"{text} is not a time",
            hint="Write 8h or 7d (ago), 2026-03-01T12:00 or 2026-03-01T12:00+01:00.",
        ) from None
