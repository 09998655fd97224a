"""Very many alerts are searched in slices: what is shown in the end is what passes."""

import itertools
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ir_console.model.arranging import PLAIN, Arrangement, Sort
from ir_console.model.filters import EVERYTHING, read_filter
from ir_console.model.rows import Row
from ir_console.model.sieve import SearchSize
from ir_console.model.state import Arrival, ConsoleState, Departure, Origin
from tests.support.builders import NOON, an_alert

FILTERS = ("", "severity: high", "severity: high and web", "web", "not web", "nothing", "id > 9")
ARRANGEMENTS = (
    PLAIN,
    Arrangement(Sort("severity")),
    Arrangement(Sort("host", is_reversed=True)),
    Arrangement(Sort("updated"), "host"),
)
SMALL_SLICES = SearchSize(at_one_go=4, slice=3, first=3)


def a_large_state(*, seconds_a_look: float = 1.0) -> ConsoleState:
    """One that usually has searched long enough as soon as it has searched anything."""
    looks = itertools.count()
    return ConsoleState(
        moment=NOON,
        search_size=SMALL_SLICES,
        clock=lambda: next(looks) * seconds_a_look,
    )


class SearchedInSlices(RuleBasedStateMachine):
    """Alerts come, change and go in the middle of searches."""

    def __init__(self) -> None:
        super().__init__()
        self.state = a_large_state()
        self.revision = 0

    @rule(
        alert_id=st.integers(1, 30),
        severity=st.sampled_from(("high", "low")),
        title=st.sampled_from(("web", "mail")),
        host=st.sampled_from(("a", "b", None)),
        origin=st.sampled_from((Origin.FETCHED, Origin.PUSHED)),
    )
    def arrive(self, alert_id: int, severity: str, title: str, host: str, origin: Origin) -> None:
        self.revision += 1
        alert = an_alert(
            id=alert_id,
            severity=severity,
            title=title,
            affected_hostname=host,
            revision=self.revision,
        )
        self.state.take_in([Arrival(alert, origin)], 0.0)

    @rule(alert_id=st.integers(1, 30))
    def depart(self, alert_id: int) -> None:
        self.revision += 1
        self.state.take_in([Departure(alert_id, self.revision)], 0.0)

    @rule(text=st.sampled_from(FILTERS))
    def filter_by(self, text: str) -> None:
        cursor = self.state.viewport.cursor
        passes = cursor in self.state.find(read_filter(text))
        self.state.set_filter(read_filter(text))
        assert self.state.viewport.cursor == cursor or not passes
        assert not (passes and cursor is not None and self.state.view.is_ghost(cursor))

    @rule(arrangement=st.sampled_from(ARRANGEMENTS))
    def arrange(self, arrangement: Arrangement) -> None:
        self.state.arrange(arrangement)

    @rule()
    def unfold(self) -> None:
        self.state.toggle_fold(everything=True)

    @rule()
    def search_on(self) -> None:
        self.state.search_on()

    @rule()
    def ask_again(self) -> None:
        self.state.sieve.ask_again(now=NOON, me=None)

    @rule(rows=st.integers(-5, 5))
    def move(self, rows: int) -> None:
        self.state.viewport.move(rows)

    @rule()
    def in_the_end_all_that_passes_is_shown_and_nothing_else(self) -> None:
        self.state.search_on(to_the_end=True)
        assert self.state.sieve.searched_share == 1.0
        assert self.state.view.shown_matching() == self.state.find(self.state.filter)

    @invariant()
    def nothing_is_shown_that_does_not_pass(self) -> None:
        assert self.state.view.shown_matching() <= self.state.find(self.state.filter)

    @invariant()
    def rows_stand_in_order_and_know_their_lines(self) -> None:
        view = self.state.view
        keys = [row.key for row in view]
        assert keys == sorted(keys, reverse=True)
        assert all(view.index_of(view.row_at(i).id) == i for i in range(len(view)))

    @invariant()
    def a_sorted_table_is_sorted_once_it_settles(self) -> None:
        if self.state.view.arrangement != ARRANGEMENTS[1] or self.state.view.misplaced_count:
            return
        rows = [self.state.view.row_at(i) for i in range(len(self.state.view))]
        keys = [(row.severity, -row.id) for row in rows if isinstance(row, Row)]
        assert keys == sorted(keys)

    @invariant()
    def counters_agree_with_the_rows(self) -> None:
        view = self.state.view
        counted = [row for row in view if not view.is_ghost(row.id)]
        assert view.by_severity() == Counter(row.severity for row in counted)


