"""The lines around the table, at every width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.columns import GUTTER, header_line, plan_columns, row_line
from ir_console.model.counters import counter_line
from ir_console.model.filters import read_filter
from ir_console.model.help import help_lines
from ir_console.model.keys import ALL_KEYS, KEYS
from ir_console.model.layout import Layout, is_too_small, layout_for
from ir_console.model.link import Bar, BarLook
from ir_console.model.spans import Line, Span, width_of
from ir_console.model.state import ConsoleState
from ir_console.model.status_line import hints_line, reader_hints, status_line, with_lifelines
from ir_console.model.top_line import top_line
from tests.support.builders import a_user
from tests.support.rows import a_row

WILD = ["漢字" * 40, "e\u0301" * 50, "\u202egnp.exe", "👩‍👩‍👧 family", "x" * 400, "", "a\nb\x1b[2J"]


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize("width", range(20, 241))
def test_rows_and_labels_are_exactly_as_wide_as_the_table(width: int) -> None:
    columns = plan_columns(width)
    assert width_of(header_line(columns)) + GUTTER == width
    for text in WILD:
        row = a_row(7, title=text, affected_hostname=text, source=text, severity=text or "?")
        assert width_of(row_line(row, columns, 0.0)) + GUTTER == width


def test_narrow_tables_keep_severity_and_title() -> None:
    assert [column.name for column in plan_columns(30)] == ["severity", "title"]


def test_title_gets_what_is_left() -> None:
    widths = {column.name: column.width for column in plan_columns(200)}
    assert widths["title"] > 80


def test_repeated_alert_says_how_often() -> None:
    assert "Login ×3" in text_of(row_line(a_row(title="Login", occurrences=3), plan_columns(99), 0))


COUNTS = st.dictionaries(
    st.sampled_from(("critical", "high", "medium", "low", "info", "odd")), st.integers(0, 2 * 10**6)
)


@given(COUNTS, st.integers(60, 240))
def test_counters_fill_the_line_exactly(counts: dict[str, int], width: int) -> None:
    line = counter_line(counts, {"new": 12, "closed": 3, "odd": 1}, width)
    assert width_of(line) == width


def test_counters_show_every_severity_at_every_width() -> None:
    for width in (60, 80, 120, 200):
        said = text_of(counter_line({"critical": 12, "high": 48}, {"new": 60}, width))
        assert "C 12" in said or "Critical 12" in said
        assert "I 0" in said or "Info 0" in said


def test_counters_show_severities_nobody_knows_yet() -> None:
    assert "Apocalyptic 2" in text_of(counter_line({"apocalyptic": 2}, {}, 160))


def a_state(rows: int) -> ConsoleState:
    state = ConsoleState()
    for number in range(1, rows + 1):
        state.view.put(a_row(number))
    state.viewport.resize(5)
    state.viewport.move_to_newest()
    state.viewport.restore(state.viewport.anchor())
    return state


def test_status_line_says_what_is_new_above() -> None:
    state = a_state(20)
    state.viewport.move(3)
    anchor = state.viewport.anchor()
    state.view.put(a_row(21))
    state.viewport.restore(anchor)
    assert text_of(status_line(state, 80)).startswith(" ▲ 1 new · f shows them")
    assert text_of(status_line(state, 80)).endswith("5 of 21 ")


def test_status_line_shows_the_filter_and_what_it_leaves() -> None:
    state = a_state(20)
    state.set_filter(read_filter("id: 7"))
    assert "/ id: 7  0 of 20 alerts" in text_of(status_line(state, 80))


def test_status_line_says_that_the_display_is_held() -> None:
    state = a_state(20)
    state.toggle_hold()
    state.view.put(a_row(30))
    assert "‖ Held · 1 waiting · = lets them in" in text_of(status_line(state, 80))


def test_bottom_line_always_leads_to_help_and_out() -> None:
    for width in range(20, 200):
        news = with_lifelines((Span(" ▲ High  " + "Beacon" * 40),), width)
        for line in (hints_line(width), hints_line(width, reader_hints()), news):
            assert width_of(line) == width
            assert text_of(line).endswith(" ? help  q quit ")
            assert text_of(line).count("quit") == 1


def test_reader_says_how_to_leave_it_on_the_smallest_terminal() -> None:
    assert "Esc back" in text_of(hints_line(60, reader_hints()))


def test_trouble_takes_the_whole_top_line() -> None:
    calm = Bar(BarLook.CALM, (Span("● Live"),))
    alarm = Bar(BarLook.ALARM, (Span("◌ Reconnecting"),))
    given = {"profile": "prod", "me": a_user(), "is_read_only": True, "width": 80}
    assert text_of(top_line(calm, **given)).endswith("READ-ONLY prod  dana · analyst ")  # type: ignore[arg-type]
    assert "dana" not in text_of(top_line(alarm, **given))  # type: ignore[arg-type]


def test_help_names_every_key() -> None:
    said = "\n".join(text_of(line) for line in help_lines("", 80))
    assert all(use.words.split(",")[0][:20] in said for use in ALL_KEYS)


def test_help_is_searched_by_words() -> None:
    said = [text_of(line) for line in help_lines("comment", 80)]
    assert any("write a comment" in line for line in said)
    assert not any("palette" in line for line in said)


def test_help_says_when_it_knows_nothing() -> None:
    assert "Nothing about" in text_of(help_lines("xyzzy", 80)[0])


def test_no_key_does_two_things() -> None:
    keys = [key for use in KEYS for key in use.keys.split(",")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("size", "layout"),
    [
        ((80, 24), Layout.COMPACT),
        ((120, 40), Layout.STACKED),
        ((120, 24), Layout.COMPACT),
        ((160, 50), Layout.SPLIT),
        ((200, 60), Layout.WIDE),
    ],
)
def test_layout_follows_the_size(size: tuple[int, int], layout: Layout) -> None:
    assert layout_for(*size) is layout


def test_sixty_by_fifteen_is_enough() -> None:
    assert not is_too_small(60, 15)
    assert is_too_small(59, 15)
    assert is_too_small(60, 14)


def test_marks_and_filter_and_place_have_room_on_a_small_terminal() -> None:
    state = a_state(20)
    state.viewport.move(3)
    state.mark("all")
    said = text_of(status_line(state, 80))
    assert said.startswith(" ■ Staying   ● 20 marked ")
    assert said.endswith(" 4 of 20 ")
    assert width_of(status_line(state, 60)) == 60
