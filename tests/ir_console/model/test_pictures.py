"""The alerts from afar: clocks, minutes, lists of the most frequent, the shift."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.book import AlertBook
from ir_client.query import parse
from ir_client.wire.overview import AlertStats
from ir_console.model.columns import plan_columns, row_line
from ir_console.model.pulse import Pulse, pulse_line, sparkline
from ir_console.model.rows import seen_again
from ir_console.model.shift import Figures, Shift, figures_of, figures_of_server, shift_lines
from ir_console.model.sla import sla_look
from ir_console.model.spans import Line, Tone, width_of
from ir_console.model.state import Arrival, ConsoleState, Origin
from ir_console.model.tops import Top, top_lines
from tests.support.builders import NOON, an_alert
from tests.support.rows import a_row

HOUR, DAY = 3600.0, 86_400.0
NOW = NOON.timestamp()


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("age", "sign", "tone", "left"),
    [
        (HOUR, " ", Tone.MUTED, "22h"),
        (12.5 * HOUR, "◔", Tone.TEXT, "11h"),
        (20.5 * HOUR, "◑", Tone.WARNING, "3h"),
        (23.5 * HOUR, "◕", Tone.ERROR, "29m"),
        (DAY, "!", Tone.ERROR, "+1s"),
        (26.5 * HOUR, "!", Tone.ERROR, "+2h"),
        (900 * DAY, "!", Tone.ERROR, "899d"),
    ],
)
def test_clock_of_an_open_alert_grows_louder(age: float, sign: str, tone: Tone, left: str) -> None:
    look = sla_look(a_row(0), NOW + age + 1)
    assert (look.sign, look.tone, look.left) == (sign, tone, left)


def test_clock_of_a_closed_alert_has_stopped() -> None:
    assert sla_look(a_row(0, status="closed"), NOW + 9 * DAY).left == ""


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_row_that_is_late_says_so_at_every_width_without_colour(width: int) -> None:
    assert "!" in text_of(row_line(a_row(0), plan_columns(width), NOW + 2 * DAY))


def test_alert_that_repeats_after_closing_is_seen_again() -> None:
    closed = {"status": "closed", "closed_at": NOON, "last_seen_at": NOON + timedelta(minutes=1)}
    assert seen_again(an_alert(**closed))
    assert not seen_again(an_alert(**closed | {"status": "new"}))
    assert not seen_again(an_alert(**closed | {"last_seen_at": NOON}))
    assert not seen_again(an_alert(status="closed"))


def test_seen_again_is_a_sign_and_a_message() -> None:
    state = ConsoleState()
    fields = {"status": "closed", "closed_at": NOON, "rule_name": "Beacon"}
    later = NOON + timedelta(minutes=1)
    state.take_in([Arrival(an_alert(id=1, **fields), Origin.FETCHED)], 0.0)
    again = an_alert(id=1, revision=2, occurrences=2, last_seen_at=later, **fields)
    state.take_in([Arrival(again, Origin.PUSHED)], 1.0)
    (toast,) = state.toasts.visible(1.0)
    assert toast.headline == "▲ High  ↻ again after closing: Beacon"
    row = state.view.get(1)
    assert row is not None
    assert "↻ Suspicious" in text_of(row_line(row, plan_columns(120), NOW))
    renamed = an_alert(id=1, revision=3, occurrences=2, last_seen_at=later, team="x", **fields)
    state.toasts.dismiss()
    state.take_in([Arrival(renamed, Origin.PUSHED)], 2.0)
    assert state.toasts.visible(2.0) == ()


MINUTES = st.lists(st.tuples(st.integers(0, 600), st.sampled_from(("high", "low"))), max_size=80)


@given(MINUTES)
def test_minutes_are_counted_like_a_naive_count(arrivals: list[tuple[int, str]]) -> None:
    pulse = Pulse()
    for minute, severity in arrivals:
        pulse.note(minute * 60.0 + 1, severity)
    newest = max((minute for minute, _ in arrivals), default=0)
    naive = Counter(minute for minute, severity in arrivals if severity == "high")
    asked = pulse.last(60, newest * 60.0 + 59, "high")
    assert asked == [naive[minute] for minute in range(newest - 59, newest + 1)]
    assert len(pulse._minutes) <= 241


@pytest.mark.parametrize("width", range(60, 241, 7))
def test_line_of_minutes_fills_its_width(width: int) -> None:
    pulse = Pulse()
    for number in range(500):
        pulse.note(NOW - number * 20, ("critical", "high", "low")[number % 3])
    line = pulse_line(pulse, NOW, width)
    assert width_of(line) == width
    assert "◆C" in text_of(line)


def test_one_alert_among_thousands_is_seen() -> None:
    assert sparkline([0, 1, 5000, 10_000], 10_000) == "·▁▄█"


def test_most_frequent_are_listed_and_can_be_asked_for() -> None:
    top = Top.of_counts("Rules", "rule_name", Counter({'a "b"': 9, "c": 3, "d\x1b": 1}), 2)
    assert (top.values, top.of) == ((('a "b"', 9), ("c", 3)), 3)
    assert parse(top.query('a "b"')).matches(an_alert(rule_name='a "b"'), now=NOON)


@pytest.mark.parametrize("width", [24, 36, 80])
def test_lists_fit_and_are_safe(width: int) -> None:
    wild = Counter({"漢字" * 40: 5, "\x1b[2J": 99_999, "x": 1})
    lines = list(top_lines([Top.of_counts("Hosts", "host", wild, 5)], width))
    assert all(width_of(line) <= width for line in lines)
    assert "\x1b" not in "".join(map(text_of, lines))


def a_book() -> AlertBook:
    book = AlertBook()
    minute = timedelta(minutes=1)
    book.apply(an_alert(id=1, received_at=NOON - timedelta(hours=30), severity="critical"))
    book.apply(an_alert(id=2, assigned_analyst_id=7, first_response_at=NOON + 4 * minute))
    book.apply(
        an_alert(
            id=3,
            status="closed",
            first_response_at=NOON + 2 * minute,
            resolution_at=NOON + 60 * minute,
        )
    )
    return book


def test_figures_are_of_what_is_loaded() -> None:
    book = a_book()
    answered = [alert for number in (2, 3) if (alert := book.alert(number)) is not None]
    figures = figures_of(book.bare_rows(), answered, NOON)
    assert (figures.open, figures.overdue, figures.unassigned) == (2, 1, 1)
    assert figures.by_severity == {"critical": 1, "high": 1}
    assert (figures.mtta, figures.mttr) == (3.0, 60.0)
    assert figures.oldest is not None
    assert figures.oldest.alert_id == 1


@pytest.mark.parametrize("width", [50, 80])
def test_shift_says_whose_figures_they_are(width: int) -> None:
    mine = figures_of(a_book().bare_rows(), (), NOON)
    stats = AlertStats(open=1234, overdue=5, by_severity={"odd": 3}, average_time_to_resolution=90)
    shift = Shift(figures_of_server(stats, mine.oldest), mine, 3, "dana", NOON)
    lines = shift_lines(shift, width)
    assert all(width_of(line) <= max(width, 56) for line in lines)
    text = "\n".join(map(text_of, lines))
    for words in ("1,234", "! Overdue", "1 h 30 min", "1 d 6 h  #1", "Odd", "the server’s figures"):
        assert words in text
    plain = "\n".join(map(text_of, shift_lines(replace(shift, problem="no such thing"), 80)))
    assert "All figures are of the 3 alerts loaded here" in plain


def test_nothing_to_average_is_a_dash() -> None:
    lines = shift_lines(Shift(Figures(), Figures(), 0, "", NOON), 80)
    said = "\n".join(map(text_of, lines))
    assert "(MTTA)" + " " * 18 + "–" in said
    assert "Oldest open" + " " * 15 + "none" in said
