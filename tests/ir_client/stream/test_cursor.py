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


def test_after_a_fetch_it_is_where_the_frames_came_to_or_the_pages_were_read() -> None:
    for read_at, told, reached in ((20, 15, 15), (20, 25, 25), (20, None, 20)):
        cursor = live_at(7)
        cursor.freeze()
        cursor.advance(99)  # before the fetch: frames were being lost
        cursor.begin_fetch()
        assert cursor.advance(told) is None
        assert cursor.end_fetch(at(read_at)) == at(reached)
        assert cursor.advance(30) == at(30)


def test_the_old_position_holds_until_a_fetch_has_ended() -> None:
    cursor = live_at(7)
    cursor.freeze()
    cursor.begin_fetch()
    cursor.advance(15)
    assert cursor.position == at(7)
    assert cursor.end_fetch(None) is None
    assert cursor.position == at(7)
    assert cursor.advance(16) is None


def test_another_log_voids_the_position_at_once() -> None:
    cursor = Cursor(at(3))
    cursor.await_fetch("new")
    cursor.forget(new_sight=False)
    assert cursor.position is None
    cursor.begin_fetch()
    assert cursor.end_fetch(at(5, "new")) == at(5, "new")


def test_other_rights_name_an_epoch_that_only_the_pages_know() -> None:
    cursor = live_at(7)
    cursor.forget(new_sight=True)
    cursor.begin_fetch()
    assert cursor.end_fetch(at(9, "e.other-eyes")) == at(9, "e.other-eyes")


def test_pages_of_another_log_than_the_connection_give_no_position() -> None:
    cursor = live_at(7)
    cursor.freeze()
    cursor.begin_fetch()
    assert cursor.end_fetch(at(9, "other")) is None
    assert cursor.position is None
    assert cursor.advance(10) is None
