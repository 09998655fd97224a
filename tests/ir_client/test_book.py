"""The book: whatever the order of arrival, one right answer."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ir_client.book import AlertBook, ChangeKind
from ir_client.wire.alerts import Alert
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
