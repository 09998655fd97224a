"""One place takes in what arrives: rows, counters, toasts and cursor stay together."""

from datetime import timedelta
from typing import Any

from ir_console.model.filters import EVERYTHING, read_filter
from ir_console.model.state import Arrival, ConsoleState, Departure, Origin
from ir_console.model.stepping import move_to_severity
from tests.support.builders import NOON, a_user, an_alert


def arrive(state: ConsoleState, *ids: int, at: float = 0.0, **fields: Any) -> None:
    origin = fields.pop("origin", Origin.PUSHED_NEW)
    state.take_in([Arrival(an_alert(id=i, **fields), origin) for i in ids], at)


def test_counters_and_rows_change_together() -> None:
    state = ConsoleState()
    arrive(state, 1, 2, 3)
    arrive(state, 2, status="closed", revision=2, origin=Origin.PUSHED)
    assert state.view.by_status() == {"new": 2, "closed": 1}
    assert state.book.counts.by_status() == {"new": 2, "closed": 1}


def test_stale_state_changes_nothing() -> None:
    state = ConsoleState()
    arrive(state, 1, status="closed", revision=3)
    frame = state.take_in([Arrival(an_alert(id=1, revision=2), Origin.FETCHED)], 0.0)
    assert frame.changed == frozenset()
    assert state.view.by_status() == {"closed": 1}


def test_fetched_alerts_are_neither_announced_nor_flashed() -> None:
    state = ConsoleState()
    arrive(state, 1, 2, origin=Origin.FETCHED, severity="critical")
    assert state.toasts.visible(0.0) == ()
    assert not state.is_fresh(1)


def test_pushed_alerts_flash_for_a_moment() -> None:
    state = ConsoleState()
    arrive(state, 1)
    assert state.is_fresh(1)
    assert state.forget_stale_flashes(10.0)
    assert not state.is_fresh(1)


def test_backlog_is_summed_up_when_caught_up() -> None:
    state = ConsoleState()
    arrive(state, 1, 2, 3, origin=Origin.BACKFILLED)
    assert state.toasts.visible(0.0) == ()
    state.caught_up(0.0)
    (toast,) = state.toasts.visible(0.0)
    assert toast.headline == "While away: 3 new alerts"


def test_next_critical_skips_what_is_closed() -> None:
    state = ConsoleState()
    arrive(state, 4, severity="low")
    arrive(state, 3, severity="critical", status="closed")
    arrive(state, 2, severity="critical")
    arrive(state, 1, severity="low")
    state.viewport.move_to(4)
    assert move_to_severity(state.viewport, "critical", 1)
    assert state.viewport.cursor == 2
    assert not move_to_severity(state.viewport, "critical", 1)


def test_rate_is_that_of_the_last_ten_seconds() -> None:
    state = ConsoleState()
    arrive(state, *range(1, 21), at=0.0)
    assert state.alerts_per_second(5.0) == 2.0
    assert state.alerts_per_second(11.0) == 0.0


def test_alert_that_left_the_users_sight_leaves_rows_counters_and_book() -> None:
    state = ConsoleState()
    arrive(state, 1, 2, 3)
    frame = state.take_in([Departure(2, revision=4)], 0.0)
    assert frame.changed == {2}
    assert [row.id for row in state.view] == [3, 1]
    assert state.view.by_status() == {"new": 2}
    assert 2 not in state.book
    assert not state.is_fresh(2)


def test_alert_under_the_cursor_that_left_stays_as_a_ghost_until_the_cursor_moves() -> None:
    state = ConsoleState()
    arrive(state, 1, 2, 3)
    state.viewport.move_to(2)
    state.take_in([Departure(2, revision=4)], 0.0)
    assert state.viewport.cursor == 2
    assert state.view.is_gone(2)
    assert state.view.by_status() == {"new": 2}
    state.viewport.move_to(3)
    assert [row.id for row in state.view] == [3, 1]


def test_departure_that_is_older_than_the_known_state_changes_nothing() -> None:
    state = ConsoleState()
    arrive(state, 1, revision=5)
    assert state.take_in([Departure(1, revision=4)], 0.0).changed == frozenset()
    assert 1 in state.book


def test_alert_that_came_back_is_a_row_again() -> None:
    state = ConsoleState()
    arrive(state, 1)
    state.viewport.move_to(1)
    state.take_in([Departure(1, revision=2)], 0.0)
    arrive(state, 1, revision=3)
    assert not state.view.is_ghost(1)
    assert state.view.by_status() == {"new": 1}


def filter_by(state: ConsoleState, text: str) -> list[int]:
    state.set_filter(read_filter(text))
    return [row.id for row in state.view]


def test_typing_on_finds_what_asking_anew_would_find() -> None:
    state = ConsoleState()
    for number, title in enumerate(("power", "powershell", "shell", "pow")):
        arrive(state, number, title=title)
    state.viewport.cursor = None
    for end in range(1, len("powershell") + 1):
        text = "powershell"[:end]
        fresh = state.corpus.find(read_filter(text), now=state.moment, me=None)
        assert set(filter_by(state, text)) - {state.viewport.cursor} <= fresh


def test_alert_is_found_by_what_its_present_state_says() -> None:
    state = ConsoleState()
    arrive(state, 1, 2, title="beacon")
    assert filter_by(state, "beacon") == [2, 1]
    arrive(state, 1, title="printer", revision=2, origin=Origin.PUSHED)
    arrive(state, 3, title="Beacon")
    assert [row.id for row in state.view] == [3, 2]


def test_alert_that_left_the_users_sight_is_not_found() -> None:
    state = ConsoleState()
    arrive(state, 1, 2)
    state.take_in([Departure(1, revision=4)], 0.0)
    assert filter_by(state, "suspicious or id: 1") == [2]


def test_me_is_whoever_is_logged_in() -> None:
    state = ConsoleState()
    arrive(state, 1, 2, assigned_analyst_id=7)
    arrive(state, 3)
    filter_by(state, "assignee: me")
    assert state.view.matching_ids() == set()
    state.meet(a_user(id=7))
    assert state.view.matching_ids() == {1, 2}


def test_alert_grows_too_old_for_the_filter() -> None:
    state = ConsoleState(moment=NOON)
    arrive(state, 1, 2, received_at=NOON - timedelta(minutes=59))
    arrive(state, 3, received_at=NOON)
    assert filter_by(state, "received_at > now-1h") == [3, 2, 1]
    assert not state.let_filter_age()
    state.moment = NOON + timedelta(minutes=2)
    assert state.let_filter_age()
    assert state.view.matching_ids() == {3}


def test_word_that_finds_nothing_changes_nothing_while_it_may_become_a_name() -> None:
    state = ConsoleState()
    arrive(state, 1, 2)
    state.set_filter(read_filter("sever"), unless_empty=True)
    assert (state.filter, len(state.view)) == (EVERYTHING, 2)
    state.set_filter(read_filter("suspicious"), unless_empty=True)
    assert state.filter.text == "suspicious"
