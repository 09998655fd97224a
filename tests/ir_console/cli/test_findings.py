from datetime import UTC, datetime, timedelta

import pytest

from ir_console.cli.exits import ExitCode
from ir_console.cli.findings import (
    Finding,
    Verdict,
    exit_code,
    fail,
    of_certificate,
    of_clock,
    of_expiry,
    of_terminal,
    ok,
    warn,
)

NOW = datetime(2026, 11, 28, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("skew", "verdict", "said"),
    [
        (0.0, "ok", "within 5 s"),
        (-4.9, "ok", "within 5 s"),
        (75.0, "warn", "1 min 15 s ahead of"),
        (-7200.0, "warn", "2 h behind"),
    ],
)
def test_a_clock_that_is_off_is_told_with_its_direction(
    skew: float, verdict: str, said: str
) -> None:
    finding = of_clock(skew)
    assert finding.verdict == verdict
    assert said in finding.said


@pytest.mark.parametrize(("days", "verdict"), [(90, "ok"), (13, "warn"), (0.1, "warn")])
def test_a_certificate_is_renewed_in_time(days: float, verdict: str) -> None:
    assert of_certificate(NOW + timedelta(days=days), "CA", NOW).verdict == verdict


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [(None, "ok"), (timedelta(90), "ok"), (timedelta(1), "warn"), (timedelta(0), "fail")],
)
def test_a_token_that_ends_is_told_in_time(expires: timedelta | None, verdict: str) -> None:
    finding = of_expiry("login", "a token", None if expires is None else NOW + expires, NOW)
    assert finding.verdict == verdict


GOOD = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def looked(
    env: dict[str, str], size: tuple[int, int] = (80, 24), encoding: str = "utf-8"
) -> dict[str, Finding]:
    return {one.name: one for one in of_terminal(env, size=size, encoding=encoding)}


def test_a_good_terminal_is_good() -> None:
    assert {one.verdict for one in looked(GOOD).values()} == {Verdict.OK}
    (alone,) = of_terminal(GOOD, size=None, encoding="ascii")
    assert alone.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("terminal", looked(GOOD, size=(59, 24))),
        ("terminal", looked(GOOD, size=(80, 14))),
        ("encoding", looked(GOOD, encoding="ascii")),
        ("colours", looked({})),
        ("colours", looked({"TERM": "dumb"})),
        ("colours", looked({"TERM": "vt100"})),
        ("tmux", looked(GOOD | {"TMUX": "/tmp/tmux"})),
        ("tmux", looked({"TERM": "screen", "TMUX": "/tmp/tmux"})),
    ],
)
def test_what_a_terminal_lacks_is_told_with_what_to_do(
    name: str, found: dict[str, Finding]
) -> None:
    assert found[name].verdict is Verdict.WARN
    assert found[name].do


def test_greys_are_what_no_color_asks_for() -> None:
    assert "greys" in looked(GOOD | {"NO_COLOR": "1"})["colours"].said


def test_the_first_failure_is_the_exit_code_and_warnings_are_none() -> None:
    found = [
        ok("a", ""),
        warn("b", "", ""),
        fail("c", "", "", ExitCode.UNREACHABLE),
        fail("d", "", ""),
    ]
    assert exit_code(found) == ExitCode.UNREACHABLE
    assert exit_code(found[:2]) == ExitCode.DONE
