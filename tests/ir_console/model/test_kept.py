"""Mutes and reminders: when they begin and end, and what outlives the console."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.kept import Kept, edited, read_kept, written
from ir_console.model.mutes import Mute, Mutes
from ir_console.model.reminders import Reminder, Reminders
from ir_console.model.state import Arrival, ConsoleState, Origin
from ir_console.model.times import clock_time, end_of
from tests.support.builders import NOON, an_alert

LATER = NOON + timedelta(hours=1)
EAST = timezone(timedelta(hours=9))


def a_mute(query: str = "severity: high", until: datetime = LATER) -> Mute:
    mute = Mute.read("that", query, until)
    assert mute is not None
    return mute


def new(*alerts: object) -> list[Arrival]:
    return [Arrival(alert, Origin.PUSHED_NEW) for alert in alerts]  # type: ignore[arg-type]


def test_muted_alert_is_a_row_and_no_message() -> None:
    state = ConsoleState(moment=NOON)
    state.mutes.add(a_mute("rule_name: noise and host: web-*"))
    state.take_in(new(an_alert(id=1, rule_name="noise", affected_hostname="web-01")), 0.0)
    assert len(state.view) == 1
    assert state.toasts.visible(0.0) == ()
    assert state.mutes.silenced == 1
    state.take_in(new(an_alert(id=2, rule_name="noise", affected_hostname="db-01")), 0.0)
    assert len(state.toasts.visible(0.0)) == 1


def test_only_news_is_counted_as_silenced() -> None:
    state = ConsoleState(moment=NOON)
    state.mutes.add(a_mute())
    state.take_in([Arrival(an_alert(), Origin.FETCHED)], 0.0)
    state.take_in([Arrival(an_alert(revision=2), Origin.PUSHED)], 0.0)
    assert state.mutes.silenced == 0


def test_mute_ends_by_itself_and_can_be_taken_back() -> None:
    mutes = Mutes()
    mutes.add(a_mute())
    mutes.add(a_mute("host: x", NOON + timedelta(hours=2)))
    assert not mutes.expire(LATER - timedelta(seconds=1))
    assert [mute.wanted.text for mute in mutes.expire(LATER)] == ["severity: high"]
    mutes.remove(next(iter(mutes)))
    assert len(mutes) == 0


def test_muting_the_same_again_moves_its_end() -> None:
    mutes = Mutes()
    mutes.add(a_mute())
    mutes.add(a_mute(until=LATER + timedelta(hours=1)))
    (mute,) = mutes
    assert mute.until == LATER + timedelta(hours=1)


def test_reminder_is_due_once_and_stays_until_it_is_taken_off() -> None:
    reminders = Reminders()
    reminders.set(Reminder(4, LATER, "Beacon"))
    assert not reminders.ring(NOON)
    assert not reminders.is_due(4)
    assert [one.alert_id for one in reminders.ring(LATER)] == [4]
    assert not reminders.ring(LATER)
    assert (reminders.is_due(4), reminders.due_count) == (True, 1)
    reminders.remove(4)
    assert 4 not in reminders


def test_there_are_only_so_many_reminders() -> None:
    reminders = Reminders()
    assert all(reminders.set(Reminder(number, LATER, "")) for number in range(500))
    assert not reminders.set(Reminder(500, LATER, ""))
    assert reminders.set(Reminder(1, NOON, "sooner"))


@pytest.mark.parametrize(
    ("span", "end"),
    [
        ("30m", "2026-03-01T21:30:00+09:00"),
        ("2h", "2026-03-01T23:00:00+09:00"),
        ("4h", "2026-03-02T01:00:00+09:00"),
        ("tomorrow", "2026-03-02T09:00:00+09:00"),
    ],
)
def test_spans_end_on_the_analysts_own_clock(span: str, end: str) -> None:
    assert end_of(span, NOON.astimezone(EAST)).isoformat() == end


def test_time_of_day_names_another_day() -> None:
    now = NOON.astimezone(EAST)
    assert clock_time(NOON, now) == "21:00"
    assert clock_time(NOON + timedelta(hours=4), now) == "tomorrow 01:00"
    assert clock_time(NOON + timedelta(days=3), now) == "2026-03-04 21:00"


TIMES = st.datetimes(timezones=st.just(UTC))


@given(
    st.dictionaries(st.sampled_from(("host: a", "severity: high", "x y")), TIMES),
    st.dictionaries(st.integers(), st.tuples(TIMES, st.text(max_size=20), st.booleans())),
)
def test_what_is_written_is_read_again(
    mutes: dict[str, datetime], reminders: dict[int, tuple[datetime, str, bool]]
) -> None:
    kept = Kept(
        tuple(a_mute(query, until) for query, until in mutes.items()),
        tuple(
            Reminder(number, due, title.encode("ascii", "ignore").decode().strip("\n"), is_said)
            for number, (due, title, is_said) in reminders.items()
            if title.isprintable() and title.isascii()
        ),
    )
    assert read_kept(written(kept.mutes, kept.reminders)) == kept


def test_change_leaves_what_another_console_kept() -> None:
    theirs, mine = a_mute("host: theirs"), a_mute("host: mine")
    text = edited("", [lambda mutes, _: mutes.add(theirs)])
    text = edited(text, [lambda mutes, _: mutes.add(mine)])
    text = edited(text, [lambda _, reminders: reminders.set(Reminder(4, LATER, "Beacon"))])
    assert read_kept(text) == Kept((theirs, mine), (Reminder(4, LATER, "Beacon"),))
    longer = a_mute("host: theirs", LATER + timedelta(hours=1))
    text = edited(text, [lambda mutes, _: mutes.add(longer)])
    # Over for whoever knows the first end only.
    text = edited(text, [lambda mutes, _: mutes.expire(LATER)])
    assert read_kept(text).mutes == (longer,)
    # Taken back by who knows the first end only, which is an answer to the same question.
    assert not read_kept(edited(text, [lambda mutes, _: mutes.remove(theirs)])).mutes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[1]",
        '{"mutes": 4, "reminders": {"a": 1}}',
        '{"mutes": [{"words": "a", "query": "((", "until": "2026-03-01T12:00:00+00:00"}]}',
        '{"mutes": [{"words": "a", "query": "x", "until": "2026-03-01"}]}',
        '{"reminders": [{"alert_id": true, "due": "2026-03-01T12:00:00+00:00"}, 7, null]}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_left_out(text: str) -> None:
    assert read_kept(text) == Kept()


def test_hostile_title_in_the_file_is_made_visible() -> None:
    text = '{"reminders": [{"alert_id": 1, "due": "2026-03-01T12:00:00Z", "title": "\\u001b[2J"}]}'
    (reminder,) = read_kept(text).reminders
    assert reminder.title == "␛[2J"
