"""Times stand for as long as they say."""

from datetime import UTC, datetime, timedelta

import pytest

from ir_client.query.times import RelativeTime, read_time

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "length"),
    [
        ("2026-11-23", "2026-11-23T00:00", timedelta(days=1)),
        ("2026-11-23T10:15", "2026-11-23T10:15", timedelta(minutes=1)),
        ("2026-11-23 10:15:30", "2026-11-23T10:15:30", timedelta(seconds=1)),
        ("2026-11-23T10:15:30.5Z", "2026-11-23T10:15:30.5", timedelta(microseconds=1)),
        ("2026-11-23t10:15-05:30", "2026-11-23T15:45", timedelta(minutes=1)),
        ("now", "2026-11-23T10:00", timedelta(microseconds=1)),
        ("now-90m", "2026-11-23T08:30", timedelta(microseconds=1)),
        ("NOW+1D", "2026-11-24T10:00", timedelta(microseconds=1)),
        ("now-2w", "2026-11-09T10:00", timedelta(microseconds=1)),
    ],
)
def test_a_time_has_a_beginning_and_a_length(text: str, start: str, length: timedelta) -> None:
    begins = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert read_time(text).span(NOW) == (begins, begins + length)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026",
        "2026-13-01",
        "2026-11-23T25:00",
        "2026-11-23T10",
        "2026-11-23T10:15:30.1234567",
        "0001-01-01T00:00+10:00",
        "now-1y",
        "now-1h30m",
        "now -1h",
        "now-5300w",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_time(text)


def test_a_relative_time_is_said_in_its_largest_unit() -> None:
    said = [str(RelativeTime(seconds)) for seconds in (0, -60, 3600, 7200, -86_400, 604_800, 61)]
    assert said == ["now", "now-1m", "now+1h", "now+2h", "now-1d", "now+1w", "now+61s"]
