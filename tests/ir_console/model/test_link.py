"""The connection in words: what is the case, how old the data is, what to do next."""

import pytest

from ir_console.model.keymap import Keymap
from ir_console.model.link import (
    BarLook,
    CaughtUp,
    Link,
    LinkState,
    Loading,
    link_bar,
    placeholder,
)


def words(link: Link, now: float = 100.0) -> str:
    return "".join(span.text for span in link_bar(link, now, alerts_per_second=2.1).spans)


def empty(link: Link, **known: object) -> str:
    given = {"known": 0, "filter_text": "", "server": "prod"} | known
    shown = placeholder(link, 100.0, **given)  # type: ignore[arg-type]  # the test's own keywords
    return "\n".join((shown.title, *shown.lines))


WAITING = Link(
    LinkState.WAITING, attempt=3, retry_at=104.0, reason="connection refused", heard_at=62.0
)


def test_live_says_so_and_how_much_comes() -> None:
    assert words(Link(LinkState.LIVE)) == "● Live  2.1/s"


def test_waiting_says_when_how_old_and_which_key() -> None:
    said = words(WAITING)
    head = "◌ Reconnecting in 4 s · attempt 3 · data 38 s old"
    assert said == f"{head} · R retry now · connection refused"
    assert link_bar(WAITING, 100.0).look is BarLook.ALARM


def test_age_of_the_data_grows_and_the_countdown_falls() -> None:
    said = words(WAITING, now=103.0)
    assert "in 1 s" in said
    assert "data 41 s old" in said


def test_attempt_under_way_keeps_the_age_and_the_reason() -> None:
    link = Link(LinkState.CONNECTING, reason="connection refused", heard_at=62.0)
    assert words(link).startswith("◌ Reconnecting… · data 38 s old")


def test_caught_up_is_said_for_a_few_seconds() -> None:
    link = Link(LinkState.LIVE, caught_up=CaughtUp(at=99.0, missed=17))
    assert words(link) == "✓ Live again · caught up after 17 missed"
    assert words(link, now=110.0).startswith("● Live")


def test_gap_in_which_nothing_happened_is_said_so() -> None:
    link = Link(LinkState.LIVE, caught_up=CaughtUp(at=99.0, missed=0))
    assert words(link) == "✓ Live again · none missed"


def test_incomplete_catching_up_is_not_hidden() -> None:
    link = Link(LinkState.LIVE, caught_up=CaughtUp(at=99.0, missed=17, is_complete=False))
    assert "not all of it" in words(link)


def test_loading_shows_its_progress() -> None:
    link = Link(LinkState.LIVE, loading=Loading(500, 2000))
    assert "━━━┄┄┄┄┄┄┄┄┄ 500 of 2,000" in words(link)


def test_load_problem_is_shown_beside_live() -> None:
    assert "R load again" in words(Link(LinkState.LIVE, load_problem="The server failed."))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Link(), "Connecting to prod…"),
        (Link(LinkState.LIVE), "No alerts. All quiet."),
        (Link(LinkState.LIVE, loading=Loading()), "Loading alerts…"),
        (Link(LinkState.LIVE, load_problem="Broken"), "The alerts could not be loaded\nBroken"),
        (WAITING, "Cannot reach prod\nconnection refused\n\nTrying again in 4 s · R retry now"),
        (
            Link(LinkState.REFUSED, reason="token expired", hint="Log in again."),
            "Not authorised\ntoken expired\nLog in again.",
        ),
        (Link(LinkState.FAILED, reason="gone"), "The connection ended\ngone"),
    ],
)
def test_table_without_rows_says_why_and_what_to_do(link: Link, expected: str) -> None:
    assert empty(link).startswith(expected)


def test_filter_that_hides_everything_says_how_to_undo_it() -> None:
    said = empty(Link(LinkState.LIVE), known=2431, filter_text="foo\x1b[2J")
    assert "Nothing matches “foo␛[2J”" in said
    assert "2,431 alerts hidden" in said
    assert "Esc clears" in said


def test_frames_that_could_not_be_read_are_counted_where_all_else_is_well() -> None:
    said = words(Link(LinkState.LIVE, unreadable=2))
    assert said.startswith("● Live")
    assert "2 frames could not be read" in said


def test_live_connection_says_how_fast_it_answers_and_that_it_is_silent() -> None:
    assert words(Link(LinkState.LIVE, latency=0.0031)) == "● Live  2.1/s · 3 ms"
    silent = Link(LinkState.LIVE, latency=2.44, heard_at=69.0)
    assert words(silent) == "● Live  2.1/s · 2.4 s  nothing heard for 31 s"


def test_key_that_tries_again_is_the_one_that_was_chosen() -> None:
    bar = link_bar(WAITING, 100.0, keymap=Keymap.of({"console.retry": "f5"}))
    assert "· F5 retry now ·" in "".join(span.text for span in bar.spans)
    assert "F5 retry now" in empty(WAITING, keymap=Keymap.of({"console.retry": "f5"}))


def test_storm_is_a_badge() -> None:
    bar = link_bar(Link(LinkState.LIVE), 100.0, storm="STORM 2.1k new")
    assert "⚑ STORM 2.1k new" in "".join(span.text for span in bar.spans)