TestSearchedInSlices = SearchedInSlices.TestCase
TestSearchedInSlices.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def arrive(state: ConsoleState, *ids: int) -> None:
    state.take_in([Arrival(an_alert(id=one), Origin.FETCHED) for one in ids], 0.0)


def test_the_newest_are_shown_at_once_and_older_ones_join_them() -> None:
    state = a_large_state()
    arrive(state, *range(1, 11))
    state.viewport.follow()
    state.set_filter(read_filter("id > 1"))
    assert [row.id for row in state.view] == [10, 9, 8]
    assert state.sieve.searched_share == 0.3
    assert state.search_on()
    assert [row.id for row in state.view] == [10, 9, 8, 7, 6, 5]
    state.search_on(to_the_end=True)
    assert [row.id for row in state.view] == list(range(10, 1, -1))
    assert not state.search_on()


def test_a_stroke_searches_on_while_there_is_time_for_it() -> None:
    state = a_large_state(seconds_a_look=0.0003)
    arrive(state, *range(1, 5001))
    state.set_filter(read_filter("id > 1"))
    shown = state.view.matching_count
    assert 3 < shown < 4999
    assert state.sieve.take_turn()
    assert shown < state.view.matching_count
    while state.sieve.take_turn():
        pass
    assert state.view.matching_count == 4999


def test_without_a_clock_all_are_searched_at_once() -> None:
    state = ConsoleState(moment=NOON, search_size=SMALL_SLICES)
    arrive(state, *range(1, 11))
    state.set_filter(read_filter("id > 1"))
    assert (state.view.matching_count, state.sieve.is_searching) == (9, False)


def test_a_word_that_the_newest_do_not_have_changes_nothing_while_it_may_become_a_name() -> None:
    state = a_large_state()
    arrive(state, *range(1, 11))
    state.set_filter(read_filter("zebra"), unless_empty=True)
    assert (state.filter, state.sieve.is_searching) == (EVERYTHING, False)


def test_what_is_marked_as_all_is_all() -> None:
    state = a_large_state()
    arrive(state, *range(1, 11))
    state.set_filter(read_filter("id < 9"))
    state.mark("all")
    assert len(state.marks) == 8


def test_a_filter_that_ages_does_not_empty_the_table() -> None:
    state = a_large_state()
    arrive(state, *range(1, 11))
    state.set_filter(read_filter("received_at > now-1h"))
    state.search_on(to_the_end=True)
    before = len(state.view)
    state.moment = state.moment.replace(minute=30)
    assert state.let_filter_age()
    assert len(state.view) == before
    state.search_on(to_the_end=True)
    assert state.view.shown_matching() == state.find(state.filter)


def test_an_alert_that_is_still_to_be_searched_can_leave() -> None:
    state = a_large_state()
    arrive(state, *range(1, 6))
    state.arrange(Arrangement(Sort("severity")))
    state.take_in([Departure(2, 9)], 0.0)
    state.search_on(to_the_end=True)
    assert state.view.shown_matching() == {1, 3, 4, 5}


def test_an_alert_that_comes_while_a_sort_is_under_way_stays() -> None:
    state = a_large_state()
    arrive(state, *range(2, 7))
    state.arrange(Arrangement(Sort("severity")))
    arrive(state, 1)
    state.search_on(to_the_end=True)
    assert state.view.shown_matching() == {1, 2, 3, 4, 5, 6}


def test_an_alert_that_left_under_the_cursor_is_not_searched() -> None:
    state = a_large_state()
    arrive(state, *range(1, 8))
    state.viewport.move_to(6)
    state.take_in([Departure(6, 9)], 0.0)
    state.set_filter(read_filter("suspicious"))
    state.search_on(to_the_end=True)
    assert state.view.shown_matching() == {1, 2, 3, 4, 5, 7}
