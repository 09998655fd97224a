"""Marks against a plain set: they follow the id, whatever the table shows."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ir_console.model.filters import read_filter
from ir_console.model.marks import Marks, marks_words
from ir_console.model.state import Arrival, ConsoleState, Departure, Origin
from ir_console.model.views import TableView
from tests.support.builders import an_alert
from tests.support.rows import a_row

ALERT_ID = st.integers(1, 12)


class MarksAgainstASet(RuleBasedStateMachine):
    """Keeps the marks in a set and asks a list of what is shown, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.view = TableView()
        self.marks = Marks(self.view)
        self.shown: set[int] = set()
        self.known: set[int] = set()
        self.naive: set[int] = set()
        self.last: int | None = None

    @rule(alert_id=ALERT_ID, matches=st.booleans())
    def put(self, alert_id: int, matches: bool) -> None:
        self.view.put(a_row(alert_id), matches=matches)
        self.known.add(alert_id)
        (self.shown.add if matches else self.shown.discard)(alert_id)

    @rule(ids=st.sets(ALERT_ID))
    def filter_by(self, ids: set[int]) -> None:
        self.view.show_only(ids)
        self.shown = self.known & ids

    @rule(alert_id=ALERT_ID)
    def toggle(self, alert_id: int) -> None:
        if alert_id in self.shown:
            self.marks.toggle(alert_id)
            self.naive ^= {alert_id}
            self.last = alert_id if alert_id in self.naive else None

    @rule(alert_id=ALERT_ID)
    def mark_range(self, alert_id: int) -> None:
        self.marks.mark_to(alert_id)
        if alert_id in self.shown:
            start = self.last if self.last in self.shown else alert_id
            low, high = sorted((start or 0, alert_id))
            self.naive |= {one for one in self.shown if low <= one <= high}
            self.last = alert_id

    @rule()
    def mark_all(self) -> None:
        self.marks.mark_all()
        self.naive |= self.shown

    @rule()
    def invert(self) -> None:
        self.marks.invert()
        self.naive ^= self.shown

    @rule()
    def clear(self) -> None:
        self.marks.clear()
        self.naive, self.last = set(), None

    @invariant()
    def marks_are_the_same(self) -> None:
        assert {one for one in range(1, 13) if one in self.marks} == self.naive
        assert self.marks.visible == self.naive & self.shown
        assert self.marks.hidden == self.naive - self.shown


TestMarks = MarksAgainstASet.TestCase
TestMarks.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def a_state(*ids: int) -> ConsoleState:
    state = ConsoleState()
    state.viewport.resize(10)
    state.take_in([Arrival(an_alert(id=one), Origin.FETCHED) for one in ids], 0.0)
    state.viewport.move_to_newest()
    return state


def test_space_marks_and_moves_on() -> None:
    state = a_state(1, 2, 3)
    state.mark("one")
    state.mark("one")
    assert state.marks.visible == {3, 2}
    assert state.viewport.cursor == 1


def test_marks_stay_when_alerts_change_and_when_the_filter_hides_them() -> None:
    state = a_state(1, 2, 3)
    state.mark("all")
    state.take_in([Arrival(an_alert(id=2, status="closed", revision=2), Origin.PUSHED)], 0.0)
    state.set_filter(read_filter("status: new"))
    assert marks_words(state.marks) == "3 marked, 1 hidden"
    state.set_filter(read_filter(""))
    assert marks_words(state.marks) == "3 marked"


def test_all_are_those_that_the_filter_shows() -> None:
    state = a_state(1, 2, 3)
    state.set_filter(read_filter("id: (1 or 3)"))
    state.mark("all")
    assert state.marks.visible == {1, 3}


def test_alert_that_left_the_users_sight_is_marked_no_more() -> None:
    state = a_state(1, 2, 3)
    state.mark("all")
    state.viewport.move_to(2)
    state.take_in([Departure(1, revision=4), Departure(2, revision=4)], 0.0)
    state.mark("one")  # the ghost of 2, under the cursor
    assert marks_words(state.marks) == "1 marked"


def test_nothing_marked_says_nothing() -> None:
    assert marks_words(a_state(1).marks) == ""
