from hypothesis import given
from hypothesis import strategies as st

from server_stub.domain.backlog import Backlog, Change, Subject, Topic, Word


def alert(number: int) -> Subject:
    return Subject(Topic.ALERT, number)


def a_backlog(max_changes: int = 100, max_answer_bytes: int = 1_000) -> Backlog:
    return Backlog(max_changes=max_changes, max_answer_bytes=max_answer_bytes)


def drained(backlog: Backlog) -> list[tuple[Subject, Word]]:
    told = []
    while entry := backlog.next_change():
        subject, change = entry
        told.append((subject, change.word))
        backlog.done(subject)
    return told


def test_changes_leave_in_the_order_in_which_their_subjects_became_dirty() -> None:
    backlog = a_backlog()
    for seq, number in enumerate([3, 1, 2, 3, 1]):
        backlog.mark(alert(number), Change(Word.ALERT_UPDATED, seq))
    assert [subject.id for subject, _ in drained(backlog)] == [3, 1, 2]


def test_a_new_alert_that_changes_while_it_waits_is_still_a_new_alert() -> None:
    backlog = a_backlog()
    backlog.mark(alert(1), Change(Word.NEW_ALERT, 1))
    backlog.mark(alert(1), Change(Word.ALERT_UPDATED, 2))
    assert drained(backlog) == [(alert(1), Word.NEW_ALERT)]


def test_a_change_after_the_last_one_left_is_told_again() -> None:
    backlog = a_backlog()
    backlog.mark(alert(1), Change(Word.NEW_ALERT, 1))
    drained(backlog)
    backlog.mark(alert(1), Change(Word.ALERT_UPDATED, 2))
    assert drained(backlog) == [(alert(1), Word.ALERT_UPDATED)]


def test_a_full_backlog_refuses_new_subjects_but_not_those_that_wait() -> None:
    backlog = a_backlog(max_changes=2)
    assert backlog.mark(alert(1), Change(Word.NEW_ALERT, 1))
    assert backlog.mark(alert(2), Change(Word.NEW_ALERT, 2))
    assert not backlog.mark(alert(3), Change(Word.NEW_ALERT, 3))
    assert backlog.mark(alert(1), Change(Word.ALERT_UPDATED, 4))


def test_answers_leave_in_their_order() -> None:
    backlog = a_backlog()
    backlog.answer(b"first")
    backlog.answer(b"second")
    assert [backlog.next_answer(), backlog.next_answer(), backlog.next_answer()] == [
        b"first",
        b"second",
        None,
    ]


def test_answers_that_are_not_read_are_refused_at_the_byte_limit() -> None:
    backlog = a_backlog(max_answer_bytes=10)
    assert backlog.answer(b"12345678")
    assert not backlog.answer(b"123")
    backlog.next_answer()
    assert backlog.answer(b"123")


def test_one_answer_above_the_limit_passes_an_empty_lane() -> None:
    assert a_backlog(max_answer_bytes=10).answer(b"x" * 11)


def test_the_oldest_seq_is_that_of_the_first_change_that_waits() -> None:
    backlog = a_backlog()
    assert backlog.oldest_seq is None
    backlog.mark(alert(1), Change(Word.NEW_ALERT, 7))
    backlog.mark(alert(2), Change(Word.NEW_ALERT, 8))
    backlog.mark(alert(1), Change(Word.ALERT_UPDATED, 9))
    assert backlog.oldest_seq == 7
    backlog.done(alert(1))
    assert backlog.oldest_seq == 8


def test_a_notice_is_carried_by_its_incident() -> None:
    assert Subject(Topic.NOTICE, 4).carrier == Subject(Topic.INCIDENT, 4)
    assert Subject(Topic.ALERT, 4).carrier == Subject(Topic.ALERT, 4)


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=60), st.integers(1, 10))
def test_every_dirty_subject_leaves_exactly_once_and_memory_is_bounded(
    steps: list[tuple[int, bool]], max_changes: int
) -> None:
    """Whatever the mix of marks and takes: nobody is forgotten, and nobody waits twice."""
    backlog = a_backlog(max_changes=max_changes)
    dirty: list[int] = []
    for seq, (number, takes) in enumerate(steps):
        taken = backlog.mark(alert(number), Change(Word.ALERT_UPDATED, seq))
        assert taken == (number in dirty or len(dirty) < max_changes)
        if taken and number not in dirty:
            dirty.append(number)
        if takes and (entry := backlog.next_change()):
            assert entry[0].id == dirty.pop(0)
            backlog.done(entry[0])
        assert len(backlog) == len(dirty) <= max_changes
    assert [subject.id for subject, _ in drained(backlog)] == dirty
