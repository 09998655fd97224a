"""The cursor stays on its alert, and its alert on its screen line, whatever arrives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ir_console.model.viewport import Mode, Viewport
from ir_console.model.views import TableView
from tests.support.rows import a_row


def a_viewport(rows: int, *, height: int = 5) -> Viewport:
    view = TableView()
    viewport = Viewport(view, height=height)
    receive(viewport, *range(1, rows + 1))
    return viewport


def receive(viewport: Viewport, *alert_ids: int) -> None:
    anchor = viewport.anchor()
    for alert_id in alert_ids:
        viewport.view.put(a_row(alert_id), keep=viewport.cursor)
    viewport.restore(anchor)


def lines(viewport: Viewport) -> list[int | None]:
    rows = [viewport.row_on_line(line) for line in range(viewport.height)]
    return [row.id if row else None for row in rows]


def test_first_alert_gets_the_cursor() -> None:
    assert a_viewport(1).cursor == 1


def test_snapshot_leaves_the_newest_at_the_top_and_follows() -> None:
    viewport = a_viewport(20)
    viewport.move_to_newest()
    assert (viewport.mode, viewport.cursor) == (Mode.FOLLOWING, 20)
    assert lines(viewport) == [20, 19, 18, 17, 16]


def test_following_shows_new_rows_and_keeps_the_cursor_on_its_alert() -> None:
    viewport = a_viewport(20)
    viewport.move_to_newest()
    receive(viewport, 21, 22)
    assert lines(viewport) == [22, 21, 20, 19, 18]
    assert (viewport.cursor, viewport.cursor_line) == (20, 2)


def test_followed_cursor_is_pinned_on_the_last_line() -> None:
    viewport = a_viewport(20)
    viewport.move_to_newest()
    receive(viewport, *range(21, 40))
    assert viewport.is_pinned
    assert lines(viewport) == [39, 38, 37, 36, 20]


def test_moving_a_pinned_cursor_shows_its_true_neighbours() -> None:
    viewport = a_viewport(20)
    viewport.move_to_newest()
    receive(viewport, *range(21, 40))
    viewport.move(-1)
    assert viewport.cursor == 21
    assert lines(viewport) == [24, 23, 22, 21, 20]
    assert viewport.mode is Mode.ANCHORED


def test_anchored_rows_stay_on_their_lines_and_new_ones_are_counted() -> None:
    viewport = a_viewport(20)
    viewport.move_to_newest()
    viewport.move(2)
    before = lines(viewport)
    receive(viewport, 21, 22, 23)
    assert lines(viewport) == before
    assert viewport.cursor_line == 2
    assert viewport.unseen_count == 3


def test_scrolling_up_past_new_rows_makes_them_seen() -> None:
    viewport = a_viewport(20)
    viewport.move_to_newest()
    viewport.move(2)
    receive(viewport, 21, 22, 23)
    viewport.scroll(1)
    assert viewport.unseen_count == 1


def test_following_goes_on_at_the_newest_row() -> None:
    viewport = a_viewport(20)
    viewport.move(3)
    viewport.move_to_newest()
    receive(viewport, 21)
    assert lines(viewport)[0] == 21
    assert viewport.unseen_count == 0


def test_wheel_back_to_the_top_follows_again() -> None:
    viewport = a_viewport(20)
    viewport.scroll(6)
    assert viewport.mode is Mode.ANCHORED
    viewport.scroll(0)
    assert viewport.mode is Mode.FOLLOWING


def test_alert_that_leaves_the_filter_under_the_cursor_stays_until_the_cursor_moves() -> None:
    viewport = a_viewport(10)
    viewport.move_to(7)
    anchor = viewport.anchor()
    viewport.view.put(a_row(7, status="closed", revision=2), matches=False, keep=7)
    viewport.restore(anchor)
    assert viewport.cursor == 7
    assert viewport.view.is_ghost(7)
    viewport.move(1)
    assert viewport.cursor == 6
    assert viewport.view.index_of(7) is None


def test_removed_cursor_alert_hands_the_cursor_to_its_neighbour() -> None:
    viewport = a_viewport(10)
    viewport.move_to(7)
    anchor = viewport.anchor()
    viewport.view.remove(7)
    viewport.restore(anchor)
    assert viewport.cursor == 6


def test_cursor_scrolled_away_is_revealed_before_anything_else() -> None:
    viewport = a_viewport(30)
    viewport.move_to_newest()
    viewport.scroll(15)
    assert viewport.cursor_line is None
    assert viewport.reveal()
    assert viewport.cursor_line == 0
    assert not viewport.reveal()


def test_shrinking_terminal_keeps_the_cursor_on_screen() -> None:
    viewport = a_viewport(30, height=20)
    viewport.move_to_newest()
    viewport.move(15)
    viewport.resize(5)
    assert viewport.cursor_line is not None


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(-30, 30)),
        st.tuples(st.just("scroll"), st.integers(0, 60)),
        st.tuples(st.just("receive"), st.integers(1, 8)),
        st.tuples(st.just("resize"), st.integers(1, 15)),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(MOVES)
def test_arrivals_never_move_the_cursor_nor_its_line_while_anchored(
    moves: list[tuple[str, int]],
) -> None:
    viewport = a_viewport(20)
    newest = 20
    for what, amount in moves:
        cursor, line, mode = viewport.cursor, viewport.cursor_line, viewport.mode
        was_short = len(viewport.view) <= viewport.height
        if what == "receive":
            receive(viewport, *range(newest + 1, newest + amount + 1))
            newest += amount
            assert viewport.cursor == cursor
            if mode is Mode.ANCHORED and line is not None and not was_short:
                assert viewport.cursor_line == line
            if mode is Mode.FOLLOWING:
                assert lines(viewport)[0] == newest or viewport.height == 1
                assert viewport.cursor_line is not None
        elif what == "move":
            viewport.move(amount)
            assert viewport.cursor_line is not None
        elif what == "scroll":
            viewport.scroll(amount)
            assert viewport.cursor == cursor
        else:
            viewport.resize(amount)
        assert 0 <= viewport.top <= max(0, len(viewport.view) - viewport.height)
        assert viewport.unseen_count >= 0
