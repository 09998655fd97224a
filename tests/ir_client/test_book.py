"""The book: whatever the order of arrival, one right answer."""

import gc
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ir_client.book import AlertBook, AlertRow, ChangeKind
from ir_client.wire.alerts import Alert
from ir_client.wire.auth import UserRef
from ir_client.wire.values import ALERT_STATUSES, SEVERITIES
from tests.support.builders import NOON, an_alert

states = st.builds(
    lambda alert_id, revision, severity, status: an_alert(
        id=alert_id,
        revision=revision,
        severity=severity,
        status=status,
        updated_at=NOON + timedelta(seconds=revision),
    ),
    st.integers(1, 4),
    st.integers(1, 6),
    st.sampled_from(SEVERITIES),
    st.sampled_from(ALERT_STATUSES),
)
removals = st.tuples(st.integers(1, 4), st.integers(1, 6))


def naive_state(steps: list[Alert | tuple[int, int]], alert_id: int) -> Alert | None:
    """The first state seen of the highest revision, unless a removal reaches as far."""
    best: Alert | None = None
    removed = 0
    for step in steps:
        if isinstance(step, tuple):
            if step[0] == alert_id:
                removed = max(removed, step[1])
        elif step.id == alert_id:
            assert step.revision is not None
            if best is None or step.revision > (best.revision or 0):
                best = step if step.revision > removed else best
    return best if best is not None and (best.revision or 0) > removed else None


@given(st.lists(states | removals, max_size=40))
def test_the_book_agrees_with_a_naive_model(steps: list[Alert | tuple[int, int]]) -> None:
    book = AlertBook()
    for step in steps:
        if isinstance(step, tuple):
            book.remove(*step)
        else:
            book.apply(step)
    expected = [state for i in range(1, 5) if (state := naive_state(steps, i)) is not None]
    assert {row.id: row.revision for row in book} == {a.id: a.revision for a in expected}
    assert [book.alert(a.id) for a in expected] == expected


@given(st.lists(states | removals, max_size=40))
def test_counters_always_agree_with_the_rows(steps: list[Alert | tuple[int, int]]) -> None:
    book = AlertBook()
    for step in steps:
        if isinstance(step, tuple):
            book.remove(*step)
        else:
            book.apply(step)
    by_status: dict[str, int] = {}
    by_severity: dict[str, int] = {}
    for row in book:
        by_status[row.status] = by_status.get(row.status, 0) + 1
        by_severity[row.severity] = by_severity.get(row.severity, 0) + 1
    assert book.counts.by_status() == by_status
    assert book.counts.by_severity(open_only=False) == by_severity


def test_a_duplicate_is_no_change() -> None:
    book = AlertBook()
    first = book.apply(an_alert())
    assert first is not None
    assert first.kind is ChangeKind.ADDED
    assert book.apply(an_alert()) is None


def test_an_older_state_is_no_change() -> None:
    book = AlertBook()
    book.apply(an_alert(revision=3, status="closed"))
    assert book.apply(an_alert(revision=2, status="new")) is None
    assert book.rows[1].status == "closed"


def test_a_change_names_the_row_before_and_after() -> None:
    book = AlertBook()
    book.apply(an_alert(revision=1))
    change = book.apply(an_alert(revision=2, status="closed"))
    assert change is not None
    assert change.before is not None
    assert change.after is not None
    assert (change.before.status, change.after.status) == ("new", "closed")


def test_without_revisions_the_later_time_wins() -> None:
    book = AlertBook()
    book.apply(an_alert(revision=None, updated_at=NOON + timedelta(seconds=1), status="closed"))
    assert book.apply(an_alert(revision=None, updated_at=NOON)) is None


def test_without_revisions_a_different_state_of_the_same_instant_wins() -> None:
    book = AlertBook()
    book.apply(an_alert(revision=None))
    assert book.apply(an_alert(revision=None)) is None
    change = book.apply(an_alert(revision=None, status="closed"))
    assert change is not None
    assert change.kind is ChangeKind.UPDATED


def test_a_late_frame_does_not_bring_back_a_removed_alert() -> None:
    book = AlertBook()
    book.apply(an_alert(revision=3))
    book.remove(1, revision=4)
    assert book.apply(an_alert(revision=3)) is None
    assert 1 not in book
    assert book.apply(an_alert(revision=5)) is not None


def test_closed_alerts_are_left_out_of_the_open_counters() -> None:
    book = AlertBook()
    book.load([an_alert(id=1), an_alert(id=2, status="closed"), an_alert(id=3, severity="odd")])
    assert book.counts.by_severity(open_only=True) == {"high": 1, "odd": 1}


def test_a_row_says_what_its_alert_says() -> None:
    offset = timezone(timedelta(hours=2))
    alert = an_alert(
        detected_at=datetime(2026, 3, 1, 9, tzinfo=offset),
        received_at=datetime(2026, 3, 1, 8, tzinfo=offset),
        assigned_analyst=UserRef(id=3, username="dana"),
        tags=("one", "two"),
        source_ip="10.0.0.1",
        destination_ip="10.0.0.2",
        occurrences=4,
    )
    row = AlertRow.of(alert)
    assert row.assigned_to == "dana"
    named = {name: getattr(alert, name) for name in AlertRow._fields if name != "assigned_to"}
    assert row._asdict() == named | {"assigned_to": "dana"}


def test_rows_can_be_looked_up_and_walked_through() -> None:
    book = AlertBook()
    book.load([an_alert(id=2), an_alert(id=1)])
    assert list(book.rows) == [2, 1]
    assert [row.id for row in book] == [2, 1]
    assert (len(book.rows), book.rows[1].id, 3 in book.rows) == (2, 1, False)


def test_what_the_book_holds_is_passed_over_by_the_collector() -> None:
    book = AlertBook()
    book.load(an_alert(id=number, tags=("a", f"b{number}")) for number in range(200))
    gc.collect()  # one collection finds out that tags refer to nothing, the next one rows
    gc.collect()
    assert not any(map(gc.is_tracked, book._rows.values()))


plain_states = st.builds(
    lambda alert_id, second, status: an_alert(
        id=alert_id, revision=None, status=status, updated_at=NOON + timedelta(seconds=second)
    ),
    st.integers(1, 3),
    st.integers(0, 4),
    st.sampled_from(ALERT_STATUSES),
)


@given(st.lists(plain_states, max_size=40))
def test_without_revisions_the_book_agrees_with_the_last_state_of_the_latest_moment(
    steps: list[Alert],
) -> None:
    book = AlertBook()
    book.load(steps)
    latest: dict[int, Alert] = {}
    for state in sorted(steps, key=lambda one: one.updated_at):  # keeps the order of a moment
        latest[state.id] = state
    assert {row.id: book.alert(row.id) for row in book} == latest


@given(st.lists(states | removals, max_size=40))
def test_changes_retell_the_book(steps: list[Alert | tuple[int, int]]) -> None:
    book, retold = AlertBook(), dict[int, AlertRow]()
    for step in steps:
        change = book.remove(*step) if isinstance(step, tuple) else book.apply(step)
        if change is None:
            continue
        assert change.before == retold.get(change.id)
        if change.after is None:
            del retold[change.id]
        else:
            retold[change.id] = change.after
    assert retold == dict(book.rows)
