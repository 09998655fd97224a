from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.statistics import MOST_STEPS, Statistics
from tests.support.builders import an_alert

NOW = datetime(2026, 11, 28, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def statistics_of(*alerts: dict[str, Any], since: timedelta = 24 * HOUR) -> Statistics:
    counted = Statistics(since=NOW - since, now=NOW)
    for number, fields in enumerate(alerts):
        counted.note(an_alert(id=number, **({"received_at": NOW - HOUR} | fields)))
    return counted


DANA = {"id": 7, "username": "dana"}


def test_times_are_averages_by_severity_and_by_who_has_the_alert() -> None:
    answered = {"first_response_at": NOW - HOUR + timedelta(minutes=10)}
    closed = answered | {"status": "closed", "resolution_at": NOW}
    counted = statistics_of(
        {"severity": "high", "assigned_analyst": DANA} | closed,
        {"severity": "high", "first_response_at": NOW - HOUR + timedelta(minutes=20)},
        {"severity": "low"},
    )
    high, low = counted.severities["high"], counted.severities["low"]
    assert (high.mtta, high.mttr, high.open, high.closed) == (15, 60, 1, 1)
    assert (low.mtta, low.mttr) == (None, None)
    assert (counted.analysts["dana"].mtta, counted.analysts[""].mtta) == (10, 20)
    assert counted.all.unassigned == 2
    document = counted.as_document()
    assert list(document["by_severity"]) == ["high", "low"]
    assert document["by_analyst"]["(nobody)"]["alerts"] == 2


def test_overdue_is_the_servers_word_or_a_day() -> None:
    old = {"received_at": NOW - 25 * HOUR}
    counted = statistics_of(
        old, old | {"is_overdue": False}, old | {"status": "closed"}, {"is_overdue": True}
    )
    assert counted.all.overdue == 2


@given(
    st.lists(st.integers(-100_000, 40_000_000), max_size=20),
    st.integers(1, 40_000_000).map(lambda seconds: timedelta(seconds=seconds)),
)
def test_every_alert_is_in_one_step_of_a_few(ages: list[int], since: timedelta) -> None:
    alerts = [{"received_at": NOW - timedelta(seconds=age)} for age in ages]
    counted = statistics_of(*alerts, since=since)
    assert sum(counted.over_time()) == len(ages)
    assert len(counted.over_time()) == len(counted.over_time("info")) <= MOST_STEPS


@pytest.mark.parametrize(
    ("age", "bar"), [(timedelta(0), 23), (timedelta(minutes=61), 22), (24 * HOUR, 0)]
)
def test_the_last_step_ends_now(age: timedelta, bar: int) -> None:
    counted = statistics_of({"received_at": NOW - age})
    assert counted.step_seconds == 3600
    assert counted.over_time()[bar] == 1
