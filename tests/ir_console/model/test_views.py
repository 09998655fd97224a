"""The table's rows against a naive model: order, counters, filter, ghosts, hold."""

from collections import Counter
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ir_client.wire.values import ALERT_STATUSES, SEVERITIES
from ir_console.model.rows import Row
from ir_console.model.views import TableView
from tests.support.rows import a_row

SEVERITY = st.sampled_from((*SEVERITIES[:3], "weird"))
STATUS = st.sampled_from(ALERT_STATUSES[:3])
ALERT_ID = st.integers(1, 25)

PREDICATES: dict[str, Callable[[Row], bool]] = {
    "everything": lambda _: True,
    "critical": lambda row: row.severity == "critical",
    "not new": lambda row: row.status != "new",
    "a": lambda row: row.title == "a",
    "nothing": lambda _: False,
}


class TableAgainstLists(RuleBasedStateMachine):
    """Keeps the rows in plain dicts and computes everything anew each time."""

    def __init__(self) -> None:
        super().__init__()
        self.view = TableView()
        self.rows: dict[int, Row] = {}
        self.kept: int | None = None
        self.ghosts: set[int] = set()
        self.gone: set[int] = set()
        self.frozen: set[int] | None = None
        self.passes = PREDICATES["everything"]

    def matching(self) -> set[int]:
        known = (row for row in self.rows.values() if row.id not in self.gone)
        return {row.id for row in known if self.passes(row)}

    def let_go(self) -> None:
        for alert_id in self.gone - self.ghosts:
            del self.rows[alert_id]
        self.gone &= self.ghosts

    def shown_before_ghosts(self) -> set[int]:
        if self.frozen is None:
            return self.matching()
        return self.matching() & self.frozen

    @rule(alert_id=ALERT_ID, severity=SEVERITY, status=STATUS, title=st.sampled_from("ab"))
    def put(self, alert_id: int, severity: str, status: str, title: str) -> None:
        was_shown = alert_id in self.shown_before_ghosts() or alert_id in self.ghosts
        row = a_row(alert_id, severity=severity, status=status, title=title)
        self.rows[alert_id] = row
        self.gone.discard(alert_id)
        matches = self.passes(row)
        self.view.put(row, matches=matches, keep=self.kept)
        keeps = alert_id == self.kept or self.frozen is not None or alert_id in self.ghosts
        self.ghosts.discard(alert_id)
        if was_shown and not matches and keeps:
            self.ghosts.add(alert_id)
        if was_shown and matches and self.frozen is not None:
            # A ghost that comes back was on the screen when it was held.
            self.frozen.add(alert_id)

    @rule(alert_id=ALERT_ID)
    def remove(self, alert_id: int) -> None:
        self.rows.pop(alert_id, None)
        self.ghosts.discard(alert_id)
        self.gone.discard(alert_id)
        if self.frozen is not None:
            self.frozen.discard(alert_id)
        self.view.remove(alert_id)

    @rule(alert_id=ALERT_ID)
    def withdraw(self, alert_id: int) -> None:
        was_shown = alert_id in self.shown_before_ghosts() or alert_id in self.ghosts
        self.view.withdraw(alert_id, keep=self.kept)
        if was_shown and (alert_id == self.kept or self.frozen is not None):
            self.ghosts.add(alert_id)
            self.gone.add(alert_id)
            return
        self.rows.pop(alert_id, None)
        if self.frozen is not None:
            self.frozen.discard(alert_id)

    @rule(name=st.sampled_from(sorted(PREDICATES)))
    def filter_by(self, name: str) -> None:
        self.passes = PREDICATES[name]
        self.view.show_only(self.matching(), keep=self.kept)
        if self.frozen is not None:
            self.frozen = self.matching()
        known = self.kept in self.rows
        self.ghosts = {self.kept} - self.matching() if self.kept is not None and known else set()
        self.let_go()

    @rule(alert_id=ALERT_ID)
    def move_cursor(self, alert_id: int) -> None:
        if self.view.index_of(alert_id) is None:
            return
        self.kept = alert_id
        self.view.release_ghosts(keep=alert_id)
        if self.frozen is None:
            self.ghosts &= {alert_id}
            self.let_go()

    @rule()
    def hold(self) -> None:
        if self.frozen is None:
            self.frozen = self.matching()
        self.view.hold()

    @rule()
    def resume(self) -> None:
        if self.frozen is not None:
            self.frozen = None
            self.ghosts &= {self.kept} if self.kept is not None else set()
            self.let_go()
            self.view.resume(keep=self.kept)

    @invariant()
    def rows_are_the_matching_ones_newest_first(self) -> None:
        expected = sorted(self.shown_before_ghosts() | self.ghosts, reverse=True)
        assert [row.id for row in self.view] == expected
        assert [self.view.row_at(i).id for i in range(len(self.view))] == expected
        assert [self.view.index_of(alert_id) for alert_id in expected] == list(range(len(expected)))

    @invariant()
    def rows_say_what_is_known_now(self) -> None:
        assert all(row == self.rows[row.id] for row in self.view)

    @invariant()
    def counters_agree_with_the_rows(self) -> None:
        counted = [row for row in self.view if not self.view.is_ghost(row.id)]
        assert self.view.by_severity() == Counter(row.severity for row in counted)
        assert self.view.by_status() == Counter(row.status for row in counted)
        assert self.view.matching_count == len(counted)

    @invariant()
    def what_is_gone_is_not_counted_as_known(self) -> None:
        assert self.view.known_count == len(self.rows.keys() - self.gone)

    @invariant()
    def what_matches_can_be_told_unless_held(self) -> None:
        known = None if self.frozen is not None else self.matching()
        assert self.view.matching_ids() == known

    @invariant()
    def ghosts_are_marked(self) -> None:
        assert {row.id for row in self.view if self.view.is_ghost(row.id)} == self.ghosts


TestTable = TableAgainstLists.TestCase
TestTable.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_late_alert_is_sorted_in_where_it_belongs() -> None:
    view = TableView()
    for alert_id in (5, 9, 7):
        view.put(a_row(alert_id))
    assert [row.id for row in view] == [9, 7, 5]


def test_newer_than_counts_only_rows_above() -> None:
    view = TableView()
    for alert_id in range(1, 6):
        view.put(a_row(alert_id))
    assert view.newer_than(a_row(3).key) == 2


def test_row_that_stops_matching_without_the_cursor_leaves_at_once() -> None:
    view = TableView()
    view.put(a_row(1))
    view.put(a_row(1, status="triaged", revision=2), matches=False)
    assert len(view) == 0
    assert view.known_count == 1
