"""The counts of the views, held against asking every alert."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ir_console.model.filters import read_filter
from ir_console.model.looking import choose_view, keep_view
from ir_console.model.saved_views import View, ViewList
from ir_console.model.sieve import SearchSize
from ir_console.model.state import Arrival, ConsoleState, Departure, Origin
from ir_console.settings import ViewSettings
from tests.support.builders import NOON, a_user, an_alert

WRITTEN = (
    ViewSettings(name="Lately", filter="received_at > now-2h and is_open: true"),
    ViewSettings(name="Quiet", filter="not updated_at > now-1h or web"),
)
TEXTS = ("web", "severity: high", "received_at < now-3h", "assignee: me and web")


def a_large_state() -> ConsoleState:
    size = SearchSize(at_one_go=4, slice=3, first=3)
    return ConsoleState(moment=NOON, views=ViewList.of(WRITTEN), search_size=size)


def counts_of(state: ConsoleState) -> dict[str, int]:
    names = [view.name for view in state.views.views]
    return dict(zip(names, state.counts.counts, strict=True))


def count_to_the_end(state: ConsoleState) -> None:
    while state.count_on():
        pass


class CountedInSlices(RuleBasedStateMachine):
    """Alerts come, change, go and grow old in the middle of counts."""

    def __init__(self) -> None:
        super().__init__()
        self.state = a_large_state()
        self.revision = 0
        self.counted_at = self.state.moment

    @rule(
        alert_id=st.integers(1, 15),
        status=st.sampled_from(("new", "closed")),
        title=st.sampled_from(("web", "mail")),
        severity=st.sampled_from(("high", "low")),
        owner=st.sampled_from((None, 7, 8)),
        hours=st.integers(0, 30),
    )
    def arrive(
        self, alert_id: int, status: str, title: str, severity: str, owner: int | None, hours: int
    ) -> None:
        self.revision += 1
        alert = an_alert(
            id=alert_id,
            status=status,
            title=title,
            severity=severity,
            assigned_analyst_id=owner,
            received_at=NOON - timedelta(hours=hours),
            updated_at=NOON - timedelta(hours=hours / 2),
            revision=self.revision,
        )
        self.state.take_in([Arrival(alert, Origin.PUSHED)], 0.0)

    @rule(alert_id=st.integers(1, 15))
    def depart(self, alert_id: int) -> None:
        self.revision += 1
        self.state.take_in([Departure(alert_id, self.revision)], 0.0)

    @rule(minutes=st.integers(0, 90))
    def grow_old(self, minutes: int) -> None:
        self.state.moment += timedelta(minutes=minutes)
        self.state.let_filter_age()

    @rule(user_id=st.sampled_from((7, 8)))
    def log_in(self, user_id: int) -> None:
        self.state.meet(a_user(id=user_id, username=f"user{user_id}"))

    @rule(text=st.sampled_from(TEXTS), name=st.sampled_from(("Mine", "Other")))
    def keep(self, text: str, name: str) -> None:
        choose_view(self.state, View("typed", read_filter(text)))
        keep_view(self.state, name)

    @rule()
    def count_on(self) -> None:
        self.state.count_on()

    @rule()
    def in_the_end_all_are_counted(self) -> None:
        count_to_the_end(self.state)
        # One that was under way may have begun before the clock went on.
        self.state.moment += timedelta(seconds=6)
        self.state.let_filter_age()
        count_to_the_end(self.state)
        for view, count in zip(self.state.views.views, self.state.counts.counts, strict=True):
            assert count == len(self.state.find(view.filter)), view.name

    @invariant()
    def what_neither_ages_nor_asks_who_looks_is_always_right(self) -> None:
        if self.state.counts.is_counting:
            return
        for view, count in zip(self.state.views.views, self.state.counts.counts, strict=True):
            if not view.filter.ages:
                assert count == len(self.state.find(view.filter)), view.name


TestCountedInSlices = CountedInSlices.TestCase
TestCountedInSlices.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_count_is_never_begun_anew_while_it_is_under_way() -> None:
    state = a_large_state()
    state.take_in([Arrival(an_alert(id=one), Origin.FETCHED) for one in range(1, 20)], 0.0)
    turns = 0
    while turns < 20:
        state.moment += timedelta(seconds=6)
        state.let_filter_age()
        turns += 1
        if not state.counts.is_counting:
            break
    assert turns < 20


def test_counts_stand_while_they_are_counted_over() -> None:
    state = a_large_state()
    received = NOON - timedelta(hours=25)
    alerts = [an_alert(id=one, status="new", received_at=received) for one in range(1, 11)]
    state.take_in([Arrival(alert, Origin.FETCHED) for alert in alerts], 0.0)
    state.moment += timedelta(minutes=1)
    state.let_filter_age()
    assert state.counts.is_counting
    assert counts_of(state)["Overdue"] == 10


def test_a_view_that_is_kept_leaves_the_counts_of_the_others() -> None:
    state = a_large_state()
    state.take_in([Arrival(an_alert(id=one), Origin.FETCHED) for one in range(1, 11)], 0.0)
    before = state.counts.counts
    choose_view(state, View("typed", read_filter("id < 4")))
    keep_view(state, "Few")
    assert state.counts.counts[: len(before)] == before
    assert state.counts.is_counting
    count_to_the_end(state)
    assert state.counts.counts == [*before, 3]


def test_a_view_that_is_kept_in_the_middle_of_a_count_leaves_nothing_out() -> None:
    state = a_large_state()
    alerts = [an_alert(id=one, status="new", assigned_analyst_id=7) for one in range(1, 11)]
    state.take_in([Arrival(alert, Origin.FETCHED) for alert in alerts], 0.0)
    state.meet(a_user(id=7))
    keep_view(state, "Other")
    count_to_the_end(state)
    assert counts_of(state)["Mine"] == 10
