from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.wire.values import ALERT_STATUSES, CLOSED_STATUSES
from server_stub.domain.clocks import (
    AlertClocks,
    after_move,
    instant,
    is_overdue,
    minutes_between,
    moment_of,
)
from tests.support.builders import NOON

NOW = instant(NOON)
LATER = instant(NOON + timedelta(minutes=90))

moments = st.datetimes(
    min_value=datetime(1970, 1, 2), max_value=datetime(9990, 1, 1), timezones=st.just(UTC)
)


@given(moments, moments)
def test_instants_sort_as_the_times_they_say(one: datetime, other: datetime) -> None:
    assert (instant(one) < instant(other)) == (one < other)


@given(moments)
def test_an_instant_says_its_time_exactly(moment: datetime) -> None:
    assert moment_of(instant(moment)) == moment


def test_an_instant_is_in_utc_whatever_the_zone_was() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert instant(there) == "2026-03-01T12:00:00.000000Z"


def test_the_first_move_out_of_new_is_remembered_for_ever() -> None:
    answered = after_move(AlertClocks(), before="new", after="triaged", now=NOW)
    back = after_move(answered, before="triaged", after="new", now=LATER)
    again = after_move(back, before="new", after="triaged", now=LATER)
    assert again.first_response_at == NOW


def test_closing_sets_the_clocks_and_reopening_clears_them() -> None:
    closed = after_move(AlertClocks(), before="new", after="resolved", now=NOW)
    assert (closed.resolution_at, closed.closed_at) == (NOW, NOW)
    reopened = after_move(closed, before="resolved", after="investigating", now=LATER)
    assert (reopened.resolution_at, reopened.closed_at) == (None, None)


def test_moving_between_closing_statuses_keeps_when_it_was_closed() -> None:
    closed = after_move(AlertClocks(), before="new", after="resolved", now=NOW)
    assert after_move(closed, before="resolved", after="closed", now=LATER).closed_at == NOW


def test_containment_is_the_time_of_the_move_to_contained() -> None:
    contained = after_move(AlertClocks(), before="triaged", after="contained", now=NOW)
    assert contained.containment_at == NOW


@given(st.sampled_from(ALERT_STATUSES), st.sampled_from(ALERT_STATUSES))
def test_a_closed_alert_has_a_closing_time_and_an_open_one_has_none(
    before: str, after: str
) -> None:
    start = after_move(AlertClocks(), before="new", after=before, now=NOW)
    moved = after_move(start, before=before, after=after, now=LATER)
    assert (moved.closed_at is not None) == (after in CLOSED_STATUSES)


@pytest.mark.parametrize(
    ("status", "hours", "overdue"), [("new", 25, True), ("new", 23, False), ("closed", 99, False)]
)
def test_open_alerts_are_overdue_after_a_day(status: str, hours: int, overdue: bool) -> None:
    received_at = instant(NOON - timedelta(hours=hours))
    assert is_overdue(status, received_at=received_at, now=NOON) is overdue


def test_minutes_are_counted_to_a_hundredth() -> None:
    assert minutes_between(NOW, instant(NOON + timedelta(seconds=100))) == 1.67
    assert minutes_between(NOW, None) is None
