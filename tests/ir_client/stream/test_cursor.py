"""A position never passes what was not delivered. See decisions/0007."""

from ir_client.stream.cursor import Cursor
from ir_client.wire.cursor import StreamPosition


def at(seq: int, epoch: str = "e") -> StreamPosition:
    return StreamPosition(epoch, seq)


def live_at(seq: int) -> Cursor:
    cursor = Cursor()
    cursor.begin("e", seq)
    return cursor


def test_it_begins_where_the_first_connection_does_and_moves_with_the_frames() -> None:
    cursor = live_at(7)
    assert cursor.position == at(7)
    assert cursor.advance(7) is None
    assert cursor.advance(9) == cursor.position == at(9)


def test_a_frame_without_a_seq_moves_nothing() -> None:
    cursor = live_at(7)
    assert cursor.advance(None) is None
    assert cursor.position == at(7)


def test_a_position_that_was_kept_is_where_it_resumes() -> None:
    cursor = Cursor(at(3))
    cursor.resume("e")
    assert cursor.advance(4) == at(4)


def test_lost_frames_freeze_it_so_that_a_resume_brings_them() -> None:
    cursor = live_at(7)
    cursor.freeze()
    assert cursor.advance(12) is None
    cursor.resume("e")
    assert cursor.position == at(7)
    assert cursor.advance(8) == at(8)


def test_after_a_fetch_it_is_where_the_frames_came_to_also_if_the_pages_came_further() -> None:
    # An alert that a late frame showed may be gone from the pages: its removal is after the frame.
    for told in (15, 25):
        cursor = live_at(7)
        cursor.freeze()
        assert cursor.advance(told) is None
        assert cursor.end_fetch(at(20)) == at(told)
        assert cursor.advance(30) == at(30)


def test_where_no_frame_came_the_pages_say_it() -> None:
    cursor = Cursor()
    cursor.await_fetch("e")
    assert cursor.end_fetch(at(20)) == at(20)
    assert cursor.advance(18) == at(18)


def test_the_old_position_holds_until_a_fetch_has_ended() -> None:
    cursor = live_at(7)
    cursor.freeze()
    cursor.advance(15)
    assert cursor.position == at(7)
    cursor.resume("e")
    assert cursor.advance(8) == at(8)


def test_a_fetch_that_may_not_be_made_still_lets_it_go_on() -> None:
    cursor = live_at(7)
    cursor.freeze()
    cursor.advance(15)
    assert cursor.end_fetch(None) == at(15)


def test_another_log_voids_the_position_at_once() -> None:
    cursor = Cursor(at(3))
    cursor.await_fetch("new")
    cursor.forget(epoch="new")
    assert cursor.position is None
    cursor.advance(4)
    assert cursor.end_fetch(at(5, "new")) == at(4, "new")


def test_other_rights_that_the_server_does_not_name_are_those_of_the_pages() -> None:
    cursor = live_at(7)
    cursor.forget(epoch=None)
    assert cursor.end_fetch(None) is None
    assert cursor.end_fetch(at(9, "e.other-eyes")) == at(9, "e.other-eyes")


def test_pages_of_newer_rights_do_not_name_those_by_which_the_connection_tells() -> None:
    for cursor in (live_at(7), Cursor(at(7, "e.before"))):
        cursor.forget(epoch="e")
        cursor.advance(8)
        assert cursor.end_fetch(at(9, "e.later")) == at(8)
        assert cursor.advance(10) == at(10)
